import AsyncHTTPClient
import ClockifySimulator
import Foundation
import NIOCore
import Testing

/// The simulator against clockify-api.md, over plain HTTP, without rota's own client.
@Suite("Simulated Clockify")
struct SimulatorTests {
  private static let day = 20_520

  private func with(_ body: (SimulatedClockify, SimulatedWorkspace) async throws -> Void) async throws {
    let workspace = WorkspaceGenerator(people: 8, projects: 12, clients: 4, days: 10, lastDay: Self.day).make()
    let clockify = try await SimulatedClockify.start([workspace])
    do { try await body(clockify, workspace) } catch {
      await clockify.stop()
      throw error
    }
    await clockify.stop()
  }

  private func send(
    _ url: String, key: String? = SimulatedClockify.key, body: String? = nil, method: String? = nil
  ) async throws -> (status: Int, json: Any?, headers: [String: String]) {
    var request = HTTPClientRequest(url: url)
    if let key { request.headers.add(name: "X-Api-Key", value: key) }
    if let body {
      request.method = .POST
      request.body = .bytes(Array(body.utf8))
    }
    if let method { request.method = .init(rawValue: method) }
    let response = try await HTTPClient.shared.execute(request, timeout: .minutes(5))
    let data = try await response.body.collect(upTo: 1 << 24)
    let json = try? JSONSerialization.jsonObject(with: Data(data.readableBytesView))
    let headers = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
    return (Int(response.status.code), json, headers)
  }

  private func code(_ json: Any?) -> Int? { (json as? [String: Any])?["code"] as? Int }

  @Test("Authentication: none, unknown, no rights")
  func authentication() async throws {
    try await with { clockify, workspace in
      let member = workspace.users[1].id
      clockify.change { $0.keys["member"] = member }
      let none = try await send(clockify.apiURL + "/user", key: nil)
      #expect((none.status, code(none.json)) == (401, 1000))
      let unknown = try await send(clockify.apiURL + "/user", key: "nope")
      #expect((unknown.status, code(unknown.json)) == (401, 4003))
      let denied = try await send(clockify.apiURL + "/workspaces/\(workspace.id)/users", key: "member")
      #expect((denied.status, code(denied.json)) == (403, 501))
    }
  }

  @Test("Missing entities are 400/501, missing routes 404/3000, other verbs refused")
  func missing() async throws {
    try await with { clockify, workspace in
      let base = clockify.apiURL + "/workspaces/\(workspace.id)"
      let entry = try await send(base + "/time-entries/ffffffffffffffffffffffff")
      #expect((entry.status, code(entry.json)) == (400, 501))
      let route = try await send(base + "/nonsense")
      #expect((route.status, code(route.json)) == (404, 3000))
      let verb = try await send(base + "/clients", body: "{}")
      #expect((verb.status, code(verb.json)) == (405, 3000))
    }
  }

  @Test("Lists page with last-page; total-count only where the real one sends it; page-size 0 is 400")
  func paging() async throws {
    try await with { clockify, workspace in
      let base = clockify.apiURL + "/workspaces/\(workspace.id)"
      let first = try await send(base + "/projects?page=1&page-size=5")
      #expect((first.json as? [Any])?.count == 5)
      #expect(first.headers["last-page"] == "false")
      #expect(first.headers["total-count"] == nil)
      let beyond = try await send(base + "/clients?page=9&page-size=5")
      #expect((beyond.json as? [Any])?.isEmpty == true)
      #expect(beyond.headers["last-page"] == "true")
      #expect(beyond.headers["total-count"] == "4")
      #expect(try await send(base + "/clients?page-size=0").status == 400)
      #expect(try await send(base + "/clients?page-size=5001").status == 400)
    }
  }

  @Test("Core lists read the window in the account's zone; reports in the zone asked for")
  func windowTrap() async throws {
    try await with { clockify, workspace in
      let user = workspace.users[0].id
      let noon = Self.day * 86_400 - 86_400 * 30 + 12 * 3600
      clockify.change { state in
        state.workspace.setEntries([
          .init(id: "66500c00b1c2d3e4f5061c01", userID: user, projectID: nil, start: noon, end: noon + 60)
        ])
        state.controls.coreWindowZone = "Etc/GMT-3"
      }
      func utc(_ seconds: Int) -> String {
        ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: Double(seconds)))
      }
      func core(_ from: Int, _ to: Int) async throws -> Int {
        let url =
          clockify.apiURL + "/workspaces/\(workspace.id)/user/\(user)/time-entries?start=\(utc(from))&end=\(utc(to))"
        return ((try await send(url)).json as? [Any])?.count ?? -1
      }
      #expect(try await core(noon - 600, noon + 600) == 0)
      #expect(try await core(noon + 3 * 3600 - 600, noon + 3 * 3600 + 600) == 1)
      let body =
        "{\"dateRangeStart\":\"\(utc(noon - 600))\",\"dateRangeEnd\":\"\(utc(noon + 600))\",\"timeZone\":\"UTC\",\"detailedFilter\":{}}"
      let report = try await send(clockify.reportsURL + "/workspaces/\(workspace.id)/reports/detailed", body: body)
      let rows = (report.json as? [String: Any])?["timeentries"] as? [[String: Any]]
      #expect(rows?.count == 1)
      #expect(((rows?[0]["timeInterval"] as? [String: Any])?["start"] as? String)?.hasSuffix("Z") == true)
    }
  }

  @Test("Report totals count all pages; removed people are in reports but in no list")
  func reports() async throws {
    try await with { clockify, workspace in
      let removed = try #require(workspace.users.filter(\.isRemoved).first)
      let body =
        "{\"dateRangeStart\":\"2026-02-20T00:00:00Z\",\"dateRangeEnd\":\"2026-03-12T00:00:00Z\",\"timeZone\":\"UTC\",\"sortOrder\":\"ASCENDING\",\"detailedFilter\":{\"page\":1,\"pageSize\":20}}"
      let report = try await send(clockify.reportsURL + "/workspaces/\(workspace.id)/reports/detailed", body: body)
      let object = report.json as? [String: Any]
      let totals = (object?["totals"] as? [[String: Any]])?.first
      #expect(totals?["entriesCount"] as? Int == workspace.entries.count)
      #expect((object?["timeentries"] as? [Any])?.count == 20)
      let users = try await send(clockify.apiURL + "/workspaces/\(workspace.id)/users?page-size=100&status=ALL")
      #expect((users.json as? [[String: Any]])?.contains { $0["id"] as? String == removed.id } == false)
      #expect(workspace.entries.contains { $0.userID == removed.id })
    }
  }

  @Test("The hourly budget answers 429, with Retry-After only when set")
  func budget() async throws {
    try await with { clockify, _ in
      clockify.change { $0.controls.budget = .perHour(2) }
      _ = try await send(clockify.apiURL + "/user")
      _ = try await send(clockify.apiURL + "/user")
      let over = try await send(clockify.apiURL + "/user")
      #expect(over.status == 429)
      #expect(over.headers["retry-after"] == nil)
    }
  }

  @Test("The same seed makes the same workspace")
  func seeded() {
    let generator = WorkspaceGenerator(days: 20, lastDay: Self.day)
    let (first, second) = (generator.make(), generator.make())
    #expect(first.entries.map(\.id) == second.entries.map(\.id))
    #expect(first.entries.count > 300)
    #expect(Set(first.entries.map(\.id)).count == first.entries.count)
  }
}
