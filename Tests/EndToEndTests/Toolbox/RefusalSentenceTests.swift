import ClockifySimulator
import Foundation
import RotaTesting
import Testing

/// What Clockify refuses, and what the user reads (toolbox.md 2.3): sentence, next step, exit code.
@Suite("Toolbox: what goes wrong")
struct RefusalSentenceTests {
  struct Case: Sendable {
    let arguments: String
    var key = SimulatedClockify.key
    let status: Int32
    let sentence: String
    var next: String?
    var prepare: @Sendable (inout SimulatedClockify.State) -> Void = { _ in }
  }

  private typealias ID = ToolBench.ID
  private static let entry = "6630aa10b1c2d3e4f5060901"
  private static let missing = "6630aa10b1c2d3e4f5060999"
  private static let hour = "--start 2026-05-04T07:00:00Z --end 2026-05-04T08:00:00Z"

  static let cases: [Case] = [
    Case(
      arguments: "time-entries update \(entry) --description x", key: ToolBench.memberKey, status: 1,
      sentence: #"entry \#(entry) of 4 May is locked. Clockify says: "Time entry is locked""#,
      next: "use an owner's or admin's key", prepare: { $0.workspace.settings.lockedBefore = 1_777_900_000 }),
    Case(
      arguments: "time-entries add \(hour)", key: ToolBench.memberKey, status: 1,
      sentence: #"entry of 4 May is locked. Clockify says: "Time entry is locked""#,
      next: "use an owner's or admin's key",
      prepare: { $0.workspace.settings.lockedBefore = 1_777_900_000 }),
    Case(
      arguments: "time-entries delete \(entry) --yes", status: 1,
      sentence: #"entry \#(entry) of 4 May is approved. Clockify says: "Time entry is approved""#,
      next: "withdraw the approval in Clockify",
      prepare: { state in state.workspace.editEntry(entry) { $0.approvalRequestID = "1" } }),
    Case(
      arguments: "time-entries add \(hour)", status: 1,
      sentence: #"the workspace allows only timers. Clockify says: "Manual time tracking is disabled""#,
      next: "the same with --user me",
      prepare: { $0.workspace.settings.onlyTimers = true }),
    Case(
      arguments: "clients add --name x", key: ToolBench.memberKey, status: 5,
      sentence: #"the key of Bob has no right to this. Clockify says: "Access Denied""#, next: "rota check"),
    Case(
      arguments: "time-entries add \(hour)", status: 1,
      sentence: #"the workspace requires a project. Clockify says: "Required fields are missing""#,
      next: "the same with --project",
      prepare: { $0.workspace.settings.forceProjects = true }),
    Case(
      arguments: "time-entries add \(hour) --project Alpha", status: 1, sentence: "the workspace requires a task.",
      next: "the same with --task",
      prepare: { $0.workspace.settings.forceTasks = true }),
    Case(
      arguments: "time-entries add \(hour)", status: 1, sentence: "the workspace requires a tag.",
      next: "the same with --tag",
      prepare: { $0.workspace.settings.forceTags = true }),
    Case(
      arguments: "time-entries add \(hour)", status: 1, sentence: "the workspace requires a description.",
      next: "the same with --description", prepare: { $0.workspace.settings.forceDescription = true }),
    Case(
      arguments: "time-entries add \(hour)", status: 1, sentence: "the workspace requires the custom field \"Phase\".",
      next: "the same with --field",
      prepare: { state in
        state.workspace.things["custom_fields"] = [
          [
            "id": "6630aa10b1c2d3e4f5060911", "name": "Phase", "required": true, "entityType": "TIMEENTRY",
            "status": "VISIBLE",
          ]
        ]
      }),
    Case(
      arguments: "time-entries add \(hour) --tag old", status: 1, sentence: "tag old is archived.",
      next: "rota clockify tags update \(ID.oldTag) --no-archived", prepare: { $0.controls.refusesArchivedTags = true }),
    Case(
      arguments: "time-entries add \(hour) --project \(missing)", status: 1,
      sentence: "project \(missing) is not in workspace W.",
      next: "rota clockify projects find"),
    Case(
      arguments: "projects add --name xx --client \(missing)", status: 1,
      sentence: "client \(missing) is not in workspace W.",
      next: "rota clockify clients find"),
    Case(
      arguments: "time-entries add \(hour) --tag \(missing)", status: 1,
      sentence: "tag \(missing) is not in workspace W.",
      next: "rota clockify tags find"),
    Case(
      arguments: "time-entries add \(hour) --user \(missing)", status: 1,
      sentence: "user \(missing) is not in workspace W.",
      next: "rota clockify call GET '/workspaces/{workspaceId}/users'"),
    Case(
      arguments: "tasks update \(missing) --project Alpha --done", status: 1,
      sentence: "task \(missing) is not in workspace W.",
      next: "rota clockify tasks find --project \(ID.alpha)"),
    Case(
      arguments: "time-entries get \(missing)", status: 1, sentence: "entry \(missing) is not in workspace W.",
      next: "rota clockify time-entries find"),
    Case(
      arguments: "time-entries add \(hour) --project Alpha --task \(ID.wiring)", status: 1,
      sentence: "task Wiring belongs to Beta, not Alpha.", next: "rota clockify tasks find --project \"Beta\""),
    Case(
      arguments: "clients add --name Old", status: 1,
      sentence: #"a client "Old" exists: \#(ID.old) (archived). Clockify says: "Client with this name already exists""#,
      next: "rota clockify clients get \(ID.old)"),
    Case(
      arguments: "tasks add --project Alpha --name Design", status: 1,
      sentence: #"a task "Design" exists: \#(ID.design)."#,
      next: "rota clockify tasks get \(ID.design) --project \(ID.alpha)"),
    Case(
      arguments: "tags update on-site --name old", status: 1,
      sentence: #"a tag "old" exists: \#(ID.oldTag) (archived)."#,
      next: "rota clockify tags get \(ID.oldTag)"),
    Case(
      arguments: "clients add --name Acne", status: 1,
      sentence: #"Clockify keeps the name "Acne", perhaps of a deleted client."#,
      next: "the same with another name",
      prepare: { state in
        state.controls.keepsDeletedNames = true
        state.workspace.deletedNames["client"] = ["Acne"]
      }),
    Case(
      arguments: "projects delete Alpha --yes", status: 1,
      sentence: #"Alpha is active; only archived ones go. Clockify says: "Cannot delete an active project""#,
      next: "the same with --archive-first"),
    Case(
      arguments: "clients delete Acme --yes", status: 1, sentence: "Acme is active; only archived ones go.",
      next: "the same with --archive-first"),
    Case(
      arguments: "tasks delete Design --project Alpha --yes", status: 1,
      sentence: "Design is active; only done ones go.",
      next: "the same with --archive-first"),
    Case(arguments: "time-entries stop --user bob@ex.test", status: 1, sentence: "Bob has no running timer."),
    Case(arguments: "time-entries get running", status: 1, sentence: "Ana has no running timer."),
    Case(
      arguments: "call GET /nowhere", status: 1,
      sentence: #"Clockify has no such path. Clockify says: "No static resource.""#),
    Case(arguments: "call DELETE /user --yes", status: 1, sentence: "Clockify has no such path."),
    Case(
      arguments: "tags add --name x", status: 1, sentence: "Clockify refused it (400).",
      prepare: { $0.controls.faults = [Fault(.status(400), on: "/tags", method: "POST", beforeWork: true)] }),
    Case(
      arguments: "tags add --name old --no-diagnosis", status: 1,
      sentence: #"Clockify refused it (400, code 501). Clockify says: "Tag with this name already exists""#),
    Case(
      arguments: "tags find", status: 5, sentence: "Clockify refused the key (401, code 4003) (GET /user)",
      next: "set CLOCKIFY_API_KEY to a valid key and run 'rota check'", prepare: { $0.keys = [:] }),
    Case(
      arguments: "tags add --name x", status: 1,
      sentence: "it is not known whether POST /workspaces/\(ID.workspace)/tags was done: it could not be looked up",
      next: "look for it: rota clockify tags find",
      prepare: { state in
        state.controls.faults = [
          Fault(.close, on: "/tags", method: "POST"), Fault(.status(403), on: "/tags", method: "GET"),
        ]
      }),
  ]

  @Test("Each refusal as a sentence, with the next step and the exit code", arguments: cases.indices)
  func sentence(_ index: Int) async throws {
    let one = Self.cases[index]
    try await ToolboxShell.with { plain, clockify in
      clockify.change { state in
        var entry = SimulatedWorkspace.Entry(
          id: Self.entry, userID: Cast.Person.bob.id, projectID: ToolBench.ID.alpha, start: 1_777_878_000,
          end: 1_777_881_600)
        entry.description = "Call"
        state.workspace.add(entry)
        one.prepare(&state)
      }
      var shell = plain
      shell.environment["CLOCKIFY_API_KEY"] = one.key
      let result = try await shell.run(["clockify"] + OperationTests.Case.words(one.arguments))
      #expect(result.status == one.status, "\(result.errors)")
      #expect(result.errors.hasPrefix("Error: \(one.sentence)"), "\(result.errors)")
      let next = result.errors.split(separator: "\n").first { $0.hasPrefix("Next: ") }.map { String($0.dropFirst(6)) }
      #expect(next == one.next, "\(result.errors)")
      // Three further requests at most look for the cause.
      clockify.read { state in
        guard let refused = state.requests.lastIndex(where: { $0.method != "GET" && $0.status == 400 }) else { return }
        #expect(state.requests.count - refused - 1 <= 3)
      }
    }
  }

  @Test("Warnings: an archived project takes time; what Clockify made otherwise than asked is said")
  func warnings() async throws {
    try await ToolboxShell.with { shell, clockify in
      let archived = try await shell.run(
        ["clockify"] + OperationTests.Case.words("time-entries add \(Self.hour) --project Gone"))
      #expect(archived.status == 0 && archived.errors == "Warning: project Gone is archived.\n")
      clockify.change { state in
        state.workspace.settings.onlyAdminsChangeBillable = true
      }
      var member = shell
      member.environment["CLOCKIFY_API_KEY"] = ToolBench.memberKey
      let billable = try await member.run(
        ["clockify"] + OperationTests.Case.words("time-entries add \(Self.hour) --billable"))
      #expect(billable.status == 0 && billable.errors == "Warning: Clockify made 'billable' false, not true.\n")
    }
  }

  @Test("No timer is no error where that is said")
  func ifRunning() async throws {
    try await ToolboxShell.with { shell, _ in
      let result = try await shell.run("clockify", "time-entries", "stop", "--if-running")
      #expect(result.status == 0 && result.errors == "Ana has no running timer.\n")
    }
  }

  @Test("The answer of a call goes to stdout, also where Clockify refuses it")
  func answers() async throws {
    try await ToolboxShell.with { shell, _ in
      let refused = try await shell.run("clockify", "call", "GET", "/nowhere")
      #expect(refused.status == 1 && refused.out == "{\"code\":3000,\"message\":\"No static resource.\"}\n")
      let head = try await shell.run("clockify", "call", "GET", "/user", "-i")
      #expect(head.out.hasPrefix("200\nContent-Type: application/json\n"))
    }
  }
}
