import Foundation
import Publishing
import RotaTesting
import Testing

/// Connections that end, and servers that say nothing.
extension PostgresTests {
  @Test("A server that is there and says nothing is left, at a question and in the middle of a COPY")
  func silence() async throws {
    let server = try TestPostgres()
    defer { try? server.remove() }
    let address = try PostgresAddress(server.database())
    func silenced(
      _ before: (PostgresConnection) throws -> Void, _ body: (PostgresConnection) throws -> Void
    ) throws -> String? {
      let connection = try PostgresConnection(address, patience: 0.5)
      try connection.execute("CREATE TABLE IF NOT EXISTS much (text text)")
      let backend = try #require(pid_t(connection.rows("SELECT pg_backend_pid()")[0][0] ?? ""))
      #expect(try connection.rows("SELECT 'well', pg_sleep(0.2)")[0][0] == "well")
      usleep(700_000)
      #expect(try connection.rows("SELECT 'still'") == [["still"]])
      try before(connection)
      #expect(kill(backend, SIGSTOP) == 0)
      defer { kill(backend, SIGCONT) }
      do { try body(connection) } catch let error as PostgresError {
        #expect(error.state.isEmpty)
        return error.message
      }
      return nil
    }
    let asked = try silenced { _ in
    } _: {
      _ = try $0.rows("SELECT 1")
    }
    #expect(asked == "the server is there, and has not answered for 0.5 seconds")
    let line = Array((String(repeating: "x", count: 65_535) + "\n").utf8)
    let copied = try silenced {
      try $0.beginCopy("COPY much FROM STDIN")
    } _: { connection in
      for _ in 0..<1000 { try connection.putCopy(line) }
    }
    #expect(copied == asked)
  }

  @Test("A connection that ends at whichever answer is a target that cannot be reached; the next publication is whole")
  func cut() async throws {
    try await with { world, address, place, _ in
      try TargetTests.publish(world, to: place)
      let server = try TestPostgres.common()
      let wire = try CutWire(to: "\(server.folder)/.s.PGSQL.5432")
      defer { wire.end() }
      let database = try #require(address.description.split(separator: "?").first?.split(separator: "/").last)
      let target = PostgresTarget(
        name: "bi", address: try PostgresAddress("postgres://rota@127.0.0.1:\(wire.port)/\(database)"))
      let cut = Place(target: target, read: place.read)
      func change() throws { try world.sql("UPDATE actual SET billable_minutes = billable_minutes + 1") }
      try change()
      wire.cut(after: .max)
      try TargetTests.publish(world, to: cut)
      let all = wire.bytesBack
      #expect(all > 1000)
      for step in 0..<24 {
        try change()
        let place = 1 + all * step / 24
        wire.cut(after: place)
        let error = refusal { try TargetTests.publish(world, to: cut) }
        guard case .unreachable = error else {
          // The last ones come to less.
          #expect(error == nil && wire.bytesBack < place && step > 20, "\(String(describing: error))")
          continue
        }
        // It asks less than a publication: the last cuts come too late for it.
        wire.cut(after: 1 + 60 * step)
        do { _ = try target.probe(tenant: "acme") } catch { #expect(error is PublishError, "\(error)") }
      }
      wire.cut(after: .max)
      try TargetTests.publish(world, to: cut)
      try TargetTests.expectEqual(world, place)
    }
  }
}
