import Foundation
import Synchronization

/// A port between a client and a PostgreSQL server that ends the connection once so many bytes came back.
package final class CutWire: Sendable {
  package let port: UInt16
  private let listener: Int32
  private let path: String
  private let back = Mutex((passed: 0, limit: Int.max))

  /// - Parameter server: the socket of the server.
  package init(to server: String) throws {
    path = server
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var here = sockaddr_in()
    here.sin_family = sa_family_t(AF_INET)
    here.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &here) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard isBound else { throw TestPostgres.Failed(words: "no port: \(errno)") }
    self.listener = listener
    port = UInt16(bigEndian: here.sin_port)
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        Thread.detachNewThread { [self] in carry(client) }
      }
    }
  }

  /// Bytes that came back since the last cut was set.
  package var bytesBack: Int { back.withLock(\.passed) }

  package func cut(after bytes: Int) {
    back.withLock { $0 = (passed: 0, limit: bytes) }
  }

  package func end() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func carry(_ client: Int32) {
    let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var there = sockaddr_un()
    there.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &there.sun_path) { $0.copyBytes(from: path.utf8) }
    let isThere = withUnsafePointer(to: &there) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(server, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    var ends = [
      pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: server, events: Int16(POLLIN), revents: 0),
    ]
    var bytes = [UInt8](repeating: 0, count: 65_536)
    carrying: while isThere, poll(&ends, 2, -1) > 0 {
      for (from, to) in [(0, 1), (1, 0)] where ends[from].revents != 0 {
        let count = read(ends[from].fd, &bytes, bytes.count)
        guard count > 0 else { break carrying }
        if from == 1 {
          let isCut = back.withLock { back in
            back.passed += count
            return back.passed >= back.limit
          }
          guard !isCut else { break carrying }
        }
        var sent = 0
        while sent < count {
          let more = bytes[sent..<count].withUnsafeBytes {
            send(ends[to].fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
          }
          guard more > 0 else { break carrying }
          sent += more
        }
      }
    }
    close(client)
    close(server)
  }
}
