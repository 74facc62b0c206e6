import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Ends a connection whose request does not say what it wants in time: one that sends a letter now and then would hold its
/// place for ever, idle for no minute. Between two requests a connection may wait.
final class HeadInTime: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart

  private let limit: TimeAmount
  private var alarm: Scheduled<Void>?
  /// Between the end of one request and the head of the next.
  private var isAwaited = true
  /// Since bytes came last: something of a request was whole.
  private var hasPart = false

  init(limit: TimeAmount) { self.limit = limit }

  func channelActive(context: ChannelHandlerContext) {
    start(context)
    context.fireChannelActive()
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { start(context) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    hasPart = true
    switch unwrapInboundIn(data) {
    case .head:
      isAwaited = false
      stop()
    case .body: break
    case .end: isAwaited = true
    }
    context.fireChannelRead(data)
  }

  /// Bytes came that were nothing whole: a head has begun.
  func channelReadComplete(context: ChannelHandlerContext) {
    if isAwaited, !hasPart { start(context) }
    hasPart = false
    context.fireChannelReadComplete()
  }

  func channelInactive(context: ChannelHandlerContext) {
    stop()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { stop() }

  private func start(_ context: ChannelHandlerContext) {
    guard alarm == nil else { return }
    let channel = context.channel
    alarm = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
  }

  private func stop() {
    alarm?.cancel()
    alarm = nil
  }
}
