import ClockifyAPI
import ClockifySimulator
import Foundation
import RotaTesting
import Testing

/// `rota clockify send` as its user has it (toolbox.md 1.4, 3).
@Suite("Toolbox: sending")
struct SendTests {
  private typealias ID = ToolBench.ID

  private func send(_ shell: Shell, _ arguments: String) async throws -> (status: Int32, out: String, errors: String) {
    try await shell.run(["clockify", "send"] + OperationTests.Case.words(arguments))
  }

  /// Writing requests as `POST /tags {…}`.
  private func writes(_ clockify: SimulatedClockify) -> [String] {
    let prefix = "/api/v1/workspaces/\(ID.workspace)"
    return clockify.read { state in
      state.requests.filter { $0.method != "GET" }.map { request in
        let query = request.query.isEmpty ? "" : "?\(request.query)"
        return "\(request.method) \(request.path.replacing(prefix, with: ""))\(query) \(request.body)"
          .trimmingCharacters(in: .whitespaces)
      }
    }
  }

  struct Case: Sendable {
    let arguments: String
    let input: String
    var file = "in.ndjson"
    /// A destination file.
    var destination: String?
    let requests: [String]
    var header: String?
  }

  private static let ana = Cast.Person.ana.id
  private static let bob = Cast.Person.bob.id

  /// Each option of the sender: as a flag, and as a key of the destination file.
  static let cases: [Case] = [
    Case(arguments: "--template create-tag", input: #"{"name":"x"}"#, requests: [#"POST /tags {"name":"x"}"#]),
    Case(
      arguments: "", input: #"{"name":"x"}"#, destination: "template: create-tag",
      requests: [#"POST /tags {"name":"x"}"#]),
    Case(
      arguments: "--template create-tag --workspace W", input: #"{"name":"x"}"#, requests: [#"POST /tags {"name":"x"}"#]
    ),
    Case(
      arguments: "", input: #"{"name":"x","ws":"W"}"#, destination: "template: create-tag\nworkspace: \"{{ws}}\"",
      requests: [#"POST /tags {"name":"x"}"#]),
    Case(
      arguments: "--template update-tag --id '{{key}}'", input: #"{"key":"\#(ID.onSite)","name":"y"}"#,
      requests: [#"PUT /tags/\#(ID.onSite) {"name":"y","archived":false}"#]),
    Case(
      arguments: "--template delete-tag", input: #"{"id":"\#(ID.onSite)"}"#, requests: ["DELETE /tags/\(ID.onSite)"]),
    Case(
      arguments: "--template create-task --project '{{p}}'", input: #"{"p":"Beta","name":"z","estimate":"1:30"}"#,
      requests: [#"POST /projects/\#(ID.beta)/tasks {"name":"z","estimate":"PT1H30M"}"#]),
    Case(
      arguments: "", input: #"{"name":"z"}"#, destination: "template: create-task\nproject: Alpha",
      requests: [#"POST /projects/\#(ID.alpha)/tasks {"name":"z"}"#]),
    Case(
      arguments: "--template stop-timer --user bob@ex.test", input: #"{"end":"2026-05-04T09:00:00Z"}"#,
      requests: [#"PATCH /user/\#(bob)/time-entries {"end":"2026-05-04T09:00:00Z"}"#]),
    Case(
      arguments: "--template create-time-entry --timers", input: #"{"start":"2026-05-04 09:00"}"#,
      requests: [#"POST /time-entries {"start":"2026-05-04T07:00:00Z"}"#]),
    Case(
      arguments: "--time-zone America/New_York",
      input:
        "Email,Start,End,Project,Ticket,Text,Tags,Billable\nBOB@ex.test,2026-05-04 09:00,2026-05-04T10:00,Alpha,T-1,,on-site;old,no\n",
      file: "in.csv",
      destination: """
        template: create-time-entry
        user: "{{Email | user}}"
        time_zone: UTC
        body:
          start: "{{Start | instant}}"
          end: "{{End | instant}}"
          projectId: "{{Project | project}}"
          description: "{{Ticket}}: {{Text ?? \\"no text\\"}}"
          tagIds: "{{Tags | list | tag}}"
          billable: "{{Billable ?? true | boolean}}"
        """,
      requests: [
        #"POST /user/\#(bob)/time-entries {"start":"2026-05-04T13:00:00Z","end":"2026-05-04T14:00:00Z","projectId":"\#(ID.alpha)","description":"T-1: no text","tagIds":["\#(ID.onSite)","\#(ID.oldTag)"],"billable":false}"#
      ]),
    // The record is the body, in the types of its fields.
    Case(
      arguments: "--template create-project",
      input: "name\tbillable\testimate.estimate\testimate.type\nGamma\tyes\tPT1H\tMANUAL\n", file: "in.tsv",
      requests: [#"POST /projects {"name":"Gamma","billable":true,"estimate":{"estimate":"PT1H","type":"MANUAL"}}"#]),
    // A request of one's own.
    Case(
      arguments:
        "--method PUT --url '/workspaces/{workspaceId}/tags/{{id}}?x={{name}}' --header 'X-Note: {{name}}' --headers X-A:1,X-B:2 --content-format json",
      input: #"{"id":"\#(ID.onSite)","name":"a b"}"#, requests: [#"PUT /tags/\#(ID.onSite)?x=a%20b {}"#],
      header: "X-Note: a b"),
    Case(
      arguments: "--exclude a,b.c", input: #"{"name":"x","a":1,"b":{"c":1,"d":2}}"#,
      destination: "url: /workspaces/{workspaceId}/tags\nmethod: POST\nheaders:\n  X-Note: n",
      requests: [#"POST /tags {"name":"x","b":{"d":2}}"#], header: "X-Note: n"),
    Case(
      arguments: "--batch --batch-size 2 --url /workspaces/{workspaceId}/user/\(ana)/time-entries --method PUT",
      input: (1...3).map {
        #"{"id":"6630aa10b1c2d3e4f506090\#($0)","start":"2026-05-04T0\#($0):00:00Z","end":"2026-05-04T0\#($0):30:00Z"}"#
      }.joined(separator: "\n"),
      requests: [
        #"PUT /user/\#(ana)/time-entries [{"id":"6630aa10b1c2d3e4f5060901","start":"2026-05-04T01:00:00Z","end":"2026-05-04T01:30:00Z"},{"id":"6630aa10b1c2d3e4f5060902","start":"2026-05-04T02:00:00Z","end":"2026-05-04T02:30:00Z"}]"#,
        #"PUT /user/\#(ana)/time-entries [{"id":"6630aa10b1c2d3e4f5060903","start":"2026-05-04T03:00:00Z","end":"2026-05-04T03:30:00Z"}]"#,
      ]),
    Case(
      arguments: "--batch-by u --max-errors all",
      input: "{\"u\":\"a\",\"n\":1}\n{\"u\":\"b\",\"n\":2}\n{\"u\":\"a\",\"n\":3}",
      destination: "url: /workspaces/{workspaceId}/{{u}}\nbatch:\n  size: 50\n  as: {key: rows}\nbody:\n  n: \"{{n}}\"",
      requests: [#"POST /a {"rows":[{"n":1},{"n":3}]}"#]),
    Case(
      arguments: "--template create-tag --unknown-fields drop", input: #"{"name":"x","more":1}"#,
      requests: [#"POST /tags {"name":"x"}"#]),
    Case(
      arguments: "--template create-tag", input: #"{"name":"x","more":1}"#, destination: "unknown_fields: send",
      requests: [#"POST /tags {"name":"x","more":1}"#]),
    Case(
      arguments: "--template update-project --update replace", input: #"{"id":"\#(ID.alpha)","name":"Alpha 2"}"#,
      requests: [#"PUT /projects/\#(ID.alpha) {"name":"Alpha 2"}"#]),
    Case(
      arguments: "--template update-project", input: #"{"id":"\#(ID.alpha)","name":"Alpha 2"}"#,
      destination: "update: merge",
      requests: [
        ##"PUT /projects/\##(ID.alpha) {"name":"Alpha 2","clientId":"\##(ID.acme)","isPublic":true,"billable":true,"color":"#0B8043","note":"","archived":false}"##
      ]),
  ]

  @Test("Each option of the sender, as flag and as key, and the request that it becomes", arguments: cases.indices)
  func options(_ index: Int) async throws {
    let one = Self.cases[index]
    try await ToolboxShell.with { shell, clockify in
      clockify.change { state in
        for number in 1...3 {
          state.workspace.add(
            .init(
              id: "6630aa10b1c2d3e4f506090\(number)", userID: Self.ana, projectID: nil, start: number * 3600,
              end: number * 3600 + 60))
        }
        state.workspace.add(
          .init(id: "6630aa10b1c2d3e4f5060909", userID: Self.bob, projectID: nil, start: 1_777_870_000, end: nil))
      }
      try shell.write(one.file, one.input)
      var arguments = "\(one.file) --yes \(one.arguments)"
      if let destination = one.destination {
        try shell.write("to.yaml", destination)
        arguments += " --with to.yaml"
      }
      let result = try await send(shell, arguments)
      #expect(Array(writes(clockify).prefix(one.requests.count)) == one.requests, "\(result.errors)")
      if let header = one.header {
        let sent = try #require(clockify.read { $0.requests.last { $0.method != "GET" } })
        #expect(sent.headers.contains { "\($0.0): \($0.1)".lowercased() == header.lowercased() }, "\(sent.headers)")
      }
    }
  }

  @Test("Preview, test, save: nothing is sent, one record is sent, the flags become a file")
  func trials() async throws {
    try await ToolboxShell.with { shell, clockify in
      try shell.write("in.ndjson", "{\"name\":\"a\"}\n{\"name\":\"b\"}\n{\"name\":\"c\"}")
      let preview = try await send(shell, "in.ndjson --template create-tag --preview 1 --record 2")
      #expect(
        preview.out
          == "record 2 (line 2)\nPOST \(clockify.apiURL)/workspaces/\(ID.workspace)/tags\n{\"name\":\"b\"}\n\n")
      let json = try await send(shell, "in.ndjson --template create-tag --preview 2 --json")
      #expect(JSONTree(json.out)?.elements.map { $0["body"]?.json } == [#"{"name":"a"}"#, #"{"name":"b"}"#])
      #expect(
        writes(clockify).isEmpty
          && !FileManager.default.fileExists(atPath: shell.folder.appendingPathComponent("in.ndjson.send").path))

      #expect(try await send(shell, "in.ndjson --template create-tag --test").status == 4)
      let test = try await send(shell, "in.ndjson --template create-tag --test --record 2 --yes")
      #expect(
        test.status == 0 && test.errors == "Record 2: done. The send passes over it.\n"
          && test.out.hasPrefix("POST /workspaces/"))
      try shell.write("payload.json", json.out.replacing("\"a\"", with: "\"other\""))
      let other = try await send(shell, "in.ndjson --template create-tag --test --payload payload.json --yes")
      #expect(other.errors == "Record 1 with another body: done. The record itself is still to be sent.\n")
      let rest = try await send(shell, "in.ndjson --template create-tag --yes")
      #expect(rest.errors == "3 done, 0 failed, 0 unknown. Results: in.ndjson.send/results.ndjson\n")
      #expect(clockify.read { $0.workspace.tags.map(\.name).sorted() } == ["a", "b", "c", "old", "on-site", "other"])

      let saved = try await send(
        shell, "in.ndjson --template update-tag --id '{{key}}' --unknown-fields drop --max-errors 5 --save s.yaml")
      #expect(
        saved.errors == "Saved as s.yaml; nothing was sent. To send: rota clockify send in.ndjson --with s.yaml\n")
      let text = try String(contentsOf: shell.folder.appendingPathComponent("s.yaml"), encoding: .utf8)
      #expect(text == "template: \"update-tag\"\nid: \"{{key}}\"\nunknown_fields: \"drop\"\nmax_errors: 5\n")
      let kept = try await send(shell, "in.ndjson --with s.yaml --save s2.yaml")
      #expect(kept.status == 0)
      #expect(try String(contentsOf: shell.folder.appendingPathComponent("s2.yaml"), encoding: .utf8) == text)
    }
  }

  @Test("What went wrong is counted, told, sent again when asked for; results are an input of the next send")
  func results() async throws {
    try await ToolboxShell.with { shell, clockify in
      try shell.write("in.ndjson", "{\"name\":\"New\"}\n{\"name\":\"Old\"}\n{\"name\":\"Acme\"}\n{\"name\":\"Newer\"}")
      let stopped = try await send(shell, "in.ndjson --template create-client --yes")
      #expect(stopped.status == 1)
      #expect(
        stopped.errors == """
          2 records sent. The same command goes on where it stopped.
          Error: stopped at record 2 (line 2): a client "Old" exists: \(ID.old) (archived). Clockify says: "Client with this name already exists"
          Next: rota clockify clients get \(ID.old)

          """)
      let rest = try await send(shell, "in.ndjson --template create-client --yes --max-errors all")
      #expect(rest.status == 3)
      #expect(
        rest.errors == """
          2 done, 2 failed, 0 unknown. Failed: name taken 1. Results: in.ndjson.send/results.ndjson
          Next: the same with --retry-failed, once what is wrong was corrected

          """)
      clockify.change { $0.workspace.clients.removeAll { ["Old", "Acme"].contains($0.name) } }
      let again = try await send(shell, "in.ndjson --template create-client --yes --retry-failed")
      #expect(again.status == 0 && again.errors.hasPrefix("4 done, 0 failed, 0 unknown."))
      let all = try await send(shell, "in.ndjson --template create-client --yes")
      #expect(all.status == 0 && all.errors.hasPrefix("All is sent: 4 done"))

      // Only the last line of each record has an id of its own.
      let undo = try await send(
        shell,
        "in.ndjson.send/results.ndjson --template update-client --id '{{response.id}}' --yes --skip-invalid --max-errors all --journal undo --with archive.yaml"
      )
      #expect(undo.status == 64)
      try shell.write("archive.yaml", "template: update-client\nid: \"{{response.id}}\"\nbody:\n  archived: true")
      let archive = try await send(
        shell, "in.ndjson.send/results.ndjson --yes --skip-invalid --max-errors all --journal undo --with archive.yaml")
      #expect(archive.errors.contains("4 done, 2 failed, 0 unknown. Failed: not valid 2."))
      #expect(clockify.read { $0.workspace.clients.allSatisfy(\.archived) })
    }
  }

  @Test("Up to ten problems are said before anything is sent")
  func problems() async throws {
    try await ToolboxShell.with { shell, clockify in
      try shell.write(
        "in.ndjson",
        (0..<14).map { $0.isMultiple(of: 7) ? #"{"name":"ok\#($0)"}"# : #"{"nam":"x"}"# }.joined(separator: "\n"))
      let refused = try await send(shell, "in.ndjson --template create-tag --yes")
      #expect(refused.status == 64)
      let lines = refused.errors.split(separator: "\n")
      #expect(
        lines.count == 13
          && lines[1] == "  record 2 (line 2): create-tag has no field 'nam'. Did you mean 'name'?; 'name' is missing")
      #expect(lines[11] == "  perhaps more" && lines[12] == "Next: correct it, or send the rest with --skip-invalid")
      #expect(writes(clockify).isEmpty)
      let rest = try await send(shell, "in.ndjson --template create-tag --yes --skip-invalid --max-errors 12")
      #expect(rest.status == 3 && rest.errors.hasPrefix("2 done, 12 failed, 0 unknown. Failed: not valid 12."))
      // What the workspace forces is looked at, too.
      clockify.change { state in
        state.workspace.settings.forceTasks = true
        state.workspace.things["custom_fields"] = [
          ["id": "6630aa10b1c2d3e4f5060911", "name": "Phase", "required": true, "status": "VISIBLE"]
        ]
      }
      try shell.write(
        "time.ndjson",
        "{\"start\":\"2026-05-04T07:00:00Z\",\"end\":\"2026-05-04T08:00:00Z\"}\n{\"start\":\"2026-05-04T07:00:00Z\"}")
      let forced = try await send(shell, "time.ndjson --template create-time-entry --yes")
      #expect(
        forced.errors.contains(
          "record 1 (line 1): the workspace requires a task; the workspace requires the custom field \"Phase\"\n"))
      #expect(forced.errors.contains("record 2 (line 2): 'end' is missing\n"))
    }
  }

  @Test("Mistakes: no such file, no form, no template, two of one thing, somebody else's folder, no right, no network")
  func mistakes() async throws {
    try await ToolboxShell.with { shell, clockify in
      try shell.write("in.ndjson", #"{"name":"x"}"#)
      try shell.write("in.txt", "x")
      try shell.write("bad.yaml", "template: create-tag\n\tid: x")
      try FileManager.default.createDirectory(
        at: shell.folder.appendingPathComponent("locked"), withIntermediateDirectories: true)
      for (arguments, status, part) in [
        ("nothing.ndjson --template create-tag --yes", 64, "the file nothing.ndjson cannot be read"),
        ("in.txt --template create-tag --yes", 64, "the name \"in.txt\" does not tell the form of the input"),
        ("in.ndjson --yes", 64, "'template' or 'url' is missing"),
        ("in.ndjson --template create-tagg", 64, "Did you mean 'create-tag'?"),
        ("in.ndjson --with nothing.yaml", 64, "the file nothing.yaml cannot be read"),
        ("in.ndjson --with bad.yaml", 64, "bad.yaml line 2: a tab"),
        ("in.ndjson --template create-tag --preview 1 --test", 64, "one of them"),
        ("in.ndjson --template create-tag --record 3", 64, "--record goes with"),
        ("in.ndjson --template create-tag --preview 1 --record 3", 64, "the input has no record 3"),
        ("- --template create-tag --yes", 64, "the name \"-\" does not tell"),
        ("- --template create-tag --yes --format csv", 64, "standard input needs a folder of its own"),
        ("in.ndjson --template create-tag --yes --journal nowhere/x", 1, "the folder nowhere/x cannot be made"),
        (
          "in.ndjson --template create-tag --yes --url https://evil.test/x", 64,
          "'url' goes with a request of one's own"
        ),
        ("in.ndjson --url https://evil.test/x --yes", 64, "'url' must begin with /"),
      ] as [(String, Int32, String)] {
        let result = try await send(shell, arguments)
        #expect(result.status == status && result.errors.contains(part), "\(arguments): \(result.errors)")
      }
      #expect(writes(clockify).isEmpty)
      var member = shell
      member.environment["CLOCKIFY_API_KEY"] = ToolBench.memberKey
      let denied = try await send(member, "in.ndjson --template create-client --yes --journal d")
      #expect(denied.status == 5 && denied.errors.contains("the key of Bob has no right to this."))
      // Nothing was done: with a better key it is sent.
      let second = try await send(shell, "in.ndjson --template create-client --yes --journal d")
      #expect(second.status == 64 && second.errors.contains("belongs to another send: the key's owner is not the same"))
      await clockify.stop()
      let offline = try await send(shell, "in.ndjson --template create-tag --yes --journal e")
      #expect(offline.status == 5 && offline.errors.contains("refused the connection"))
    }
  }

  @Test("The hour's budget ends a send with 3 and the time to go on; a key that is echoed stands nowhere")
  func budgetAndKey() async throws {
    try await ToolboxShell.with { plain, clockify in
      try plain.write("in.ndjson", (1...9).map { #"{"name":"t\#($0)"}"# }.joined(separator: "\n"))
      var shell = plain
      shell.environment["ROTA_CLOCKIFY_REQUESTS_PER_HOUR"] = "6"
      let used = try await send(shell, "in.ndjson --template create-tag --yes")
      #expect(used.status == 3 && used.errors.contains("the workspace's 6 requests an hour are used up"))
      #expect(used.errors.contains("Next: run the same command again after 20"))
      #expect(clockify.read { $0.workspace.tags.count } == 2 + 4)
      let rest = try await send(plain, "in.ndjson --template create-tag --yes")
      #expect(rest.status == 0 && clockify.read { $0.workspace.tags.count } == 2 + 9)

      let canary = "canary/\(UUID().uuidString)=="
      shell = plain
      shell.environment["CLOCKIFY_API_KEY"] = canary
      clockify.change { state in
        state.keys[canary] = Cast.Person.ana.id
        state.controls.faults = [
          Fault(
            .body(#"{"id":"\#(canary)","name":"\#(canary.replacing("/", with: "\\/"))"}"#), on: "/tags", method: "POST")
        ]
      }
      try shell.write("key.ndjson", #"{"name":"k"}"#)
      var printed = ""
      for arguments in [
        "key.ndjson --template create-tag --yes -v", "key.ndjson --template create-tag --preview 1 --json",
      ] {
        let result = try await send(shell, arguments)
        printed += result.out + result.errors
      }
      clockify.change { state in
        state.keys = [:]
        state.controls.echoesKeys = true
      }
      for arguments in ["tags find", "call GET /user -i", "tags add --name x -v"] {
        let result = try await shell.run(["clockify"] + OperationTests.Case.words(arguments))
        #expect(result.status != 0)
        printed += result.out + result.errors
      }
      #expect(!printed.isEmpty && !printed.contains("canary"))
      let files = try #require(FileManager.default.enumerator(at: shell.folder, includingPropertiesForKeys: nil))
      for case let file as URL in files where !file.hasDirectoryPath {
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(!text.contains("canary"), "\(file.lastPathComponent)")
      }
    }
  }

  @Test("A full disk stops the send where nothing is lost; a second Ctrl-C ends at once")
  func fullDisk() async throws {
    try await ToolboxShell.with { shell, clockify in
      try shell.write("in.ndjson", (1...6).map { #"{"name":"t\#($0)"}"# }.joined(separator: "\n"))
      // No file may have more than a KiB.
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = [
        "-c",
        "trap '' XFSZ; ulimit -f 1; exec \"\(Shell.binary.path)\" clockify send in.ndjson --template create-tag --yes",
      ]
      (process.environment, process.currentDirectoryURL) = (shell.environment, shell.folder)
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      let words = await Shell.read(errors)
      await Shell.end(process)
      #expect(
        process.terminationStatus == 1
          && words.contains("ndjson cannot be written: File too large. Nothing more was sent\nNext: make room (df -h)"),
        "\(words)")
      #expect((1...5).contains(clockify.read { $0.workspace.tags.count } - 2))
      // What was sent is found, not sent again.
      let rest = try await send(shell, "in.ndjson --template create-tag --yes")
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(clockify.read { $0.workspace.tags.map(\.name) } == ["on-site", "old"] + (1...6).map { "t\($0)" })
      #expect(
        try await send(shell, "in.ndjson --template create-tag --yes --results /dev/full").errors.contains(
          "/dev/full is no file"))

      clockify.change { $0.controls.faults = [Fault(.delay(20), on: "/tags", method: "POST")] }
      try shell.write("slow.ndjson", "{\"name\":\"c\"}")
      let start = ContinuousClock.now
      let (slow, _, _) = try shell.start(["clockify", "send", "slow.ndjson", "--template", "create-tag", "--yes"])
      while !clockify.read({ $0.workspace.tags.contains { $0.name == "c" } }) {
        try await Task.sleep(for: .milliseconds(5))
      }
      for _ in 1...2 {
        kill(slow.processIdentifier, SIGTERM)
        try await Task.sleep(for: .milliseconds(300))
      }
      await Shell.end(slow)
      #expect(slow.terminationStatus == 130 && ContinuousClock.now - start < .seconds(15))
    }
  }

  @Test("Ctrl-C lets the running request end and notes it; killed at random moments, each record is there once")
  func interrupted() async throws {
    try await ToolboxShell.with { shell, clockify in
      let count = 30
      try shell.write("in.ndjson", (1...count).map { #"{"name":"t\#($0)"}"# }.joined(separator: "\n"))
      clockify.change { $0.controls.faults = [Fault(.delay(0.05), on: "/tags", method: "POST")] }
      let command = ["clockify", "send", "in.ndjson", "--template", "create-tag", "--yes"]
      let (process, _, errors) = try shell.start(command)
      while clockify.read({ $0.workspace.tags.count }) < 5 { try await Task.sleep(for: .milliseconds(5)) }
      kill(process.processIdentifier, SIGINT)
      let words = await Shell.read(errors)
      await Shell.end(process)
      #expect(
        process.terminationStatus == 130 && words.contains("records sent. The same command goes on where it stopped."),
        "\(words)")
      let lines = {
        try String(contentsOf: shell.folder.appendingPathComponent("in.ndjson.send/results.ndjson"), encoding: .utf8)
          .split(separator: "\n").count
      }
      #expect(try lines() == clockify.read { $0.workspace.tags.count } - 2)
      for _ in 0..<6 {
        let (dying, _, _) = try shell.start(command)
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...500)))
        kill(dying.processIdentifier, SIGKILL)
        await Shell.end(dying)
      }
      clockify.change { $0.controls.faults = [] }
      let rest = try await shell.run(command)
      #expect(rest.status == 0 && rest.errors.contains("\(count) done, 0 failed, 0 unknown"), "\(rest.errors)")
      let names = clockify.read { $0.workspace.tags.map(\.name) }
      #expect(names.count == count + 2 && Set(names).count == names.count)
    }
  }
}
