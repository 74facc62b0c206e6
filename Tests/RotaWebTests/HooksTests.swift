import AsyncHTTPClient
import Crypto
import Foundation
import Importing
import Logging
import NIOCore
import Planning
import PlanningStore
import RotaTesting
import Synchronization
import Testing

@testable import RotaWeb

/// What webhooks deliver, over HTTP: taken where it is rightly signed, and cheaply refused where not (live.md 2).
@Suite("Receiver of webhooks")
struct HooksTests {
  private static let token = "aTokenOf32CharactersThatNobodyHas"
  private static let entry = "66500c00b1c2d3e4f5061c03"

  private final class Taken: Sendable {
    private let deliveries = Mutex<[LiveDelivery]>([])
    var all: [LiveDelivery] { deliveries.withLock { $0 } }
    func add(_ delivery: LiveDelivery) { deliveries.withLock { $0.append(delivery) } }
  }

  private struct Receiver {
    let port: Int
    let taken: Taken

    /// - Returns: status and body.
    func post(
      _ path: String = "/hooks/clockify/key-1", token: String? = HooksTests.token,
      event: String? = "TIME_ENTRY_UPDATED",
      body: String = HooksTests.body, header: String = "Clockify-Signature", method: String = "POST",
      host: String? = nil, more: [(String, String)] = []
    ) async throws -> Int {
      var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
      request.method = .init(rawValue: method)
      if let token { request.headers.add(name: header, value: token) }
      if let event { request.headers.add(name: "Clockify-Webhook-Event-Type", value: event) }
      if let host { request.headers.add(name: "Host", value: host) }
      for (name, value) in more { request.headers.add(name: name, value: value) }
      if method == "POST" { request.body = .bytes(ByteBuffer(string: body)) }
      let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
      let text = String(buffer: try await answer.body.collect(upTo: 1 << 16))
      #expect(text.isEmpty)
      return Int(answer.status.code)
    }
  }

  private static let body = """
    {"id":"66500c00b1c2d3e4f5061c03","description":"Call","userId":"6630aa10b1c2d3e4f5061728","projectId":null,
    "timeInterval":{"start":"2026-05-04T12:00:00Z","end":null,"duration":null},"workspaceId":"ffffffffffffffffffffffff",
    "currentlyRunning":true,"project":null,"task":null,"tags":[]}
    """

  private func with(_ body: (World, Receiver) async throws -> Void) async throws {
    try await World.with { world in
      try world.database.write { session in
        for (pathKey, event) in [
          ("key-1", WebhookEvent.timeEntryUpdated), ("key-2", .timeEntryDeleted), ("key-3", .newProject),
        ] {
          var hook = LiveHook(pathKey: pathKey, workspaceID: "W", event: event, at: world.now)
          hook.hookID = "h"
          hook.tokenHash = SHA256.hash(data: Data(Self.token.utf8)).map { String(format: "%02x", $0) }.joined()
          try session.liveHooks.add(hook)
        }
        try session.liveHooks.add(LiveHook(pathKey: "key-4", workspaceID: "W", event: .newClient, at: world.now))
      }
      let taken = Taken()
      let receiver = HooksReceiver(
        database: world.database.path, listen: try WebAddress("127.0.0.1:0"),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, take: taken.add)
      let ports = AsyncStream.makeStream(of: Int.self)
      let running = Task { try await receiver.run { ports.continuation.yield($0) } }
      var iterator = ports.stream.makeAsyncIterator()
      let port = await iterator.next()!
      let result: Result<Void, any Error>
      do { result = .success(try await body(world, Receiver(port: port, taken: taken))) } catch {
        result = .failure(error)
      }
      running.cancel()
      _ = await running.result
      try result.get()
    }
  }

  @Test("Rightly signed, in either header, it is taken: workspace and event are the hook's, not the body's")
  func taken() async throws {
    try await with { (_: World, receiver: Receiver) async throws in
      #expect(try await receiver.post() == 204)
      #expect(try await receiver.post(header: "Clockify-Signature-Token") == 204)
      #expect(try await receiver.post(event: nil) == 204)
      #expect(try await receiver.post(body: "[\(Self.body),\(Self.body)]") == 204)
      #expect(try await receiver.post("/hooks/clockify/key-3", event: "NEW_PROJECT", body: #"{"id":"x"}"#) == 204)
      let entry = LiveDelivery.Entry(
        id: Self.entry, user: "6630aa10b1c2d3e4f5061728", start: Instant("2026-05-04T12:00:00Z"))
      let one = LiveDelivery(workspace: "W", event: .timeEntryUpdated, pathKey: "key-1", entries: [entry])
      var two = [one, one, one]
      two.append(LiveDelivery(workspace: "W", event: .timeEntryUpdated, pathKey: "key-1", entries: [entry, entry]))
      two.append(LiveDelivery(workspace: "W", event: .newProject, pathKey: "key-3", entries: []))
      #expect(receiver.taken.all == two)
    }
  }

  @Test("A wrong token, none, two, or that of a hook whose token nobody knows: 401")
  func unsigned() async throws {
    try await with { (_: World, receiver: Receiver) async throws in
      #expect(try await receiver.post(token: "wrong") == 401)
      #expect(try await receiver.post(token: nil) == 401)
      #expect(try await receiver.post(token: "") == 401)
      #expect(try await receiver.post(more: [("Clockify-Signature", Self.token)]) == 401)
      #expect(try await receiver.post(more: [("Clockify-Signature-Token", Self.token)]) == 401)
      #expect(try await receiver.post("/hooks/clockify/key-4", event: "NEW_CLIENT") == 401)
      #expect(receiver.taken.all.isEmpty)
    }
  }

  @Test("Another event than the hook's, or one that nobody knows: 400")
  func otherEvent() async throws {
    try await with { (_: World, receiver: Receiver) async throws in
      #expect(try await receiver.post(event: "TIME_ENTRY_DELETED") == 400)
      #expect(try await receiver.post(event: "NEW_INVOICE") == 400)
      #expect(try await receiver.post(event: "") == 400)
      #expect(receiver.taken.all.isEmpty)
    }
  }

  @Test("Any other path, method or host is not there")
  func elsewhere() async throws {
    try await with { (_: World, receiver: Receiver) async throws in
      for path in [
        "/", "/people", "/hooks/clockify/", "/hooks/clockify/key-9", "/hooks/clockify/key-1/x", "/hooks/other/key-1",
      ] {
        let status = try await receiver.post(path)
        #expect(status == 404, "\(path)")
      }
      #expect(try await receiver.post(method: "GET") == 404)
      #expect(try await receiver.post(host: "evil.example") == 421)
      #expect(receiver.taken.all.isEmpty)
    }
  }

  @Test(
    "What cannot be read is answered, and counted: everybody's time of today is looked at",
    arguments: ["", "{", "null", "7", "[1]", #"{"id":7}"#, #"{"id":"../../x"}"#, #"{}"#, "\u{0}\u{1}"])
  func unreadable(_ body: String) async throws {
    try await with { (_: World, receiver: Receiver) async throws in
      #expect(try await receiver.post(body: body) == 204)
      #expect(receiver.taken.all.map(\.entries) == [nil])
    }
  }

  @Test("A body of 50 MB is refused before it is read")
  func huge() async throws {
    try await with { (_: World, receiver: Receiver) async throws in
      let body = String(repeating: "x", count: 50 << 20)
      let status = try? await receiver.post(body: body)
      // The answer may come while the body is still being sent.
      #expect(status == 413 || status == nil)
      #expect(receiver.taken.all.count <= 1)
      #expect(try await receiver.post() == 204)
      #expect(try await receiver.post(token: "wrong", body: String(repeating: "x", count: 300 << 10)) == 401)
    }
  }

  @Test("A hook that is removed is not there any more, a new one is within a second")
  func comesAndGoes() async throws {
    try await with { (world: World, receiver: Receiver) async throws in
      #expect(try await receiver.post() == 204)
      try world.database.write { session in
        try session.liveHooks.remove("key-1", at: world.now)
        var hook = LiveHook(pathKey: "key-9", workspaceID: "W", event: .timeEntryUpdated, at: world.now)
        hook.tokenHash = SHA256.hash(data: Data("other".utf8)).map { String(format: "%02x", $0) }.joined()
        try session.liveHooks.add(hook)
      }
      try await Task.sleep(for: .milliseconds(1100))
      #expect(try await receiver.post() == 404)
      #expect(try await receiver.post("/hooks/clockify/key-9", token: "other") == 204)
    }
  }

  @Test("A thousand at once are all answered")
  func many() async throws {
    try await with { (_: World, receiver: Receiver) async throws in
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<1000 { group.addTask { try await receiver.post() } }
        return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
      }
      #expect(statuses == [204: 1000])
      #expect(receiver.taken.all.count == 1000)
    }
  }
}
