import ClockifyAPI
import ClockifySimulator
import Foundation
import RotaTesting
import Sending
import Testing

/// One record whose answer does not come (toolbox.md 3.6).
@Suite("Sending: the one in doubt")
struct DoubtTests {
  struct Ending: Equatable {
    var state: String
    var resolved: String?
    /// Writing requests.
    var sent: Int
  }

  /// Sends one record whose first answer is lost.
  ///
  /// - Parameters:
  ///   - done: whether Clockify did it before.
  ///   - meanwhile: happens after the request, before it is looked for.
  private func end(
    _ settings: String, _ record: String, done: Bool, method: String = "POST", settlesDoubt: Bool = true,
    prepare: @Sendable (inout SimulatedClockify.State) -> Void = { _ in },
    meanwhile: @escaping @Sendable (inout SimulatedClockify.State) -> Void = { _ in }, resend: Bool = false
  ) async throws -> Ending {
    var ending = Ending(state: "", sent: 0)
    try await ToolBench.with { bench in
      try bench.write("in.ndjson", record)
      bench.clockify.change { state in
        prepare(&state)
        state.controls.faults = [Fault(.close, on: "/workspaces", method: method, beforeWork: !done, times: 1)]
        state.beforeAnswer = { state, _, _ in
          // The first reading request after the lost one.
          guard state.requests.contains(where: { $0.method == method && $0.status == 0 }) else { return }
          meanwhile(&state)
          state.beforeAnswer = nil
        }
      }
      func sender() throws -> Sender {
        let toolbox = try bench.toolbox(settlesDoubt: settlesDoubt)
        let destination = try Destination(JSONTree(settings) ?? .null)
        return Sender(
          input: (bench.path("in.ndjson"), .ndjson), renderer: Renderer(destination) { _ in toolbox }, home: toolbox,
          folder: try SendFolder(path: bench.path("in.send")))
      }
      do { _ = try await sender().run() } catch is SendStopped {}
      if resend {
        var again = try sender()
        again.options.resendsUnknown = true
        _ = try await again.run()
      }
      let lines = try String(contentsOfFile: bench.path("in.send/results.ndjson"), encoding: .utf8).split(
        separator: "\n")
      let last = try #require(lines.last.flatMap { JSONTree(String($0)) })
      ending = Ending(state: last["state"]?.words ?? "", resolved: last["resolved"]?.words, sent: bench.writes.count)
    }
    return ending
  }

  private static let entry =
    #"{"start":"2026-05-04T05:00:00Z","end":"2026-05-04T06:00:00Z","description":"Call","tagIds":["\#(ToolBench.ID.onSite)"]}"#
  private static let plainEntry = #"{"start":"2026-05-04T05:00:00Z","end":"2026-05-04T06:00:00Z"}"#
  private static let entries = #"{"template":"create-time-entry"}"#

  @Test("Created client, project, tag and task: found is done, not found is sent after a minute")
  func items() async throws {
    for (settings, record) in [
      (#"{"template":"create-client"}"#, #"{"name":"New"}"#), (#"{"template":"create-tag"}"#, #"{"name":"new"}"#),
      (#"{"template":"create-project"}"#, #"{"name":"New","clientId":"\#(ToolBench.ID.acme)"}"#),
      (#"{"template":"create-task","project":"Alpha"}"#, #"{"name":"New"}"#),
    ] {
      #expect(
        try await end(settings, record, done: true) == Ending(state: "done", resolved: "found", sent: 1), "\(settings)")
      #expect(
        try await end(settings, record, done: false) == Ending(state: "done", resolved: "absent", sent: 2),
        "\(settings)")
    }
  }

  @Test("One of the name that was there before, or whose id tells no time, is not taken for ours")
  func older() async throws {
    let clients = #"{"template":"create-client"}"#
    // Refused, and the refusal was lost.
    #expect(try await end(clients, #"{"name":"Acme"}"#, done: true) == Ending(state: "unknown", sent: 1))
    let timeless = try await end(
      clients, #"{"name":"New"}"#, done: true, prepare: { $0.controls.idsTellNoTime = true })
    #expect(timeless == Ending(state: "unknown", sent: 1))
  }

  @Test("A time entry is looked for by what it is, without a window")
  func entry() async throws {
    for record in [Self.entry, Self.plainEntry] {
      #expect(
        try await end(Self.entries, record, done: true, prepare: { $0.controls.hidesFreshEntriesFor = 45 })
          == Ending(state: "done", resolved: "found", sent: 1))
      #expect(try await end(Self.entries, record, done: false) == Ending(state: "done", resolved: "absent", sent: 2))
    }
    // A timer that was stopped meanwhile is still the one.
    let timer = try await end(
      #"{"template":"create-time-entry","timers":true}"#, #"{"start":"2026-05-04T05:00:00Z","description":"T"}"#,
      done: true,
      meanwhile: { state in
        for entry in state.workspace.entries { state.workspace.editEntry(entry.id) { $0.end = $0.start + 60 } }
      })
    #expect(timer == Ending(state: "done", resolved: "found", sent: 1))
  }

  @Test("Two equal entries, or an equal older one: nobody can tell")
  func equalEntries() async throws {
    let twin: @Sendable (inout SimulatedClockify.State, String) -> Void = { state, id in
      var entry = SimulatedWorkspace.Entry(
        id: id, userID: Cast.Person.ana.id, projectID: nil, start: 1_777_870_800, end: 1_777_874_400)
      entry.description = "Call"
      entry.tagIDs = [ToolBench.ID.onSite]
      state.workspace.add(entry)
    }
    let fresh = String(ToolBench.start, radix: 16) + "00000000000000ff"
    #expect(
      try await end(Self.entries, Self.entry, done: true, meanwhile: { twin(&$0, fresh) })
        == Ending(state: "unknown", sent: 1))
    #expect(
      try await end(Self.entries, Self.entry, done: false, prepare: { twin(&$0, "6630aa10b1c2d3e4f50600ff") })
        == Ending(state: "unknown", sent: 1))
  }

  @Test("A stopped timer: looked at by its id; another one that was started meanwhile runs on")
  func stop() async throws {
    let stop = #"{"template":"stop-timer"}"#
    let timer: @Sendable (inout SimulatedClockify.State) -> Void = { state in
      state.workspace.add(
        .init(
          id: "6630aa10b1c2d3e4f5060901", userID: Cast.Person.ana.id, projectID: nil, start: 1_777_870_000, end: nil))
    }
    let record = #"{"end":"2026-05-04T06:30:00Z"}"#
    #expect(
      try await end(stop, record, done: true, method: "PATCH", prepare: timer)
        == Ending(state: "done", resolved: "found", sent: 1))
    #expect(
      try await end(stop, record, done: false, method: "PATCH", prepare: timer)
        == Ending(state: "done", resolved: "absent", sent: 2))
    let another = try await end(
      stop, record, done: true, method: "PATCH", prepare: timer,
      meanwhile: { state in
        state.workspace.add(
          .init(
            id: "6630aa10b1c2d3e4f5060902", userID: Cast.Person.ana.id, projectID: nil, start: 1_777_878_000, end: nil))
      })
    #expect(another == Ending(state: "done", resolved: "found", sent: 1))
  }

  @Test("What cannot be looked up is unknown, and sent again only when that is asked for")
  func unknown() async throws {
    let custom = #"{"url":"/workspaces/{workspaceId}/tags"}"#
    #expect(try await end(custom, #"{"name":"new"}"#, done: true) == Ending(state: "unknown", sent: 1))
    #expect(try await end(custom, #"{"name":"new"}"#, done: false, resend: true) == Ending(state: "done", sent: 2))
    #expect(
      try await end(#"{"template":"create-tag"}"#, #"{"name":"new"}"#, done: true, settlesDoubt: false)
        == Ending(state: "unknown", sent: 1))
    // No right to look.
    let denied = try await end(
      #"{"template":"create-client"}"#, #"{"name":"New"}"#, done: true,
      meanwhile: { $0.controls.faults = [Fault(.status(403), on: "/clients", method: "GET")] })
    #expect(denied == Ending(state: "unknown", sent: 1))
  }

  @Test("PUT and DELETE are sent again; a DELETE of what is gone was done")
  func repeatable() async throws {
    let tag = #"{"id":"\#(ToolBench.ID.onSite)"}"#
    #expect(
      try await end(#"{"template":"delete-tag"}"#, tag, done: true, method: "DELETE")
        == Ending(state: "done", resolved: "found", sent: 2))
    #expect(
      try await end(#"{"template":"delete-tag"}"#, tag, done: false, method: "DELETE") == Ending(state: "done", sent: 2)
    )
    #expect(
      try await end(
        #"{"template":"update-tag"}"#, #"{"id":"\#(ToolBench.ID.onSite)","name":"x"}"#, done: true, method: "PUT")
        == Ending(state: "done", sent: 2))
    // One that was never there is refused.
    let missing = try await end(
      #"{"template":"delete-tag"}"#, #"{"id":"6630aa10b1c2d3e4f5060999"}"#, done: true, method: "none")
    #expect(missing == Ending(state: "failed", sent: 1))
  }
}
