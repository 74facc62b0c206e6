import Foundation
import Synchronization

/// A TCP server on a loopback port, one thread per connection, for what rota sends to others.
final class LoopbackServer: Sendable {
  let port: Int
  private let listener: Int32

  /// - Parameter serve: talks over one connection; it is closed afterwards.
  init(_ serve: @escaping @Sendable (Connection) -> Void) {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = listener
    port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(bind(socket, $0, length) == 0 && listen(socket, 16) == 0 && getsockname(socket, $0, &length) == 0)
      }
      return Int(UInt16(bigEndian: pointer.pointee.sin_port))
    }
    Thread.detachNewThread {
      while true {
        let client = accept(socket, nil, nil)
        guard client >= 0 else { return }
        Thread.detachNewThread {
          serve(Connection(descriptor: client))
          close(client)
        }
      }
    }
  }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  final class Connection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(descriptor: Int32) { self.descriptor = descriptor }

    func send(_ text: String) {
      let bytes = Array(text.utf8)
      _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Up to the next line feed, without CR LF; nil at the end.
    func line() -> String? {
      while true {
        if let end = buffer.firstIndex(of: 10) {
          let line = String(decoding: buffer[..<end], as: UTF8.self)
          buffer.removeFirst(end + 1)
          return line.hasSuffix("\r") ? String(line.dropLast()) : line
        }
        guard fill() else { return nil }
      }
    }

    func bytes(_ count: Int) -> Data {
      while buffer.count < count, fill() {}
      let part = Data(buffer.prefix(count))
      buffer.removeFirst(part.count)
      return part
    }

    private func fill() -> Bool {
      var chunk = [UInt8](repeating: 0, count: 4096)
      let read = recv(descriptor, &chunk, chunk.count, 0)
      guard read > 0 else { return false }
      buffer += chunk[..<read]
      return true
    }
  }
}

/// What a receiver has taken, shared with its connections.
private final class Inbox<Item: Sendable>: Sendable {
  private let items = Mutex<[Item]>([])
  var all: [Item] { items.withLock { $0 } }
  func add(_ item: Item) { items.withLock { $0.append(item) } }
}

/// Takes any mail by SMTP (RFC 5321) and keeps it.
final class MailReceiver: Sendable {
  struct Mail: Sendable {
    var recipients: [String] = []
    var lines: [String] = []
    func header(_ name: String) -> String? {
      lines.prefix { !$0.isEmpty }.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
    }
  }

  private let inbox = Inbox<Mail>()
  private let server: LoopbackServer
  var port: Int { server.port }
  var received: [Mail] { inbox.all }

  init() {
    server = LoopbackServer { [inbox] connection in
      var mail = Mail()
      connection.send("220 sink ready\r\n")
      while let line = connection.line() {
        switch line.prefix(4).uppercased() {
        case "EHLO": connection.send("250-sink\r\n250 8BITMIME\r\n")
        case "RCPT":
          mail.recipients.append(String(line.dropFirst("RCPT TO:<".count).prefix { $0 != ">" }))
          connection.send("250 ok\r\n")
        case "DATA":
          connection.send("354 go on\r\n")
          while let text = connection.line(), text != "." { mail.lines.append(text) }
          inbox.add(mail)
          mail = Mail()
          connection.send("250 taken\r\n")
        case "QUIT":
          connection.send("221 bye\r\n")
          return
        default: connection.send("250 ok\r\n")
        }
      }
    }
  }

  func stop() { server.stop() }
}

/// Answers HTTP requests with a status that the test sets, and keeps them.
final class WebReceiver: Sendable {
  struct Request: Sendable {
    let line: String
    let headers: [String: String]
    let body: Data
  }

  private let inbox = Inbox<Request>()
  private let answers = Inbox<Int>()
  private let server: LoopbackServer
  var address: String { "http://127.0.0.1:\(server.port)" }
  var received: [Request] { inbox.all }

  init() {
    server = LoopbackServer { [inbox, answers] connection in
      guard let line = connection.line() else { return }
      var headers: [String: String] = [:]
      while let header = connection.line(), !header.isEmpty {
        let parts = header.split(separator: ":", maxSplits: 1)
        headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
      }
      let body = connection.bytes(Int(headers["content-length"] ?? "0") ?? 0)
      inbox.add(Request(line: line, headers: headers, body: body))
      let status = answers.all.last ?? 200
      connection.send("HTTP/1.1 \(status) word\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }
  }

  func answer(_ new: Int) { answers.add(new) }
  func stop() { server.stop() }
}
