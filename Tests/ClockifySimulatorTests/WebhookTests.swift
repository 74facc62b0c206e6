import AsyncHTTPClient
import Foundation
import NIOCore
import Testing

@testable import ClockifySimulator

/// Webhooks as Clockify has them (clockify-api.md 8), traps included.
@Suite("Simulated webhooks")
struct WebhookTests {
  private static let entry = "66500c00b1c2d3e4f5061c03"

  private func with(
    plan: String = "PRO_2021", _ body: (SimulatedClockify) async throws -> Void
  ) async throws {
    var workspace = SimulatedWorkspace(id: "w", name: "W", plan: plan)
    var ana = SimulatedWorkspace.User(
      id: "6630aa10b1c2d3e4f5060001", name: "Ana", email: "ana@ex.test", timeZone: "UTC")
    ana.role = .owner
    workspace.users = [ana]
    workspace.projects = [.init(id: "6630aa10b1c2d3e4f5060020", name: "Alpha", clientID: nil)]
    let clockify = try await SimulatedClockify.start([workspace])
    clockify.change {
      $0.controls.acceptsWebhooks = true
      $0.controls.deliveries.isHeld = true
    }
    var failure: (any Error)?
    do { try await body(clockify) } catch { failure = error }
    await clockify.stop()
    if let failure { throw failure }
  }

  private func ask(
    _ clockify: SimulatedClockify, _ method: String, _ path: String = "", _ body: [String: Any]? = nil
  ) async throws -> (status: Int, json: [String: Any]) {
    var request = HTTPClientRequest(url: "\(clockify.apiURL)/workspaces/w/webhooks\(path)")
    request.method = .init(rawValue: method)
    request.headers.add(name: "X-Api-Key", value: SimulatedClockify.key)
    if let body { request.body = .bytes(ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: body))) }
    let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
    let bytes = try await answer.body.collect(upTo: 1 << 20)
    let json = try? JSONSerialization.jsonObject(with: Data(bytes.readableBytesView)) as? [String: Any]
    return (Int(answer.status.code), json ?? [:])
  }

  private func hook(_ event: String, url: String = "https://hooks.test/x", name: String? = "mine") -> [String: Any] {
    var body: [String: Any] = [
      "url": url, "webhookEvent": event, "triggerSourceType": "WORKSPACE_ID", "triggerSource": ["w"],
    ]
    body["name"] = name
    return body
  }

  private func track(_ clockify: SimulatedClockify, end: Int? = 1_777_900_000) {
    clockify.change { state in
      state.workspace.add(
        .init(
          id: Self.entry, userID: state.workspace.users[0].id, projectID: state.workspace.projects[0].id,
          start: 1_777_896_000, end: end))
    }
  }

  @Test("A list in an envelope; made with a token of 32 characters, changed, given a new token, removed")
  func life() async throws {
    try await with { (clockify: SimulatedClockify) async throws in
      #expect(try await ask(clockify, "GET").json["workspaceWebhookCount"] as? Int == 0)
      let made = try await ask(clockify, "POST", "", hook("NEW_TIME_ENTRY"))
      #expect(made.status == 201)
      let id = try #require(made.json["id"] as? String)
      let token = try #require(made.json["authToken"] as? String)
      #expect(token.count == 32)
      #expect(made.json["deliveryEnabled"] as? Bool == true)
      #expect(try await ask(clockify, "PATCH", "/\(id)/token").json["authToken"] as? String != token)
      var changed = hook("NEW_TIME_ENTRY")
      changed["enabled"] = false
      #expect(try await ask(clockify, "PUT", "/\(id)", changed).json["enabled"] as? Bool == false)
      #expect(try await ask(clockify, "GET", "/\(id)").status == 200)
      #expect(try await ask(clockify, "DELETE", "/\(id)").status == 200)
      let gone = try await ask(clockify, "GET", "/\(id)")
      #expect(gone.status == 400)
      #expect(gone.json["code"] as? Int == 501)
    }
  }

  @Test("A missing name is misreported, and a plan has its limits")
  func limits() async throws {
    try await with(plan: "FREE") { (clockify: SimulatedClockify) async throws in
      let nameless = try await ask(clockify, "POST", "", hook("NEW_TAG", name: nil))
      #expect(nameless.status == 400)
      #expect(nameless.json["message"] as? String == "Webhook already exists")
      for number in 1...3 {
        #expect(try await ask(clockify, "POST", "", hook("NEW_TAG", name: "n\(number)")).status == 201)
      }
      #expect(try await ask(clockify, "POST", "", hook("NEW_TAG")).status == 400)
    }
    try await with { (clockify: SimulatedClockify) async throws in
      for number in 1...10 {
        #expect(try await ask(clockify, "POST", "", hook("NEW_TAG", name: "n\(number)")).status == 201)
      }
      #expect(try await ask(clockify, "POST", "", hook("NEW_TAG")).status == 400)
      clockify.change { $0.controls.acceptsWebhooks = false }
      #expect(try await ask(clockify, "DELETE", "/x").status == 405)
    }
  }

  @Test("Each change of an entry is the event that Clockify names so, with a flat body")
  func events() async throws {
    try await with { (clockify: SimulatedClockify) async throws in
      let names = [
        "NEW_TIMER_STARTED", "TIMER_STOPPED", "NEW_TIME_ENTRY", "TIME_ENTRY_UPDATED", "TIME_ENTRY_DELETED",
        "TIME_ENTRY_RESTORED", "TIME_ENTRY_SPLIT", "NEW_PROJECT", "PROJECT_UPDATED", "NEW_CLIENT",
      ]
      for name in names { #expect(try await ask(clockify, "POST", "", hook(name, name: name)).status == 201) }
      track(clockify, end: nil)
      clockify.change { $0.workspace.editEntry(Self.entry) { $0.end = $0.start + 600 } }
      clockify.change { $0.workspace.editEntry(Self.entry) { $0.end = $0.start + 900 } }
      let old = clockify.read { $0.workspace.entries[0] }
      clockify.change { $0.workspace.removeEntry(Self.entry) }
      clockify.change { $0.workspace.add(old) }
      clockify.change { $0.workspace.splitEntry(Self.entry, at: old.start + 300, newID: "66500c00b1c2d3e4f5061c04") }
      clockify.change { $0.workspace.clients.append(.init(id: "c", name: "Acme")) }
      clockify.change { $0.workspace.projects[0].clientID = "c" }
      clockify.change { $0.workspace.projects.append(.init(id: "p", name: "Beta", clientID: "c")) }
      let sent = clockify.read { $0.outbox }
      #expect(
        sent.map(\.event) == [
          "NEW_TIMER_STARTED", "TIMER_STOPPED", "TIME_ENTRY_UPDATED", "TIME_ENTRY_DELETED", "TIME_ENTRY_RESTORED",
          "TIME_ENTRY_SPLIT", "NEW_CLIENT", "PROJECT_UPDATED", "NEW_PROJECT",
        ])
      let body = try #require(try JSONSerialization.jsonObject(with: sent[0].body) as? [String: Any])
      #expect(body["id"] as? String == Self.entry)
      #expect(body["currentlyRunning"] as? Bool == true)
      #expect((body["timeInterval"] as? [String: Any])?["end"] is NSNull)
      #expect(body["taskId"] == nil)
      #expect(body["tagIds"] == nil)
      #expect((body["project"] as? [String: Any])?["name"] as? String == "Alpha")
      #expect(!String(decoding: sent[5].body, as: UTF8.self).contains("66500c00b1c2d3e4f5061c04"))
    }
  }

  @Test("What is not answered with 2xx is sent again; after too many failures the webhook is off, and its log says so")
  func failures() async throws {
    try await with { (clockify: SimulatedClockify) async throws in
      // Another simulated Clockify refuses everything without a key, and remembers what it was sent.
      let other = try await SimulatedClockify.start([])
      #expect(try await ask(clockify, "POST", "", hook("NEW_TIME_ENTRY", url: other.apiURL + "/hook")).status == 201)
      clockify.change { state in
        state.controls.deliveries.retries = 2
        state.controls.deliveries.retryPause = 0.01
        state.controls.deliveries.failuresUntilOff = 5
      }
      let (id, token) = clockify.read { ($0.workspace.webhooks[0].id, $0.workspace.webhooks[0].token) }
      track(clockify)
      #expect(await clockify.deliver() == 0)
      let asked = other.read(\.requests)
      #expect(asked.count == 3)
      #expect(asked[0].headers.contains { $0.0.lowercased() == "clockify-signature" && $0.1 == token })
      #expect(
        asked[0].headers.contains { $0.0.lowercased() == "clockify-webhook-event-type" && $0.1 == "NEW_TIME_ENTRY" })
      #expect(clockify.read { $0.workspace.webhooks[0].isDelivering })
      clockify.change { $0.workspace.removeEntry(Self.entry) }
      clockify.change { state in
        state.workspace.add(
          .init(id: "66500c00b1c2d3e4f5061c05", userID: state.workspace.users[0].id, projectID: nil, start: 5, end: 9))
      }
      #expect(await clockify.deliver() == 0)
      #expect(!clockify.read { $0.workspace.webhooks[0].isDelivering })
      let logs = try await ask(clockify, "POST", "/\(id)/logs", ["status": "SUCCEEDED"])
      #expect(logs.status == 200)
      await other.stop()
    }
  }

  @Test("A read may lag behind its event, and a key that lost its rights sees nothing by its id")
  func reads() async throws {
    try await with { (clockify: SimulatedClockify) async throws in
      #expect(try await ask(clockify, "POST", "", hook("NEW_TIME_ENTRY")).status == 201)
      func status() async throws -> Int {
        var request = HTTPClientRequest(url: "\(clockify.apiURL)/workspaces/w/time-entries/\(Self.entry)")
        request.headers.add(name: "X-Api-Key", value: SimulatedClockify.key)
        return Int(try await HTTPClient.shared.execute(request, timeout: .seconds(10)).status.code)
      }
      clockify.change { $0.controls.readsLag = 60 }
      track(clockify)
      #expect(try await status() == 400)
      clockify.change { $0.controls.readsLag = 0.001 }
      #expect(try await status() == 200)
      clockify.change { $0.controls.knowsNoEntry = true }
      #expect(try await status() == 400)
    }
  }
}
