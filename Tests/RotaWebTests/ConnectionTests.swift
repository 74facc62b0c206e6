import Foundation
import RotaTesting
import Testing

@testable import RotaWeb

/// A request as bytes on a connection, whole or bit by bit.
@Suite("Connections")
struct ConnectionTests {
  /// A TCP connection to a port of this machine.
  private final class Line {
    private let descriptor: Int32

    init(port: Int) throws {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(port).bigEndian
      address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
      let status = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      try #require(status == 0)
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
      let bytes = Array(text.utf8)
      _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// What comes within so many seconds; "" where the other side has ended, nil where nothing came.
    func receive(within seconds: Double) -> String? {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, Int32(seconds * 1000)) > 0 else { return nil }
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = recv(descriptor, &bytes, bytes.count, 0)
      return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
  }

  @Test("A head that comes bit by bit for too long ends its connection, and so does one that never comes")
  func slow() async throws {
    try await World.with { world in
      try await Served.with(world, headLimit: 1) { served in
        let silent = try Line(port: served.port)
        let slow = try Line(port: served.port)
        var isOpen = true
        let began = Date()
        for letter
          in "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        {
          slow.send(String(letter))
          isOpen = slow.receive(within: 0.2) == nil
          if !isOpen { break }
        }
        #expect(!isOpen && Date().timeIntervalSince(began) < 10)
        #expect(silent.receive(within: 10) == "")
      }
    }
  }

  @Test("A connection waits for its next request longer than for a head that has begun")
  func kept() async throws {
    try await World.with { world in
      try await Served.with(world, headLimit: 1) { served in
        let line = try Line(port: served.port)
        let request = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:\(served.port)\r\n\r\n"
        for _ in 1...2 {
          line.send(request)
          #expect(line.receive(within: 10)?.hasPrefix("HTTP/1.1 200") ?? false)
          #expect(line.receive(within: 2.5) == nil)
        }
        // Of the second request half a head, and no more.
        line.send("GET /hea")
        #expect(line.receive(within: 10) == "")
      }
    }
  }
}
