import Foundation
import Planning
import PlanningStore
import RotaTesting
import Steering
import Testing
import Yams

@testable import RotaWeb

/// `/api/v1`, as programs use it, and as docs/openapi.yaml says it is.
@Suite("API")
struct APITests {
  private static func description() throws -> [String: Any] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../docs/openapi.yaml").standardizedFileURL
    return try #require(try Yams.load(yaml: String(contentsOf: file, encoding: .utf8)) as? [String: Any])
  }

  /// A world in which every list has something, and a token for each right.
  private func with(_ body: (World, Served, [Right: String]) async throws -> Void) async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 285)
      world.track(.bob, .beta, "2026-03-03T15:00:00Z", minutes: 60)
      let chores = world.newProject("Chores", client: nil)
      world.track(.bob, chores, "2026-03-03T17:00:00Z", minutes: 30)
      _ = try await world.importNow()
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-06", minutes: 240)
      try world.takeOff(.bob, "2026-03-05")
      try world.lock(until: "2026-01-31")
      _ = try world.sql(
        """
        INSERT INTO holiday (date, name) VALUES ('2026-05-01', 'May Day');
        INSERT INTO project (client_id, name) VALUES (1, 'Alpha'), (1, 'Old'), (1, 'Old');
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes)
          VALUES (1, 2, 2, '2026-03-04', 30, 0);
        UPDATE actual SET billable_minutes = 60 WHERE person_id = 1 AND project_id = 1;
        """)
      world.change(Cast.Project.beta) { $0.name = "Beta 2" }
      _ = try await world.importNow()
      try await Served.with(world) { served in
        let accounts = try AccountFile(database: world.database.path)
        var tokens: [Right: String] = [:]
        for right in Right.allCases {
          tokens[right] = try AccountDesk(accounts, base: "").addToken("bi-\(right)", right).secret
        }
        try await body(world, served, tokens)
      }
    }
  }

  @Test("docs/openapi.yaml and the router know the same addresses and actions")
  func router() throws {
    let description = try Self.description()
    let paths = try #require(description["paths"] as? [String: [String: Any]])
    let described = Set(paths.flatMap { path, ways in ways.keys.map { "\($0.uppercased()) \(API.root)\(path)" } })
    let served = Set(API.routes.map { "\($0.method.rawValue) \($0.path)" })
    #expect(described.symmetricDifference(served) == [])

    let parameters = try #require(
      (description["components"] as? [String: Any])?["parameters"] as? [String: [String: Any]])
    let names = try #require((parameters["action"]?["schema"] as? [String: Any])?["enum"] as? [String])
    #expect(Set(names).symmetricDifference(APIAction.all.map(\.name)) == [])
    for list in APIList.all {
      let references = (paths["/\(list.name)"]?["get"] as? [String: Any])?["parameters"] as? [[String: String]] ?? []
      let given = references.compactMap { $0["$ref"]?.split(separator: "/").last.map(String.init) }
      #expect(given == list.parameters + ["limit", "cursor"], "\(list.name)")
    }
  }

  @Test("Every action of the desk can be asked for")
  func actions() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/Steering/Actions").standardizedFileURL
    let names = Set(APIAction.all.map(\.name))
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      for match in try String(contentsOf: file, encoding: .utf8).matches(of: /static let name = "([a-z_]+\.[a-z_]+)"/) {
        let name = String(match.output.1)
        // An import has an address of its own.
        #expect(names.contains(name) || name == "import.now", "\(name)")
      }
    }
  }

  @Test("Every answer has the keys and types that the description says, and no others")
  func shapes() async throws {
    let description = try Self.description()
    let schemas = try #require((description["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]])
    try await with { world, served, tokens in
      let token = try #require(tokens[.planner])
      _ = try await served.program("POST", "/actions/duplicates.merge", token, #"{"kind":"project","keep":5,"drop":6}"#)
      for list in APIList.all {
        let query =
          list.name == "references/find"
          ? "?q=a" : list.parameters.contains("from") ? "?from=2026-03-02&to=2026-03-08" : ""
        let answer = try await served.program("GET", "/\(list.name)\(query)", token)
        #expect(answer.status == 200, "\(list.name): \(answer.text)")
        let object = try answer.object
        #expect(Set(object.keys) == ["values", "next_cursor"], "\(list.name)")
        let values = try #require(object["values"] as? [[String: Any]])
        #expect(!values.isEmpty, "\(list.name): nothing to look at")
        let name = try Self.row(of: list.name, description)
        for value in values { #expect(Self.faults(value, schemas[name] ?? [:]) == [], "\(list.name)") }
      }
      for (path, name) in [
        ("/status", "Status"), ("/runs/1", "RunWhole"), ("/import", "Importing"),
        ("/actuals/explain?person=1&project=1&date=2026-03-02", "Explanation"),
      ] {
        let answer = try await served.program("GET", path, token)
        #expect(answer.status == 200, "\(path): \(answer.text)")
        #expect(Self.faults(try answer.object, schemas[name] ?? [:], isOpen: name == "Status") == [], "\(path)")
      }
      let said = try await served.program("POST", "/actions/roles.add", token, #"{"name":"Lead"}"#)
      #expect(Self.faults(try said.object, schemas["Said"] ?? [:]) == [])
      let refused = try await served.program("POST", "/actions/roles.add", token, #"{"name":"Lead"}"#)
      #expect(refused.status == 422)
      #expect(Self.faults(try refused.object, schemas["Error"] ?? [:]) == [])
      #expect(try refused.object["code"] as? Int == 64)
    }
  }

  private static func row(of list: String, _ description: [String: Any]) throws -> String {
    var at: Any? = description
    for key in [
      "paths", "/\(list)", "get", "responses", "200", "content", "application/json", "schema", "properties", "values",
      "items", "$ref",
    ] {
      at = (at as? [String: Any])?[key]
    }
    return try #require((at as? String)?.split(separator: "/").last.map(String.init))
  }

  /// What an object has that its schema does not say, or the other way round.
  ///
  /// - Parameter isOpen: it may have more.
  private static func faults(_ object: [String: Any], _ schema: [String: Any], isOpen: Bool = false) -> [String] {
    let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
    var faults = (schema["required"] as? [String] ?? ["no schema"]).filter { object[$0] == nil }.map {
      "\($0) is missing"
    }
    for (key, value) in object {
      guard let property = properties[key] else {
        if !isOpen { faults.append("\(key) is not described") }
        continue
      }
      let types = property["type"] as? [String] ?? [property["type"] as? String ?? ""]
      let type =
        switch value {
        case is NSNull: "null"
        case is String: "string"
        case let number as NSNumber: String(cString: number.objCType) == "c" ? "boolean" : "integer"
        case is [Any]: "array"
        default: "object"
        }
      if !types.contains(type) { faults.append("\(key) is \(type), not \(types)") }
    }
    return faults
  }

  @Test("Who may: a token that is known, by header only; a page's session reads and changes nothing")
  func rights() async throws {
    try await with { world, served, tokens in
      for token in [nil, "", "rota_0", "bi-admin"] as [String?] {
        let answer = try await served.program("GET", "/people", token)
        #expect(answer.status == 401 && answer.text.contains("rota web tokens add"))
      }
      let admin = try #require(tokens[.admin])
      #expect(try await served.ask("GET", "/api/v1/people?token=\(admin)", as: nil).status == 401)
      #expect(
        try await served.ask("GET", "/people", as: nil, headers: ["Authorization": "Bearer \(admin)"]).status == 303)
      #expect(try await served.ask("GET", "/api/v1/people", as: .viewer).status == 200)
      #expect(
        try await served.ask("POST", "/api/v1/actions/roles.add", as: .admin, form: #"{"name":"X"}"#).status == 401)
      #expect(try await served.ask("GET", "/api/v1/openapi.yaml", as: nil).text.hasPrefix("openapi: 3.1.0"))

      let before = try world.dump()
      #expect(try await served.program("POST", "/actions/roles.add", tokens[.viewer], #"{"name":"X"}"#).status == 403)
      let lock = #"{"until":"2026-02-28"}"#
      #expect(try await served.program("POST", "/actions/lock.set", tokens[.planner], lock).status == 403)
      #expect(try world.dump() == before)
      #expect(try await served.program("POST", "/actions/lock.set", admin, lock).status == 200)
      #expect(
        try world.sql("SELECT actor, surface, action FROM change_log ORDER BY id DESC LIMIT 1")
          == "bi-admin|api|lock.set")

      let accounts = try AccountFile(database: world.database.path)
      #expect(try accounts.removeToken("BI-admin"))
      #expect(try await served.program("GET", "/people", admin).status == 401)
      #expect(served.errors.lines == [])
    }
  }

  @Test("What cannot be meant is refused and said, and nothing is written; nor by a dry run")
  func strict() async throws {
    try await with { world, served, tokens in
      let token = try #require(tokens[.admin])
      let before = try world.dump()
      for (path, words) in [
        ("/people?colour=red", #"There is no parameter \"colour\"."#), ("/people?limit=0", "from 1 to 1000"),
        ("/people?limit=1001", "from 1 to 1000"), ("/people?cursor=zzz", "The cursor is none that rota gave"),
        ("/actuals?from=soon", "is no date"), ("/actuals?from=2026-03-05&to=2026-03-01", "is after to"),
        ("/actuals?modified_after=now", "is no moment"), ("/assignments?person=Nobody", "there is no person"),
        ("/drift?kind=cat", "must be client, project or person"), ("/references/find", "?q=TEXT"),
        ("/actuals/explain?person=1", "must be given"),
      ] {
        let answer = try await served.program("GET", path, token)
        #expect(
          answer.status == 422 && answer.text.lowercased().contains(words.lowercased()), "\(path): \(answer.text)")
      }
      for (action, body, words) in [
        ("roles.add", "", "name is missing"), ("roles.add", "[1]", "one JSON object"),
        ("roles.add", "{", "one JSON object"),
        ("roles.add", #"{"name":"X","colour":1}"#, #"there is no argument \"colour\""#),
        ("roles.add", #"{"name":true}"#, "name must be a text"),
        ("roles.add", #"{"name":"X","dry_run":"no"}"#, "dry_run must be true or false"),
        ("items.archive", #"{"kind":"cat","items":["1"]}"#, "must be client, project or person"),
        ("items.archive", #"{"kind":"person","items":"Ana"}"#, "items must be a list"),
        (
          "actuals.set", #"{"person":1,"project":1,"date":"2026-03-02","billable":"x"}"#,
          "billable must be a whole number"
        ),
        ("lock.set", "{}", "until is missing"), ("conflicts.keep_local", "{}", "person is missing"),
        ("assignments.import", #"{"lines":[{"person_id":"Nobody"}]}"#, "lines line 1"),
      ] {
        let answer = try await served.program("POST", "/actions/\(action)", token, body)
        #expect(
          answer.status == 422 && answer.text.lowercased().contains(words.lowercased()),
          "\(action) \(body): \(answer.text)")
      }
      #expect(try await served.program("POST", "/actions/no.such", token, "{}").status == 404)
      #expect(try await served.program("GET", "/nothing", token).status == 404)
      let dry = try await served.program(
        "POST", "/actions/actuals.set", token,
        #"{"person":"Ana","project":2,"date":"2026-03-06","billable":60,"dry_run":true}"#)
      #expect(dry.status == 200 && dry.text.contains("Would have typed Ana"))
      #expect(try dry.object["change"] is NSNull)
      #expect(try world.dump() == before)
    }
  }

  @Test("Pages of a list, followed by their cursors, are the whole list once")
  func pages() async throws {
    try await with { world, served, tokens in
      let token = try #require(tokens[.viewer])
      let all = try #require(try await served.program("GET", "/projects", token).object["values"] as? [[String: Any]])
      for limit in 1...3 {
        var names: [Int] = []
        var cursor = ""
        while true {
          let page = try await served.program("GET", "/projects?limit=\(limit)\(cursor)", token).object
          names += (page["values"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? Int }
          guard let next = page["next_cursor"] as? String else { break }
          cursor = "&cursor=\(Fields.encoded(next))"
        }
        #expect(names == all.compactMap { $0["id"] as? Int })
      }
      let since = try await served.program(
        "GET", "/actuals?from=2026-03-01&to=2026-03-31&modified_after=2030-01-01T00:00:00Z", token)
      let later = try since.object
      #expect((later["values"] as? [Any])?.isEmpty == true)
    }
  }

  @Test("An import is started once, and how it ended is told")
  func importing() async throws {
    try await with { world, served, tokens in
      let token = try #require(tokens[.planner])
      #expect(try await served.program("POST", "/import", tokens[.viewer], "{}").status == 403)
      #expect(try await served.program("POST", "/import", token, #"{"scope":["colours"]}"#).status == 422)
      let started = try await served.program("POST", "/import", token, #"{"scope":["people"],"dry_run":true}"#)
      #expect(started.status == 202)
      for _ in 1...50 {
        let state = try await served.program("GET", "/import", token).object
        if let last = state["last"] as? [String: Any], state["is_running"] as? Bool == false {
          #expect(last["exit_code"] as? Int == 0 && last["by"] as? String == "bi-planner")
          return
        }
        try await Task.sleep(for: .milliseconds(50))
      }
      Issue.record("it did not end")
    }
  }
}

extension Served {
  func program(_ method: String, _ path: String, _ token: String?, _ body: String? = nil) async throws -> Answer {
    var headers = ["Content-Type": "application/json"]
    headers["Authorization"] = token.map { "Bearer \($0)" }
    return try await ask(method, API.root + path, as: nil, form: body, headers: headers)
  }
}

extension Served.Answer {
  var object: [String: Any] {
    get throws { try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]) }
  }
}
