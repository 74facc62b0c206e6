import Foundation
import Hummingbird
import PlanningStore
import RotaTesting
import Steering
import Testing

@testable import RotaWeb

/// Every address, asked by everybody, well and badly (docs/security.md).
@Suite("Routes")
struct RoutesTests {
  /// A world in which every page has something to show, under names that would like to be more than names.
  static func hostile(_ world: World) async throws {
    try await world.enableActuals()
    world.change(Cast.Person.ana) { $0.name = "Ana <script>alert(1)</script> \"quoted\" & 'more' \u{202E}desrever" }
    world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 285)
    world.track(.ana, nil, "2026-03-02T15:00:00Z", minutes: 30)
    _ = try await world.importNow()
    _ = try world.sql(
      """
      INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on) VALUES (1, 1, 2, '2026-03-02', '2026-03-06');
      INSERT INTO time_off (person_id, starts_on, ends_on, kind) VALUES (1, '2026-03-09', '2026-03-09', '<script>leave');
      INSERT INTO holiday (date, name) VALUES ('2026-05-01', '"><img src=x>');
      """)
    _ = try world.sql("UPDATE project SET name = '<img src=x onerror=alert(2)>' || char(10) || '{{title}}'")
    _ = try world.sql("UPDATE role SET name = '</table><b>Dev' WHERE name = 'Dev'")
    _ = try world.sql(
      "UPDATE person SET email = 'a\"onmouseover=\"alert(3)@ex.test', name = '<script>alert(4)</script>' || name")
  }

  /// A path with what its parts stand for.
  private static func path(_ route: Route) -> String {
    let values = [
      "{person}": "1", "{project}": "1", "{day}": "2026-03-02", "{run}": "1", "{token}": "nothing",
      "{name}": "rota.css", "{client}": "1", "{kind}": "project", "{left}": "1", "{right}": "2", "{merge}": "1",
      "{item}": "1", "{row}": "1", "{action}": "roles.add",
    ]
    return values.reduce(route.path) { $0.replacing($1.key, with: $1.value) }
  }

  /// What is laid out as a page: no files, no streams.
  private static let pages = Route.all.filter { route in
    route.method == .get && !route.path.hasSuffix("/export") && !route.path.hasPrefix(API.root)
      && !["/import/events", "/live/events", "/healthz", "/assets/{name}"].contains(route.path)
  }

  @Test("Who may: nobody is sent to log in, less than the right is refused, and no more is asked than that")
  func rights() async throws {
    try await World.with { world in
      try await Self.hostile(world)
      try await Served.with(world) { served in
        for route in Route.all {
          let (method, path) = (route.method.rawValue, Self.path(route))
          let nobody = try await served.ask(method, path, as: nil)
          if let right = route.right {
            guard !path.hasPrefix(API.root) else {
              // Programs are told; a page's session may read, and change nothing.
              #expect(nobody.status == 401 && nobody.headers["www-authenticate"] == "Bearer", "\(method) \(path)")
              let answer = try await served.ask(method, path, as: .viewer)
              #expect(
                method == "GET" ? ![401, 403].contains(answer.status) : answer.status == 401, "\(method) \(path)")
              #expect(answer.status < 500, "\(method) \(path)")
              continue
            }
            #expect(nobody.status == 303 && nobody.headers["location"] == "/login", "\(method) \(path)")
            for asker in Right.allCases where method == "GET" || asker < right {
              let answer = try await served.ask(method, path, as: asker)
              #expect((answer.status == 403) == (asker < right), "\(method) \(path) as \(asker)")
              #expect(answer.status < 500, "\(method) \(path) as \(asker)")
            }
          } else {
            #expect(nobody.status < 500 && nobody.status != 303, "\(method) \(path)")
          }
        }
        #expect(served.errors.lines == [])
      }
    }
  }

  @Test("From elsewhere: another host gets 421, another origin changes nothing, and nothing is read without end")
  func elsewhere() async throws {
    try await World.with { world in
      try await Self.hostile(world)
      try await Served.with(world) { served in
        let before = try world.dump()
        for route in Route.all {
          let (method, path) = (route.method.rawValue, Self.path(route))
          for host in ["evil.test", "evil.test:\(served.port)", "127.0.0.1:1", "127.0.0.1.evil.test:\(served.port)"] {
            #expect(try await served.ask(method, path, headers: ["Host": host]).status == 421, "\(path) \(host)")
          }
          guard method == "POST" else { continue }
          for headers in [
            ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"], ["Sec-Fetch-Site": "none"],
            ["Origin": "http://evil.test"], ["Origin": "null"], ["Origin": "http://localhost:1"],
            ["Sec-Fetch-Site": "cross-site", "Origin": served.base],
          ] {
            let answer = try await served.ask(method, path, headers: headers)
            #expect(answer.status == 403 && answer.text.contains("nothing was changed"), "\(path) \(headers)")
          }
          guard !path.hasPrefix(API.root) else { continue }
          let large = try await served.ask(method, path, form: String(repeating: "a", count: route.limit + 1))
          #expect(large.status == 413, "\(path)")
        }
        // The browser that says nothing of the site, but of the origin.
        let own = try await served.ask("POST", "/people/roles", headers: ["Origin": served.base])
        #expect(own.status == 422)
        #expect(try world.dump() == before)
      }
    }
  }

  @Test("Every answer carries the same careful headers; pages are not kept, assets for ever")
  func headers() async throws {
    try await World.with { world in
      try await Served.with(world) { served in
        for (path, right) in [("/", Right?.some(.viewer)), ("/", nil), ("/nowhere", .viewer), ("/healthz", nil)] {
          let answer = try await served.ask("GET", path, as: right)
          #expect(
            answer.headers["content-security-policy"]
              == "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
          )
          #expect(answer.headers["x-content-type-options"] == "nosniff")
          #expect(answer.headers["referrer-policy"] == "same-origin")
          #expect(answer.headers["cross-origin-opener-policy"] == "same-origin")
          #expect(answer.headers["cross-origin-resource-policy"] == "same-origin")
          if answer.status != 303 { #expect(answer.headers["cache-control"] == "no-store") }
        }
        let home = try await served.ask("GET", "/")
        for kind in ["css", "js"] {
          let file = try #require(
            home.text.firstMatch(of: try Regex("/assets/rota-[0-9a-f]{12}\\.\(kind)"))?.output[0].substring)
          let asset = try await served.ask("GET", String(file), as: nil)
          #expect(asset.status == 200 && asset.headers["cache-control"] == "public, max-age=31536000, immutable")
        }
      }
    }
  }

  @Test("The way in: a link works once and within its time, a session ends when its owner logs out")
  func entrance() async throws {
    try await World.with { world in
      try await Served.with(world) { served in
        let path = String(served.link.dropFirst(served.base.count))
        let head = try await served.ask("HEAD", path, as: nil)
        #expect(head.status == 404 && head.text.isEmpty, "looking at a link does not use it up")
        let first = try await served.ask("GET", path, as: nil)
        #expect(first.status == 303)
        let cookie = try #require(first.headers["set-cookie"])
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Max-Age=43200"))
        #expect(cookie.hasPrefix("rota-\(served.port)=") && !cookie.contains("Domain"))
        let session = String(cookie.prefix { $0 != ";" })
        #expect(try await served.ask("GET", "/", as: nil, headers: ["Cookie": session]).status == 200)

        let second = try await served.ask("GET", path, as: nil)
        #expect(second.status == 403 && second.text.contains("was used before"))
        #expect(try await served.ask("GET", "/enter/", as: nil).status < 500)

        #expect(try await served.ask("POST", "/logout", as: nil, headers: ["Cookie": session]).status == 303)
        #expect(try await served.ask("GET", "/", as: nil, headers: ["Cookie": session]).status == 303)
      }
      // Neither tokens nor links stand in the file, only what cannot be turned back into them; nobody else may read it.
      let file = world.database.path + ".web"
      let rights = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
      #expect(rights == 0o600)
    }
  }

  @Test("An old link lets nobody in")
  func oldLink() async throws {
    try await World.with { world in
      let accounts = try AccountFile(database: world.database.path)
      let link = SessionKeys.hash("old")
      try accounts.addLink(link, expiresAt: 1000)
      let session = AccountFile.Session(name: "local", right: "admin", until: 5000)
      #expect(try !accounts.enter(link, at: 1000, as: session, token: SessionKeys.hash("token")))
      try accounts.addLink(link, expiresAt: 1000)
      #expect(try accounts.enter(link, at: 999, as: session, token: SessionKeys.hash("token")))
      #expect(try accounts.session(SessionKeys.hash("token"), at: 4999) != nil)
      #expect(try accounts.session(SessionKeys.hash("token"), at: 5000) == nil)
    }
  }

  @Test("What is asked at random is answered, and never by a fault of ours", arguments: 1...4)
  func random(seed: Int) async throws {
    var random = Dice(seed: seed)
    try await World.with { world in
      try await Self.hostile(world)
      try await Served.with(world) { served in
        let names = [
          "q", "role", "link", "state", "sort", "page", "week", "from", "to", "since", "until", "reason", "user",
          "person", "status", "trigger", "before", "said", "check", "project", "scope", "kind", "tag", "client", "item",
          "actor", "surface", "weeks", "show", "by", "back",
        ]
        let values = [
          "", "1", "-1", "0", "999999999999999999999", "2026-03-02", "2026-02-30", "0000-00-00", "9999-12-31",
          "1000-01-01",
          "%00", "%FF%FE", "'%20OR%201=1", "%3Cscript%3E", "../../etc/passwd", "name", "worked", "Unknown", "done",
          "6630aa10b1c2d3e4f5060001", "+", "%", "a%20b", "%F0%9F%98%80",
        ]
        let paths = [
          "/", "/people", "/people/1", "/people/x", "/cells/1/1/2026-03-02", "/cells/1/1/x", "/entries", "/runs",
          "/runs/1", "/runs/0", "/integration", "/import", "/nowhere", "/projects", "/projects/1", "/projects/x",
          "/clients",
          "/clients/1", "/search", "/todo", "/duplicates", "/duplicates/project/1/2", "/duplicates/x/1/2",
          "/duplicates/project/1/1", "/duplicates/merges", "/conflicts", "/drift", "/unsettled", "/references",
          "/references/project/1", "/references/person/99", "/locks", "/changes", "/heat", "/people/1/plan", "/roles",
          "/assignments", "/assignments/1", "/time-off", "/holidays", "/contracts", "/contracts/1", "/contracts/99",
          "/api/v1/people", "/api/v1/actuals", "/api/v1/runs/1", "/api/v1/nothing",
          "/api/v1/actuals/explain",
        ]
        for _ in 1...60 {
          let query = (0..<random.upTo(5)).map { _ in
            "\(names[random.upTo(names.count)])=\(values[random.upTo(values.count)])"
          }
          let path = paths[random.upTo(paths.count)] + "?" + query.joined(separator: "&")
          let answer = try await served.ask("GET", path)
          #expect(answer.status < 500, "\(path)")
          #expect(!answer.text.contains("<script>"), "\(path)")
        }
        #expect(served.errors.lines == [])
      }
    }
  }

  @Test("Pages are whole, and names are only names in them", arguments: [true, false])
  func whole(isFull: Bool) async throws {
    try await World.with { world in
      if isFull { try await Self.hostile(world) }
      try await Served.with(world) { served in
        for route in Self.pages {
          for right in [Right.viewer, .admin] {
            let answer = try await served.ask("GET", Self.path(route), as: right)
            guard answer.status != 303 else { continue }
            #expect(HTML(answer.text).faults == [], "\(route.path)")
            for name in ["<script>", "<img", "<b>Dev", "onmouseover=\""] {
              #expect(!answer.text.contains(name), "\(route.path) \(name)")
            }
          }
        }
      }
    }
  }

  @Test("Whoever may not do a thing is not shown how")
  func drawn() async throws {
    try await World.with { world in
      try await Self.hostile(world)
      try await Served.with(world) { served in
        for route in Self.pages where route.right == .viewer {
          let path = Self.path(route)
          let page = try await served.ask("GET", path, as: .viewer)
          let forms = page.text.matches(of: try Regex("<form[^>]*method=\"post\"[^>]*action=\"([^\"]*)\"")).map {
            $0.output[1].substring
          }
          #expect(forms == ["/logout"], "\(path)")
        }
      }
    }
  }

  @Test("A database that is gone, damaged, or of a newer rota: a page that says so and what to do")
  func brokenDatabase() async throws {
    try await World.with { world in
      try await Served.with(world) { served in
        let path = world.database.path
        #expect(try await served.ask("GET", "/").status == 200)
        // Whole, with what SQLite keeps beside it.
        func move(_ from: String, _ to: String) throws {
          for end in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: from + end) {
            try FileManager.default.moveItem(atPath: from + end, toPath: to + end)
          }
        }
        try move(path, path + ".away")
        let gone = try await served.ask("GET", "/")
        #expect(gone.status == 422 && gone.text.contains("There is no database at") && gone.text.contains("rota init"))
        #expect(try await served.ask("GET", "/healthz", as: nil).status == 503)

        try Data(String(repeating: "no database at all ", count: 200).utf8).write(to: URL(fileURLWithPath: path))
        let foreign = try await served.ask("GET", "/people")
        #expect(foreign.status == 422 && foreign.text.contains("is not an SQLite database"), "\(foreign.text)")
        try FileManager.default.removeItem(atPath: path)

        // Another file in its place is seen as it is.
        try move(path + ".away", path)
        #expect(try await served.ask("GET", "/").status == 200)
        _ = try world.sql("INSERT INTO grdb_migrations VALUES ('m9999_future')")
      }
      try await Served.with(world) { served in
        let newer = try await served.ask("GET", "/")
        #expect(newer.status == 500 && newer.text.contains("written by a newer rota"))
        #expect(newer.text.contains("Install the newer rota"))
        _ = try world.sql("DELETE FROM grdb_migrations WHERE identifier = 'm9999_future'")
      }
    }
  }
}

/// Numbers that are the same for the same seed.
struct Dice {
  private var state: UInt64

  init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func upTo(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(limit))
  }
}
