import ClockifyAPI
import ClockifySimulator
import Foundation
import RotaTesting
import Testing

/// Each flag of the single operations, and the request that it becomes (toolbox.md 1.3).
@Suite("Toolbox: operations")
struct OperationTests {
  struct Case: Sendable {
    let arguments: [String]
    /// Method, path below the workspace, query, body.
    let request: String

    init(_ arguments: String, _ request: String) {
      self.arguments = Case.words(arguments)
      self.request = request
    }

    /// Split at blanks, `'…'` kept together.
    static func words(_ text: String) -> [String] {
      text.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
        index.isMultiple(of: 2) ? part.split(separator: " ").map(String.init) : [String(part)]
      }
    }
  }

  private typealias ID = ToolBench.ID
  private static let (ana, bob) = (Cast.Person.ana.id, Cast.Person.bob.id)
  private static let page = "page=1&page-size=1000"
  private static let entry = "6630aa10b1c2d3e4f5060901"

  static let writes: [Case] = [
    // Run, Add Time Entry
    Case("time-entries add --start 2026-05-04T07:00:00Z", #"POST /time-entries {"start":"2026-05-04T07:00:00Z"}"#),
    Case(
      "time-entries add --start '2026-05-04 09:00' --end 2026-05-04T10:45",
      #"POST /time-entries {"start":"2026-05-04T07:00:00Z","end":"2026-05-04T08:45:00Z"}"#),
    Case(
      "time-entries add --start 2026-05-04T09:00 --end 2026-05-04T10:00 --time-zone UTC --workspace W",
      #"POST /time-entries {"start":"2026-05-04T09:00:00Z","end":"2026-05-04T10:00:00Z"}"#),
    Case(
      "time-entries add --start 2026-05-04 --end 2026-05-04T01:00 --user bob@ex.test",
      #"POST /user/\#(bob)/time-entries {"start":"2026-05-03T22:00:00Z","end":"2026-05-03T23:00:00Z"}"#),
    Case(
      "time-entries add --start 2026-05-04T07:00:00Z --end 2026-05-04T08:00:00Z --project Alpha --task Design --tag on-site --tag \(ID.oldTag) --description Header --billable --workspace \(ID.workspace)",
      #"POST /time-entries {"start":"2026-05-04T07:00:00Z","end":"2026-05-04T08:00:00Z","projectId":"\#(ID.alpha)","taskId":"\#(ID.design)","tagIds":["\#(ID.onSite)","\#(ID.oldTag)"],"description":"Header","billable":true}"#
    ),
    Case(
      "time-entries add --start 2026-05-04T07:00:00Z --end 2026-05-04T08:00:00Z --no-billable --field 'type=\"REGULAR\"'",
      #"POST /time-entries {"start":"2026-05-04T07:00:00Z","end":"2026-05-04T08:00:00Z","billable":false,"type":"REGULAR"}"#
    ),
    // Update, Stop, Delete Time Entry
    Case(
      "time-entries update \(entry) --end 2026-05-04T09:00:00Z --description new",
      #"PUT /time-entries/\#(entry) {"start":"2026-05-04T07:00:00Z","end":"2026-05-04T09:00:00Z","description":"new","projectId":"\#(ID.alpha)","tagIds":["\#(ID.onSite)"],"billable":true}"#
    ),
    Case(
      "time-entries update \(entry) --clear projectId --start 2026-05-04T06:00:00Z --clear tagIds",
      #"PUT /time-entries/\#(entry) {"start":"2026-05-04T06:00:00Z","end":"2026-05-04T08:00:00Z","description":"Call","billable":true}"#
    ),
    Case(
      "time-entries stop --user bob@ex.test --end 2026-05-04T08:00:00Z",
      #"PATCH /user/\#(bob)/time-entries {"end":"2026-05-04T08:00:00Z"}"#),
    Case("time-entries delete \(entry) --yes", "DELETE /time-entries/\(entry)"),
    // Workspaces
    Case("workspaces add --name 'Cool Company'", #"POST /api/v1/workspaces {"name":"Cool Company"}"#),
    // Projects
    Case(
      "projects add --name 'New one' --client Acme --color #665F5E --public --billable --note n --estimate manual --estimate-hours 12.5",
      ##"POST /projects {"name":"New one","clientId":"\##(ID.acme)","isPublic":true,"billable":true,"color":"#665F5E","note":"n","estimate":{"estimate":"PT12H30M","type":"MANUAL"}}"##
    ),
    Case(
      "projects add --name 'New one' --no-public --no-billable --estimate auto",
      #"POST /projects {"name":"New one","isPublic":false,"billable":false,"estimate":{"estimate":"PT0S","type":"AUTO"}}"#
    ),
    Case(
      "projects add --name 'New one' --field 'hourlyRate={\"amount\":8500}'",
      #"POST /projects {"name":"New one","hourlyRate":{"amount":8500}}"#),
    Case(
      "projects update Alpha --archived",
      ##"PUT /projects/\##(ID.alpha) {"name":"Alpha","clientId":"\##(ID.acme)","isPublic":true,"billable":true,"color":"#0B8043","note":"","archived":true}"##
    ),
    Case(
      "projects update Alpha --estimate-hours 120",
      #"PATCH /projects/\#(ID.alpha)/estimate {"timeEstimate":{"estimate":"PT120H","type":"MANUAL","active":true}}"#),
    Case("projects delete Gone --yes", "DELETE /projects/\(ID.gone)"),
    Case("projects delete Alpha --archive-first --yes", "DELETE /projects/\(ID.alpha)"),
    // Tasks
    Case(
      "tasks add --project Alpha --name Review --user me --user bob@ex.test --estimate-hours 3 --estimate-minutes 45",
      #"POST /projects/\#(ID.alpha)/tasks {"name":"Review","assigneeIds":["\#(ana)","\#(bob)"],"estimate":"PT3H45M"}"#),
    Case(
      "tasks add --project Alpha --name Review --estimate-hours 1 --estimate-minutes 60 --no-billable",
      #"POST /projects/\#(ID.alpha)/tasks {"name":"Review","estimate":"PT2H","billable":false}"#),
    Case(
      "tasks update Design --project Alpha --done",
      #"PUT /projects/\#(ID.alpha)/tasks/\#(ID.design) {"name":"Design","assigneeIds":[],"estimate":"PT0S","status":"DONE","billable":true}"#
    ),
    Case(
      "tasks update Design --project Alpha --name Draw --billable",
      #"PUT /projects/\#(ID.alpha)/tasks/\#(ID.design) {"name":"Draw","assigneeIds":[],"estimate":"PT0S","status":"ACTIVE","billable":true}"#
    ),
    Case(
      "tasks delete Design --project Alpha --archive-first --yes", "DELETE /projects/\(ID.alpha)/tasks/\(ID.design)"),
    // Clients, tags
    Case(
      "clients add --name New --email a@ex.test --address 'Street 1' --note n",
      #"POST /clients {"name":"New","email":"a@ex.test","address":"Street 1","note":"n"}"#),
    Case("clients update Old --no-archived", #"PUT /clients/\#(ID.old) {"name":"Old","archived":false}"#),
    Case("clients delete Old --yes", "DELETE /clients/\(ID.old)"),
    Case("tags add --name new", #"POST /tags {"name":"new"}"#),
    Case("tags update old --name older", #"PUT /tags/\#(ID.oldTag) {"name":"older","archived":true}"#),
    Case("tags delete on-site --yes", "DELETE /tags/\(ID.onSite)"),
    // API call
    Case(
      "call POST '/workspaces/{workspaceId}/tags' --body '{\"name\":\"x\"}' --query a=b%26 --header 'X-Note: n' --yes",
      #"POST /tags?a=b%26 {"name":"x"}"#),
  ]

  static let reads: [Case] = [
    Case("time-entries find", "GET /user/\(ana)/time-entries?\(page)"),
    Case(
      "time-entries find --user bob@ex.test --from 2026-05-04T10:00:00Z --to 2026-05-05T10:00:00Z",
      "GET /user/\(bob)/time-entries?start=2026-05-03T08:00:00Z&end=2026-05-06T12:00:00Z&\(page)"),
    Case(
      "time-entries find --project \(ID.alpha) --task \(ID.design) --tag \(ID.onSite) --tag \(ID.oldTag) --with-project --with-task --hydrated",
      "GET /user/\(ana)/time-entries?hydrated=true&project=\(ID.alpha)&task=\(ID.design)&tags=\(ID.onSite)&tags=\(ID.oldTag)&project-required=true&task-required=true&\(page)"
    ),
    Case("time-entries find --running --project \(ID.alpha)", "GET /user/\(ana)/time-entries?in-progress=true&\(page)"),
    Case("time-entries find --running --user all", "GET /time-entries/status/in-progress?\(page)"),
    Case("time-entries find --duration-format", "GET "),
    Case("time-entries find --limit 3 --ndjson", "GET /user/\(ana)/time-entries?\(page)"),
    Case("time-entries get \(entry)", "GET /time-entries/\(entry)"),
    Case("time-entries get running", "GET /time-entries/6630aa10b1c2d3e4f5060902"),
    Case("workspaces find --limit 1", "GET /api/v1/workspaces?\(page)"), Case("workspaces get", "GET "),
    Case("projects find --name Alp", "GET /projects?name=Alp&\(page)"),
    Case("projects find --name Alpha --exact", "GET /projects?name=Alpha&strict-name-search=true&\(page)"),
    Case("projects get \(ID.alpha)", "GET /projects/\(ID.alpha)"),
    Case("clients find --name Acme --exact", "GET /clients?name=Acme&\(page)"),
    Case("clients get Acme", "GET /clients/\(ID.acme)"),
    Case("tags find --name on-site --exact --json", "GET /tags?name=on-site&strict-name-search=true&\(page)"),
    Case("tags get on-site", "GET /tags/\(ID.onSite)"),
    Case("tasks find --project Alpha --active", "GET /projects/\(ID.alpha)/tasks?is-active=true&\(page)"),
    Case("tasks find --project Alpha --done", "GET /projects/\(ID.alpha)/tasks?is-active=false&\(page)"),
    Case("tasks get Design --project Alpha", "GET /projects/\(ID.alpha)/tasks/\(ID.design)"),
    Case("call GET '/user?x=1' --query 'y=a b' -i", "GET /api/v1/user?x=1&y=a b"),
    Case("call POST '/workspaces/{workspaceId}/reports/detailed' --host reports --body '{}'", "POST "),
  ]

  private func prepared(_ body: (Shell, SimulatedClockify) async throws -> Void) async throws {
    try await ToolboxShell.with { shell, clockify in
      clockify.change { state in
        var entry = SimulatedWorkspace.Entry(
          id: Self.entry, userID: Cast.Person.ana.id, projectID: ToolBench.ID.alpha, start: 1_777_878_000,
          end: 1_777_881_600)
        (entry.description, entry.tagIDs) = ("Call", [ToolBench.ID.onSite])
        state.workspace.add(entry)
        for (id, user) in [
          ("6630aa10b1c2d3e4f5060902", Cast.Person.ana.id), ("6630aa10b1c2d3e4f5060903", Cast.Person.bob.id),
        ] {
          state.workspace.add(.init(id: id, userID: user, projectID: nil, start: 1_777_874_400, end: nil))
        }
      }
      try await body(shell, clockify)
    }
  }

  @Test("Each flag of a writing command, and the request that it becomes", arguments: writes.indices)
  func write(_ index: Int) async throws {
    let one = Self.writes[index]
    try await prepared { shell, clockify in
      // A dry run says it, and sends nothing.
      if one.arguments[0] != "call" {
        let dry = try await shell.run(["clockify"] + one.arguments.filter { $0 != "--yes" } + ["--dry-run"])
        #expect(dry.status == 0, "\(dry.errors)")
        #expect(clockify.read { $0.requests.allSatisfy { $0.method == "GET" } })
        let parts = one.request.split(separator: " ", maxSplits: 2).map(String.init)
        #expect(dry.out.contains(parts[1].replacing("/api/v1", with: "").split(separator: "?")[0]))
        if parts.count == 3 { #expect(dry.out.contains(parts[2])) }
      }
      let result = try await shell.run(["clockify"] + one.arguments)
      #expect(result.status == 0, "\(result.errors)")
      #expect(clockify.read { $0.requests.last?.status ?? 0 } / 100 == 2)
      #expect(clockify.lastRequest() == one.request)
    }
  }

  @Test("Each flag of a reading command, and the request that it becomes", arguments: reads.indices)
  func read(_ index: Int) async throws {
    let one = Self.reads[index]
    try await prepared { shell, clockify in
      let result = try await shell.run(["clockify"] + one.arguments)
      if !one.arguments.contains("reports") { #expect(result.status == 0, "\(result.errors)") }
      #expect(clockify.lastRequest().hasPrefix(one.request), "\(clockify.lastRequest())")
      #expect(clockify.read { $0.requests.allSatisfy { $0.method == "GET" || $0.path.contains("/reports/") } })
    }
  }

  @Test(
    "find filters here what Clockify's window gets wrong, says when there is more, and prints rows as they were sent")
  func find() async throws {
    try await prepared { shell, clockify in
      let within = try await shell.run(
        "clockify", "time-entries", "find", "--from", "2026-05-04T07:00:00Z", "--to", "2026-05-04T07:00:01Z", "--json")
      let rows = try #require(JSONTree(within.out)).elements
      #expect(rows.map { $0["id"]?.words } == [Self.entry])
      let none = try await shell.run("clockify", "time-entries", "find", "--from", "2026-05-04T07:00:01Z")
      #expect(none.out.isEmpty && none.errors == "Clockify has no such time-entries.\n")
      let few = try await shell.run("clockify", "projects", "find", "--limit", "2", "--ndjson")
      #expect(
        few.out.split(separator: "\n").count == 2 && few.errors == "There are more than 2: --limit all shows them.\n")
      let all = try await shell.run("clockify", "projects", "find", "--limit", "all", "--ndjson", "-q")
      #expect(all.out.split(separator: "\n").count == 3 && all.errors.isEmpty)
      clockify.change { $0.workspace.settings.durationFormat = "DECIMAL" }
      let decimal = try await shell.run("clockify", "time-entries", "find", "--project", "Alpha", "--duration-format")
      #expect(decimal.out.contains("  1.00  "))
    }
  }

  @Test("What is refused here is refused before anything is sent")
  func refusedHere() async throws {
    let cases: [(arguments: String, part: String)] = [
      (
        "time-entries add --start 2026-05-04T09:00 --end 2026-05-04T08:00",
        "the end (2026-05-04T06:00:00Z) is before the start"
      ),
      ("time-entries add --start yesterday", "\"yesterday\" is no time"),
      ("time-entries add --start 2026-10-25T02:30", "comes twice in Europe/Berlin"),
      ("time-entries add --start now --task Design", "a task by its name needs its project"),
      ("time-entries add --start now --project Alhpa", "Did you mean \"Alpha\"?"),
      (
        "time-entries add --start now --description 'a <b>'",
        "'description' must be text of 0 to 3000 characters without < and >"
      ),
      (
        "time-entries add --start now --user nobody@ex.test",
        "no user of the workspace is reached by \"nobody@ex.test\""
      ),
      ("time-entries get nothing", "\"nothing\" is no id of a time entry"),
      ("projects add --name x", "'name' must be text of 2 to 250 characters"),
      ("projects add --name xx --color red", "--color must be like #665F5E"),
      ("projects add --name xx --estimate auto --estimate-hours 3", "--estimate-hours goes with --estimate manual"),
      ("projects add --name xx --field note", "--field \"note\" is not KEY=JSON"),
      ("projects update Alpha", "nothing to change was named"),
      ("projects update Alpha --clear colour", "update-project has no field 'colour'"),
      (
        "projects update Alpha --field 'colour=\"#000000\"'",
        "update-project has no field 'colour'. Did you mean 'color'?"
      ),
      ("tasks add --project Alpha --name x --estimate-minutes 61", "--estimate-minutes must be 0 to 60"),
      (
        "tags add --name xx --workspace Nowhere",
        "the key sees no workspace \"Nowhere\": it sees W (\(ToolBench.ID.workspace))"
      ),
      ("call PUSH /user", "METHOD must be"), ("call GET user", "\"user\" is no path"),
      ("call GET /a/../b", "has a part that leads elsewhere"),
      ("call GET /a/%2e%2E/b", "has a part that leads elsewhere"), ("call GET //evil.test/", "is no path"),
      ("call GET https://evil.test/", "is no path"),
      ("call GET /user --header 'authorization: x'", "the header authorization is rota's own"),
      ("call GET /user --header 'a b: x'", "the header \"a b\" is none"),
      ("call POST /user --body @nothing.json --yes", "the file nothing.json cannot be read"),
    ]
    try await prepared { shell, clockify in
      for (arguments, part) in cases {
        let result = try await shell.run(["clockify"] + Case.words(arguments))
        #expect(result.status == 64, "\(arguments): \(result.errors)")
        #expect(result.errors.contains(part), "\(arguments): \(result.errors)")
      }
      #expect(clockify.read { $0.requests.allSatisfy { $0.method == "GET" } })
    }
  }

  @Test("What cannot be taken back needs a yes")
  func confirmation() async throws {
    try await prepared { shell, clockify in
      for arguments in ["tags delete on-site", "call POST /workspaces --body '{\"name\":\"x\"}'"] {
        let result = try await shell.run(["clockify"] + Case.words(arguments))
        #expect(
          result.status == 4 && result.errors.contains("needs a yes, and nothing was sent\nNext: the same with --yes"))
      }
      #expect(clockify.read { $0.requests.allSatisfy { $0.method == "GET" } })
    }
  }

  @Test("Several workspaces: one must be named; the settings may do it")
  func workspaces() async throws {
    try await prepared { shell, clockify in
      clockify.change { state in
        var other = ToolBench.workspace()
        (other.id, other.name) = ("6630aa10b1c2d3e4f5069998", "Other")
        state.workspaces.append(other)
      }
      let both = try await shell.run("clockify", "tags", "find")
      #expect(
        both.status == 64 && both.errors.contains("the key sees 2 workspaces: W (\(ToolBench.ID.workspace)), Other ("))
      var set = shell
      set.environment["ROTA_CLOCKIFY_WORKSPACES"] = "6630aa10b1c2d3e4f5069998"
      #expect(try await set.run("clockify", "tags", "find", "-q").status == 0)
      #expect(clockify.read { $0.requests.last?.path.contains("6630aa10b1c2d3e4f5069998") ?? false })
    }
  }

  @Test("A timer that runs is named when another is started, and a change that is none is not sent")
  func words() async throws {
    try await prepared { shell, clockify in
      let start = try await shell.run("clockify", "time-entries", "add", "--start", "2026-05-04T09:00:00Z")
      #expect(start.errors == "This stops the running timer without a description (6630aa10b1c2d3e4f5060902).\n")
      clockify.clearRequests()
      let same = try await shell.run("clockify", "tags", "update", "on-site", "--name", "on-site")
      #expect(same.errors == "It is so already: nothing was sent.\n")
      #expect(clockify.read { $0.requests.allSatisfy { $0.method == "GET" } })
      let half = try await failingHalf(shell, clockify)
      #expect(
        half.status == 1
          && half.errors.contains(
            "PUT /workspaces/\(ToolBench.ID.workspace)/projects/\(ToolBench.ID.alpha) was done, PATCH /workspaces")
      )
    }
  }

  private func failingHalf(_ shell: Shell, _ clockify: SimulatedClockify) async throws -> (
    status: Int32, out: String, errors: String
  ) {
    clockify.change { $0.controls.faults = [Fault(.status(400), on: "/estimate", beforeWork: true)] }
    return try await shell.run("clockify", "projects", "update", "Alpha", "--name", "Alpha 2", "--estimate-hours", "3")
  }
}
