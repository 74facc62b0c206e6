import AsyncHTTPClient
import ClockifySimulator
import Foundation
import RotaTesting
import Testing

/// Clockify's traps for those who write (clockify-api.md 3 to 5), told by plain requests.
@Suite("Simulator: writing")
struct WritingTests {
  private func ask(
    _ bench: ToolBench, _ method: String, _ path: String, _ body: String? = nil, key: String = SimulatedClockify.key
  ) async throws -> (status: Int, code: Int?, row: [String: Any]) {
    var request = HTTPClientRequest(url: bench.clockify.apiURL + path)
    request.method = .init(rawValue: method)
    request.headers.add(name: "X-Api-Key", value: key)
    if let body { request.body = .bytes(Array(body.utf8)) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
    let data = Data(buffer: try await response.body.collect(upTo: 1 << 20))
    let row = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
    return (Int(response.status.code), row["code"] as? Int, row)
  }

  private let workspace = "/workspaces/\(ToolBench.ID.workspace)"

  @Test("Off, every writing request is refused")
  func off() async throws {
    try await ToolBench.with { bench in
      bench.clockify.change { $0.controls.acceptsWrites = false }
      for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let status = try await ask(bench, method, "\(workspace)/tags", #"{"name":"x"}"#).status
        #expect(status == 405)
      }
      #expect(bench.clockify.read { $0.workspace.tags.count } == 2)
    }
  }

  @Test("An empty body starts a timer, unknown fields are passed over, one timer a person")
  func timers() async throws {
    try await ToolBench.with { bench in
      let first = try await ask(bench, "POST", "\(workspace)/time-entries")
      #expect(first.status == 201)
      bench.clock.pass(100)
      let second = try await ask(bench, "POST", "\(workspace)/time-entries", #"{"strat":"2026-05-04T06:00:00Z"}"#)
      #expect(second.status == 201)
      let ends = bench.clockify.read { $0.workspace.entries.map(\.end) }
      #expect(ends.compactMap(\.self) == [ToolBench.start + 100] && ends.count == 2)
      let id = try #require(second.row["id"] as? String)
      #expect(Int(id.prefix(8), radix: 16) == ToolBench.start + 100)
      let none = try await ask(
        bench, "PATCH", "\(workspace)/user/\(Cast.Person.bob.id)/time-entries", #"{"end":"2026-05-04T08:00:00Z"}"#)
      #expect(none.status == 404 && none.code == 404)
    }
  }

  @Test("A PUT replaces an entry, and resets two fields of a project")
  func replace() async throws {
    try await ToolBench.with { bench in
      let entry = try await ask(
        bench, "POST", "\(workspace)/time-entries",
        #"{"start":"2026-05-04T05:00:00Z","end":"2026-05-04T06:00:00Z","projectId":"\#(ToolBench.ID.alpha)","taskId":"\#(ToolBench.ID.design)","tagIds":["\#(ToolBench.ID.onSite)"],"billable":true,"description":"x"}"#
      )
      let id = try #require(entry.row["id"] as? String)
      let put = try await ask(
        bench, "PUT", "\(workspace)/time-entries/\(id)",
        #"{"start":"2026-05-04T05:00:00Z","end":"2026-05-04T06:30:00Z"}"#)
      #expect(put.status == 200 && put.row["projectId"] is NSNull && (put.row["tagIds"] as? [String])?.isEmpty ?? false)
      #expect(put.row["billable"] as? Bool == false && put.row["description"] as? String == "")
      bench.clockify.change { $0.workspace.projects[0].members["color"] = "#112233" }
      let project = try await ask(bench, "PUT", "\(workspace)/projects/\(ToolBench.ID.alpha)", #"{"name":"Alpha"}"#)
      #expect(project.row["public"] as? Bool == false && project.row["billable"] as? Bool == false)
      #expect(project.row["color"] as? String == "#112233" && project.row["clientId"] as? String == ToolBench.ID.acme)
      let tag = try await ask(bench, "PUT", "\(workspace)/tags/\(ToolBench.ID.oldTag)", #"{"name":"old"}"#)
      #expect(tag.row["archived"] as? Bool == false)
    }
  }

  @Test("Names are unique while the item is there, and kept after it where that is so; only what is archived goes")
  func names() async throws {
    try await ToolBench.with { bench in
      let taken = try await ask(bench, "POST", "\(workspace)/clients", #"{"name":"Old"}"#)
      #expect(taken.status == 400 && taken.code == 501)
      #expect(try await ask(bench, "DELETE", "\(workspace)/clients/\(ToolBench.ID.acme)").status == 400)
      #expect(try await ask(bench, "DELETE", "\(workspace)/clients/\(ToolBench.ID.old)").status == 200)
      bench.clockify.change { $0.controls.keepsDeletedNames = true }
      #expect(try await ask(bench, "POST", "\(workspace)/clients", #"{"name":"Old"}"#).status == 400)
      bench.clockify.change { $0.controls.keepsDeletedNames = false }
      #expect(try await ask(bench, "POST", "\(workspace)/clients", #"{"name":"Old"}"#).status == 201)
      let task = "\(workspace)/projects/\(ToolBench.ID.alpha)/tasks/\(ToolBench.ID.design)"
      #expect(try await ask(bench, "DELETE", task).status == 400)
      #expect(try await ask(bench, "PUT", task, #"{"name":"Design","status":"DONE"}"#).status == 200)
      #expect(try await ask(bench, "DELETE", task).status == 200)
      for (path, body) in [
        ("projects", #"{"name":"x"}"#), ("projects", #"{"name":"xx","color":"red"}"#), ("tags", "{}"),
      ] {
        #expect(try await ask(bench, "POST", "\(workspace)/\(path)", body).status == 400, "\(path) \(body)")
      }
    }
  }

  @Test("Locks stop members and not admins, approvals everybody; only timers, forced fields, billable, foreign people")
  func rights() async throws {
    try await ToolBench.with { bench in
      let (bob, key) = (Cast.Person.bob.id, ToolBench.memberKey)
      let body = #"{"start":"2026-05-04T05:00:00Z","end":"2026-05-04T06:00:00Z"}"#
      bench.clockify.change { $0.workspace.settings.lockedBefore = ToolBench.start }
      #expect(try await ask(bench, "POST", "\(workspace)/time-entries", body, key: key).code == 1003)
      let entry = try await ask(bench, "POST", "\(workspace)/time-entries", body)
      #expect(entry.status == 201)
      let id = try #require(entry.row["id"] as? String)
      bench.clockify.change { $0.workspace.editEntry(id) { $0.approvalRequestID = "1" } }
      let approved = try await ask(bench, "DELETE", "\(workspace)/time-entries/\(id)")
      #expect(approved.status == 403 && approved.code == 4005)
      bench.clockify.change { state in
        state.workspace.settings.lockedBefore = nil
        state.workspace.settings.onlyTimers = true
      }
      #expect(try await ask(bench, "POST", "\(workspace)/time-entries", body).code == 4030)
      #expect(try await ask(bench, "POST", "\(workspace)/user/\(bob)/time-entries", body).status == 201)
      #expect(try await ask(bench, "POST", "\(workspace)/user/\(bob)/time-entries", body, key: key).code == 4030)
      #expect(
        try await ask(bench, "POST", "\(workspace)/user/\(Cast.Person.ana.id)/time-entries", body, key: key).code == 501
      )
      bench.clockify.change { state in
        state.workspace.settings.onlyTimers = false
        state.workspace.settings.forceTags = true
        state.workspace.settings.onlyAdminsChangeBillable = true
      }
      #expect(try await ask(bench, "POST", "\(workspace)/time-entries", body).status == 400)
      #expect(
        try await ask(bench, "POST", "\(workspace)/time-entries", #"{"start":"2026-05-04T05:00:00Z"}"#).status == 201)
      let billable = try await ask(
        bench, "POST", "\(workspace)/time-entries",
        #"{"start":"2026-05-04T05:00:00Z","end":"2026-05-04T06:00:00Z","tagIds":["\#(ToolBench.ID.onSite)"],"billable":true}"#,
        key: key)
      #expect(billable.status == 201 && billable.row["billable"] as? Bool == false)
      #expect(try await ask(bench, "POST", "\(workspace)/clients", #"{"name":"x"}"#, key: key).status == 403)
    }
  }

  @Test("Bulk changes of entries: all or none")
  func bulk() async throws {
    try await ToolBench.with { bench in
      let ana = Cast.Person.ana.id
      var ids: [String] = []
      for hour in 1...2 {
        let made = try await ask(
          bench, "POST", "\(workspace)/time-entries",
          #"{"start":"2026-05-04T0\#(hour):00:00Z","end":"2026-05-04T0\#(hour):30:00Z"}"#)
        ids.append(try #require(made.row["id"] as? String))
      }
      let rows = ids.map { #"{"id":"\#($0)","start":"2026-05-04T05:00:00Z","end":"2026-05-04T06:00:00Z"}"# }
      let bad = "[\(rows[0]),{\"id\":\"6630aa10b1c2d3e4f5069999\",\"start\":\"2026-05-04T05:00:00Z\"}]"
      #expect(try await ask(bench, "PUT", "\(workspace)/user/\(ana)/time-entries", bad).status == 400)
      #expect(bench.clockify.read { state in !state.workspace.entries.contains { $0.start == 1_777_870_800 } })
      #expect(
        try await ask(bench, "PUT", "\(workspace)/user/\(ana)/time-entries", "[\(rows.joined(separator: ","))]").status
          == 200)
      let gone = ids.map { "time-entry-ids=\($0)" }.joined(separator: "&")
      #expect(try await ask(bench, "DELETE", "\(workspace)/user/\(ana)/time-entries?\(gone)").status == 200)
      #expect(bench.clockify.read { $0.workspace.entries.isEmpty })
    }
  }
}
