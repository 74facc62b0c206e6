import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A Clockify on loopback HTTP over in-memory workspaces, traps included (clockify-api.md, check list in section 12).
///
/// Reads only unless `controls.acceptsWrites`: any verb but GET, and POST on reports, is refused, so a test sees an importer
/// that would write.
public final class SimulatedClockify: Sendable {
  public struct State: Sendable {
    public var workspaces: [SimulatedWorkspace]
    /// API key → id of its owner.
    public var keys: [String: String]
    public var addonTokens: [String: String] = [:]
    public var controls = Controls()
    public internal(set) var requests: [RequestRecord] = []
    /// Runs before each request is answered, with its path and report page: for changes while somebody reads.
    public var beforeAnswer: (@Sendable (inout State, String, Int?) -> Void)?
    var requestMoments: [Date] = []
    /// What each path was answered with last, while something goes wrong.
    var lastBodies: [String: ByteBuffer] = [:]
    var ids = IDMaker(after: 1 << 40)
    /// Deliveries that are not sent yet.
    var outbox: [Delivery] = []
    var removedEntries: Set<String> = []
    /// By workspace.
    var sketches: [String: ListSketch] = [:]

    /// The first workspace: most worlds have one.
    public var workspace: SimulatedWorkspace {
      get { workspaces[0] }
      set { workspaces[0] = newValue }
    }
  }

  private let state: Mutex<State>
  public let port: Int
  private let server: Task<Void, any Error>

  public static let key = "simulated-key-1234567890"

  /// Starts listening on 127.0.0.1.
  ///
  /// - Parameters:
  ///   - keys: key → user id; by default `key` belongs to the first user.
  ///   - port: 0 takes a free one.
  public static func start(
    _ workspaces: [SimulatedWorkspace], keys: [String: String]? = nil, port: Int = 0
  ) async throws -> SimulatedClockify {
    let owner = workspaces.first?.users.first?.id ?? ""
    let initial = State(workspaces: workspaces, keys: keys ?? [key: owner])
    let box = Mutex(initial)
    return try await SimulatedClockify(state: box, port: port)
  }

  private init(state: consuming Mutex<State>, port: Int) async throws {
    self.state = state
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let handler = Handler()
    let app = Application(
      responder: CallbackResponder<Connected> { try await handler.respond($0, on: $1.connection) },
      configuration: .init(address: .hostname("127.0.0.1", port: port), reuseAddress: true),
      onServerRunning: { channel in
        continuation.yield(channel.localAddress?.port ?? 0)
        continuation.finish()
      },
      logger: Logger(label: "simulator") { _ in SwiftLogNoOpLogHandler() })
    server = Task { try await app.run() }
    let server = server
    let failure = Task {
      // A port that is taken ends the server before it runs: stop waiting for it.
      _ = await server.result
      continuation.finish()
    }
    defer { failure.cancel() }
    var running: Int?
    for await port in ports { running = port }
    guard let running else {
      try await server.value
      throw CancellationError()
    }
    self.port = running
    handler.attach(self)
  }

  public var apiURL: String { "http://127.0.0.1:\(port)/api/v1" }
  public var reportsURL: String { "http://127.0.0.1:\(port)/report/v1" }

  public func read<Value: Sendable>(_ body: (State) throws -> Value) rethrows -> Value {
    try state.withLock { try body($0) }
  }

  public func change(_ body: @Sendable (inout State) throws -> Void) rethrows {
    try state.withLock { try body(&$0) }
    sendWhatHappened()
  }

  /// Forgets the requests seen so far.
  public func clearRequests() { change { $0.requests = [] } }

  public func stop() async {
    server.cancel()
    _ = await server.result
  }

  func runHook(for path: String, page: Int?) {
    state.withLock { state in
      let hook = state.beforeAnswer
      hook?(&state, path, page)
    }
  }

  func update<Value>(_ body: (inout State) -> sending Value) -> sending Value {
    state.withLock { body(&$0) }
  }
}

/// A request with the connection that it came over, which a fault may end.
private struct Connected: RequestContext {
  var coreContext: CoreRequestContextStorage
  let connection: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    connection = source.channel
  }
}

/// Hands requests to the server, which exists only once its port is known.
private final class Handler: Sendable {
  private let clockify = Mutex<SimulatedClockify?>(nil)

  func attach(_ new: SimulatedClockify) { clockify.withLock { $0 = new } }

  func respond(_ request: Request, on connection: any Channel) async throws -> Response {
    guard let clockify = clockify.withLock({ $0 }) else { return Response(status: .serviceUnavailable) }
    return try await clockify.answer(request, on: connection)
  }
}
