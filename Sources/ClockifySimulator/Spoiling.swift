import CZlib
import Hummingbird
import NIOCore

extension Answer {
  /// What becomes of it on a bad day.
  ///
  /// - Parameter before: what the same path was last answered with.
  mutating func spoil(_ effect: Fault.Effect, before: ByteBuffer?) async throws {
    switch effect {
    case .status(let code): fail(code)
    case .rateLimited(let seconds, let hasBody):
      let body = hasBody ? Answer.error(429, "Too many requests", code: 429).body : ByteBuffer()
      (status, self.body, headers) = (429, body, seconds.map { ["retry-after": "\($0)"] } ?? [:])
    case .unavailable(let seconds):
      fail(503)
      headers = seconds.map { ["retry-after": "\($0)"] } ?? [:]
    case .emptyBody: body = ByteBuffer()
    case .truncated(let bytes): body = body.getSlice(at: 0, length: min(bytes, body.readableBytes))!
    case .body(let text): body = ByteBuffer(string: text)
    case .bytes(let bytes): body = ByteBuffer(bytes: bytes)
    case .labelled(let type): headers["content-type"] = type
    case .page(let html): (body, headers) = (ByteBuffer(string: html), ["content-type": "text/html"])
    case .redirect(let target):
      status = 302
      headers["location"] = target
      body = ByteBuffer()
    case .previous: body = before ?? body
    case .delay(let seconds): try await Task.sleep(for: .seconds(seconds))
    case .close: delivery = .not(isReset: false)
    case .reset: delivery = .not(isReset: true)
    case .drip(let seconds): delivery = .slowly(seconds)
    case .endless: (body, delivery) = (ByteBuffer(string: "[" + String(repeating: " ", count: 1 << 20)), .forever)
    case .bomb(let megabytes):
      body = Self.packedZeros(megabytes: megabytes)
      headers["content-encoding"] = "gzip"
    }
  }

  private mutating func fail(_ code: Int) {
    status = code
    body = ByteBuffer(string: "<html><body><h1>\(code)</h1></body></html>")
    headers = ["x-cache": "Error from cloudfront", "content-type": "text/html"]
  }

  var responseBody: ResponseBody {
    let body = body
    switch delivery {
    case .whole, .not: return ResponseBody(byteBuffer: body)
    case .slowly(let seconds):
      return ResponseBody(contentLength: body.readableBytes) { writer in
        for byte in body.readableBytesView {
          try await Task.sleep(for: .seconds(seconds))
          try await writer.write(ByteBuffer(bytes: [byte]))
        }
        try await writer.finish(nil)
      }
    case .forever:
      // Ends with the connection.
      return ResponseBody { writer in
        while !Task.isCancelled { try await writer.write(body) }
        try await writer.finish(nil)
      }
    }
  }

  /// So many megabytes of zeros, in a thousandth of the room.
  private static func packedZeros(megabytes: Int) -> ByteBuffer {
    var stream = z_stream()
    deflateInit2_(
      &stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var zeros = [UInt8](repeating: 0, count: 1 << 20)
    var room = [UInt8](repeating: 0, count: 1 << 16)
    var packed = ByteBuffer()
    for number in 1...megabytes {
      zeros.withUnsafeMutableBufferPointer { input in
        (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
        repeat {
          let written = room.withUnsafeMutableBufferPointer { output in
            (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(output.count))
            deflate(&stream, number == megabytes ? Z_FINISH : Z_NO_FLUSH)
            return output.count - Int(stream.avail_out)
          }
          packed.writeBytes(room[..<written])
        } while stream.avail_out == 0
      }
    }
    return packed
  }
}
