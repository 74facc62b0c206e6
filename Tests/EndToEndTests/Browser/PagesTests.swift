import ClockifySimulator
import Crypto
import Foundation
import Testing

/// Every page as somebody sees it: readable by everybody, within the window, in light and dark, empty and full.
@Suite("Pages in a browser", .enabled(if: Browser.isThere, "chromium and chromedriver are not there"), .serialized)
struct PagesTests {
  /// Name of the picture and path.
  static let pages = [
    ("home", "/"), ("people", "/people"), ("people-unknown", "/people?role=Unknown"),
    ("person", "/people/1?week=2026-03-02"),
    ("cell", "/cells/1/1/2026-03-02"), ("cell-empty", "/cells/1/1/2026-03-03"),
    ("entries", "/entries?person=1&from=2026-03-02&to=2026-03-08"), ("runs", "/runs"), ("run", "/runs/2"),
    ("integration", "/integration"), ("check", "/integration?check=now"), ("import", "/import"),
    ("confirm", "/import/confirm/4"), ("missing", "/nowhere"), ("projects", "/projects"),
    ("project", "/projects/1?from=2026-01-12&weeks=12"), ("clients", "/clients"), ("client", "/clients/1"),
    ("project-entries", "/entries?project=1&from=2026-03-02&to=2026-03-08"), ("search", "/search?q=a"),
    ("todo", "/todo"), ("duplicates", "/duplicates"), ("pair", "/duplicates/project/1/2"),
    ("merges", "/duplicates/merges"), ("conflicts", "/conflicts"), ("drift", "/drift"), ("unsettled", "/unsettled"),
    ("references", "/references"), ("reference", "/references/project/2?q=a"), ("locks", "/locks"),
    ("changes", "/changes"), ("heat", "/heat?from=2026-01-12"), ("heat-planned", "/heat?show=planned"),
    ("heat-difference", "/heat?from=2026-02-16&weeks=4&show=difference&by=client"), ("plan", "/people/1/plan"),
    ("assignments", "/assignments"), ("assignment", "/assignments/1"), ("time-off", "/time-off"),
    ("holidays", "/holidays"), ("contracts", "/contracts"), ("roles", "/roles"), ("users", "/users"),
    ("settings", "/settings"),
    ("export", "/export"), ("audit", "/audit"),
  ]

  @Test("Nothing is cut off, and axe finds nothing: every page, light and dark, at 375, 768 and 1280 px")
  func full() async throws {
    let hours = (0..<24).map { number in
      (user: SmallWorkspace.anaID, project: number < 23 ? Optional(SmallWorkspace.alphaID) : nil)
    }
    try await Shell.with(SmallWorkspace.make(hours: hours), SmallWorkspace.setUp) { shell, clockify in
      try await shell.succeed(
        ["people", "add", "Kim Lee <script>alert(1)</script> with a name that does not end"],
        ["projects", "add", "Alpha", "--client", "Acme"], ["projects", "add", "Alphas", "--client", "Acme"],
        ["assignments", "add", "Ana", "1", "--from", "2026-02-16", "--to", "2026-03-20", "--minutes-per-day", "240"],
        ["duplicates", "merge", "project", "2", "3"], ["projects", "add", "Alphas", "--client", "Acme"],
        ["projects", "tag", "4", "sync_off"], ["duplicates", "dismiss", "project", "2", "4"],
        ["actuals", "set", "Ana", "1", "2026-03-02", "--billable", "60"], ["lock", "set", "2026-01-31"])
      clockify.change { state in
        state.workspace.clients[0].name = "Acme Incorporated"
        state.workspace.users.removeAll { $0.name == "Bob" }
      }
      #expect(try await shell.run(["import"] + SmallWorkspace.now).status == 0)
      clockify.change { $0.workspace.setEntries([]) }
      #expect(try await shell.run(["import"] + SmallWorkspace.now).status == 4)
      try await WebServer.with(shell) { server in
        try await Browser.with { browser in
          try await browser.open(server.link)
          for (name, path) in Self.pages { try await look(at: path, name, server, browser) }
        }
      }
    }
  }

  @Test("Before the first import, and before anybody is logged in")
  func empty() async throws {
    try await Shell.with(SmallWorkspace.make(hours: []), [["init"]]) { shell, _ in
      try await WebServer.with(shell) { server in
        try await Browser.with { browser in
          try await browser.open("\(server.base)/people")
          try await look(at: "/login", "login", server, browser)
          try await browser.open(server.link)
          for (name, path) in [
            ("home", "/"), ("people", "/people"), ("runs", "/runs"), ("integration", "/integration"),
            ("projects", "/projects"), ("todo", "/todo"), ("duplicates", "/duplicates"), ("conflicts", "/conflicts"),
            ("references", "/references"), ("locks", "/locks"), ("changes", "/changes"), ("search", "/search"),
          ] {
            try await look(at: path, "\(name)-first", server, browser)
          }
        }
      }
    }
  }

  private func look(at path: String, _ name: String, _ server: WebServer, _ browser: Browser) async throws {
    try await browser.open(server.base + path)
    for isDark in [false, true] {
      for width in [375, 768, 1280] {
        try await browser.see(.init(width: width, isDark: isDark))
        let overflow = try await browser.script("return document.documentElement.scrollWidth - innerWidth") as? Int
        #expect(try #require(overflow) <= 0, "\(path) at \(width) px")
        if width != 768 { try await browser.screenshot("\(name)-\(width)\(isDark ? "-dark" : "")") }
      }
      for fault in try await Axe.faults(browser) { Issue.record("\(path)\(isDark ? ", dark" : ""): \(fault)") }
    }
    try await browser.see(.wide)
  }

  @Test("By keyboard alone: over the link into the page, to a person, and a role given")
  func keyboard() async throws {
    let workspace = SmallWorkspace.make(hours: [(user: SmallWorkspace.anaID, project: SmallWorkspace.alphaID)])
    try await Shell.with(workspace, [["init"], ["import"] + SmallWorkspace.now]) { shell, _ in
      try await WebServer.with(shell) { server in
        try await Browser.with { browser in
          try await browser.open(server.link)
          try await browser.open("\(server.base)/people")
          try await browser.keys("/")
          #expect(try await browser.script("return document.activeElement.name") as? String == "q")
          try await browser.keys("Bob")
          try await browser.keys(String(Browser.enter))
          try await browser.see("1 person; hours of the week")
          try await reach("[aria-label=Bob]", browser)
          try await browser.keys(" ")
          try await reach("input[name=new_role]", browser)
          try await browser.keys("Dev")
          try await browser.keys(String(Browser.enter))
          try await browser.see("Gave 1 person the role Dev.")
        }
      }
    }
  }

  /// Tab by tab.
  private func reach(_ selector: String, _ browser: Browser) async throws {
    for _ in 1...60 {
      try await browser.keys(String(Browser.tab))
      if try await browser.script("return document.activeElement.matches('\(selector)')") as? Bool == true { return }
    }
    Issue.record("the keyboard does not reach \(selector)")
  }
}

/// axe-core, as `scripts/need test` puts it there.
private enum Axe {
  /// Of the release that was reviewed.
  private static let checksum = "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc"

  private static let source = Result {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../.build-tools/axe.min.js").standardizedFileURL
    let bytes = try Data(contentsOf: file)
    let hash = SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(hash == checksum)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What breaks a rule of WCAG 2.2 A or AA on the page that is shown.
  static func faults(_ browser: Browser) async throws -> [String] {
    _ = try await browser.script(try source.get() + "\n;return 1")
    let found = try await browser.script(
      """
      return axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then(result =>
        result.violations.flatMap(rule => rule.nodes.map(node =>
          rule.id + ': ' + node.html.slice(0, 200) + ' — ' + (node.failureSummary || '').slice(0, 300))))
      """)
    return try #require(found as? [String])
  }
}
