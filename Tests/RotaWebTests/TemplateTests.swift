import Foundation
import Planning
import PlanningStore
import RotaTesting
import Steering
import Testing

@testable import RotaWeb

@Suite("Templates")
struct TemplateTests {
  @Test("Everything is escaped: no template asks for a value as it is")
  func escaped() {
    for (name, bytes) in Pages.sources {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!text.contains("{{{") && !text.contains("{{&"), "\(name)")
      #expect(!text.contains("style="), "\(name): the policy blocks it")
    }
  }

  @Test("What means something in HTML means nothing in a text")
  func text() {
    let escaped = EscapedText()
    #expect(
      escaped.escapeText("<a href=\"x\" title='y'>&amp;</a>")
        == "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;")
    for plain in ["", "Zoë 👩‍👩‍👧 e\u{301}", "07:30"] { #expect(escaped.escapeText(plain) == plain) }
    // A letter with an accent of its own behind a sign: the sign is one all the same.
    #expect(escaped.escapeText("<\u{338}é&") == "&lt;\u{338}é&amp;")
  }

  @Test("Templates and assets stay small: at most 90 KB together")
  func small() {
    let assets = Assets()
    let all = Pages.sources.map(\.bytes.count) + [assets.style, assets.script, assets.icon].map(\.bytes.count)
    #expect(all.reduce(0, +) <= 90_000)
    #expect(assets.script.bytes.count <= 8_192)
  }
}

extension TemplateTests {
  /// The library lays out a name that is not there as nothing: a slip of the pen would show as an empty place.
  @Test("Every name in a template is a property of a model")
  func named() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/RotaWeb").standardizedFileURL
    let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    var properties: Set<String> = [".", "body", "frame"]
    for case let file as URL in files where file.pathExtension == "swift" {
      for match in try String(contentsOf: file, encoding: .utf8).matches(of: /(?:let|var) ([a-zA-Z]+)\s*[:=]/) {
        properties.insert(String(match.output.1))
      }
    }
    for (name, bytes) in Pages.sources {
      for tag in String(decoding: bytes, as: UTF8.self).matches(of: /\{\{([#^]?)([a-zA-Z.]+)\}\}/) {
        let isKnown = properties.contains(String(tag.output.2))
        #expect(isKnown, "\(name): \(tag.output.0)")
      }
    }
  }

  @Test("Every next step that has a page leads to one that is there")
  func steps() async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 60)
      _ = try await world.importNow()
      let day = CalendarDay("2026-03-02")!
      let steps: [NextStep] = [
        .importNow, .importDates(since: day, until: day), .confirmDeletes(run: 1), .check, .status, .runs, .run(1),
        .turnOn(.people), .roles, .addRole(nil), .addHoliday, .cascade(.client, 1), .untagSyncOff(1),
        .duplicatesOf(.project),
        .reviewDuplicates, .mergeDuplicates, .merges,
        .conflicts, .drift, .dismissDrift(.person, 1), .acknowledge(.project, item: "1"), .references,
        .referencesOf(.client), .unlink(.person), .findReference("A & B", .project),
        .link(.project, item: 1, clockifyID: nil), .ignore(.project, []), .unignore(.project, "x"), .exportReferences,
        .locks, .lock, .items(.client), .items(.project),
        .fixUnknownRoles, .giveRolesOrAllowUnknown, .giveRoleFrom(role: "Dev", person: 1), .enableActuals,
        .explain(Cell(person: 1, project: 1, day: day)), .items(.person), .contracts(1), .archive(.person, 1),
        .unarchive(.project, 1), .either(.setUp, .runs),
      ]
      try await Served.with(world) { served in
        for step in steps {
          let page = try #require(step.page)
          #expect(try await served.ask("GET", page.path).status == 200, "\(page.path)")
          guard let anchor = page.path.split(separator: "#").dropFirst().first, anchor != "held" else { continue }
          #expect(try await served.ask("GET", page.path).text.contains("id=\"\(anchor)\""), "\(page.path)")
        }
      }
    }
  }
}

extension TemplateTests {
  @Test("docs/web.md names every address and every role")
  func documented() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../docs/web.md")
    let text = try String(contentsOf: file.standardizedFileURL, encoding: .utf8)
    for route in Route.all where route.method == .get || route.path == "/logout" {
      guard !route.path.hasPrefix(API.root) else { continue }
      #expect(text.contains("`\(route.path)`"), "\(route.path)")
    }
    for right in Right.allCases { #expect(text.contains("| \(right.rawValue) |"), "\(right)") }
  }
}
