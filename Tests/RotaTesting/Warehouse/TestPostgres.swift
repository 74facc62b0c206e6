import Foundation
package import Publishing
import Synchronization

/// A PostgreSQL server in a temporary folder, reached by a socket. Tests share one, with a database each; a test that stops or
/// kills the server starts its own.
package final class TestPostgres: Sendable {
  package let folder: String
  private let programs: String
  private let counter = Mutex(0)

  private static let shared = Mutex<TestPostgres?>(nil)

  /// The server that tests share; it ends with the process.
  package static func common() throws -> TestPostgres {
    try shared.withLock { shared in
      if let shared { return shared }
      let made = try TestPostgres()
      shared = made
      atexit { TestPostgres.shared.withLock { try? $0?.remove() } }
      return made
    }
  }

  package init() throws {
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    guard let version = versions.compactMap({ Int($0) }).max() else {
      throw Failed(words: "PostgreSQL is not there: scripts/need test installs it")
    }
    programs = "/usr/lib/postgresql/\(version)/bin"
    // A socket's path has no more than 107 bytes.
    folder = "/tmp/rota-pg-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if getuid() == 0 { try Self.run("/bin/chown", ["postgres", folder]) }
    try server(
      "initdb", ["-D", "\(folder)/data", "-A", "trust", "-U", "rota", "-E", "UTF8", "--no-locale", "--no-sync"])
    try start()
  }

  package func start() throws {
    // A killed server is taken for a live one for a moment: once more.
    for attempt in 1...20 {
      do {
        return try server(
          "pg_ctl",
          [
            "-D", "\(folder)/data", "-l", "\(folder)/log", "-w", "-o",
            "-c listen_addresses='' -c unix_socket_directories='\(folder)' -c fsync=off -c max_connections=60", "start",
          ])
      } catch  where attempt < 20 { usleep(200_000) }
    }
  }

  /// - Parameter mode: `fast` ends connections, `immediate` is like a crash.
  package func stop(_ mode: String) throws { try server("pg_ctl", ["-D", "\(folder)/data", "-m", mode, "-w", "stop"]) }

  package func remove() throws {
    try? stop("immediate")
    try FileManager.default.removeItem(atPath: folder)
  }

  /// A new database.
  ///
  /// - Returns: its address for the settings.
  package func database() throws -> String {
    let number = counter.withLock { counter in
      counter += 1
      return counter
    }
    let name = "planning\(number)"
    try connect("postgres").execute("CREATE DATABASE \(name)")
    return "postgres://rota@/\(name)?host=\(folder)"
  }

  package func connect(_ database: String, as user: String = "rota") throws -> PostgresConnection {
    try PostgresConnection(PostgresAddress("postgres://\(user)@/\(database)?host=\(folder)"))
  }

  package struct Failed: Error {
    package let words: String
  }

  /// A server refuses to run as root.
  private func server(_ program: String, _ arguments: [String]) throws {
    let path = "\(programs)/\(program)"
    if getuid() == 0 {
      try Self.run("/usr/sbin/runuser", ["-u", "postgres", "--", path] + arguments)
    } else {
      try Self.run(path, arguments)
    }
  }

  /// Not by `Process`: it would wait for the server that pg_ctl leaves running, too.
  private static func run(_ program: String, _ arguments: [String]) throws {
    let quoted = ([program] + arguments).map { "'\($0.replacingOccurrences(of: "'", with: "'\\''"))'" }
    let command = "cd /tmp && \(quoted.joined(separator: " ")) </dev/null >/dev/null 2>&1"
    var process = pid_t()
    let words: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sh"), strdup("-c"), strdup(command), nil]
    defer { for word in words { free(word) } }
    var status: Int32 = -1
    guard posix_spawn(&process, "/bin/sh", nil, nil, words, environ) == 0, waitpid(process, &status, 0) == process,
      status == 0
    else { throw Failed(words: "\(command) ended with \(status)") }
  }
}
