import Foundation
import Logging
import Planning
import PlanningStore
import RotaTesting
import Steering
import Testing

@Suite("Actions at the desk")
struct ActionTests {
  @Test(
    "Every action: a dry run writes nothing; doing it leaves one row in the change log", arguments: ActionExample.all)
  func everyAction(_ example: ActionExample) async throws {
    try await withDesk { world, desk in
      if let sql = example.sql { try world.sql(sql) }
      for earlier in example.earlier { _ = try desk.perform(earlier) }
      let before = try world.sql(".dump")

      _ = try desk.perform(example.action, isDryRun: true)

      #expect(try world.sql(".dump") == before)

      let said = try desk.perform(example.action)

      #expect(said.text.joined(separator: "\n").hasPrefix(example.says), "\(said.text)")
      #expect(said.item == example.item)
      let rows = try world.sql("SELECT action FROM change_log ORDER BY id").split(separator: "\n").map(String.init)
      #expect(rows == example.earlier.map { type(of: $0).name } + [example.name])
      #expect(try world.sql("SELECT kind || ' ' || planning_id FROM change_log ORDER BY id DESC LIMIT 1") == said.key)
    }
  }

  @Test("Every action of Sources/Steering/Actions is tried, under a name of its own")
  func complete() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/Steering/Actions")
    let declaration = /struct (\w+)(<.*>)?: Action \{/
    let declared = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .flatMap { try String(contentsOf: $0, encoding: .utf8).matches(of: declaration) }.map { String($0.1) }

    #expect(Set(ActionExample.all.map(\.type)) == Set(declared))
    let names = ActionExample.all.map(\.name)
    #expect(Set(names).count == names.count)
    for name in names { #expect(name.wholeMatch(of: /[a-z_]+\.[a-z_]+/) != nil, "\(name)") }
  }

  @Test("The change log says who did what to which item through which face, what was said and what was asked for")
  func changeLog() async throws {
    try await withDesk { world, desk in
      _ = try desk.perform(TagItem(.client, Cast.Client.acme.id, "Sync_Off"))

      let row = try world.sql("SELECT at, actor, surface, action, kind, planning_id, said, details FROM change_log")

      #expect(
        row == """
          2026-03-09T06:00:00Z|kim|cli|items.tag|client|1|Acme: tagged Sync_Off
          What is stored stays; new time is skipped from the next import on.|\
          {"item":"\(Cast.Client.acme.id)","kind":"client","tag":"Sync_Off"}
          """)
    }
  }

  @Test("Of a file the change log keeps how many lines it has, not what they say")
  func fileDetails() async throws {
    try await withDesk { world, desk in
      let lines = [PlanLine(number: 2, fields: ["date": "2026-05-01", "name": "Labour Day"])]
      let action = ImportRows<HolidayRows>(
        FileLines(path: "h.csv", lines: lines), skipsSame: true, replaces: false
      ) { _ in }

      _ = try desk.perform(action)

      #expect(
        try world.sql("SELECT details FROM change_log")
          == #"{"file":{"lines":1,"path":"h.csv"},"replaces":false,"skips_same":true}"#)
    }
  }

  @Test("An action that finds everything as it should be leaves no row")
  func already() async throws {
    try await withDesk { world, desk in
      let archive = ArchiveItems(.project, ["Alpha", "Beta"])
      _ = try desk.perform(archive)
      let before = try world.sql(".dump")

      let said = try desk.perform(archive)

      #expect(said.lines.prefix(2) == ["Alpha (Acme): archived already", "Beta (Acme): archived already"])
      #expect(try world.sql(".dump") == before)
    }
  }

  @Test("A refused action leaves nothing, also where it had changed something before it was refused")
  func refused() async throws {
    let good = PlanLine(
      number: 2, fields: ["kind": "project", "planning_id": "Alpha", "external_id": "6630aa10b1c2d3e4f50600ff"])
    let bad = PlanLine(number: 3, fields: ["kind": "role", "planning_id": "1", "external_id": "6630"])
    try await withDesk { world, desk in
      let before = try world.sql(".dump")

      let error = #expect(throws: UserError.self) {
        try desk.perform(ImportReferences(FileLines(path: "r.csv", lines: [good, bad])))
      }
      #expect(
        error?.message
          == "r.csv line 3: kind \"role\" must be client, project or person  (nothing was imported)")

      let refusal = #expect(throws: UserError.self) {
        try desk.perform(DeleteItem(.project, "Alpha", cascade: false, ignore: false))
      }
      #expect(refusal?.next == .either(.cascade(.project, 1), .archive(.project, 1)))
      #expect(refusal?.status == .needsConfirmation)

      #expect(throws: PlanRefusal.self) { try desk.perform(ArchiveItems(.person, ["Ana", "Nobody"])) }
      #expect(try world.sql(".dump") == before)
    }
  }

  // MARK: The desk

  /// Kim's, over a world in which Ana's hour on Alpha is imported.
  private func withDesk(_ body: (World, Desk) throws -> Void) async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      let desk = Desk(
        path: world.database.path, settings: world.settings, actor: Actor(name: "kim", surface: .cli), now: world.now,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, progress: nil
      ) { _, _ in throw CancellationError() }
      try body(world, desk)
    }
  }
}

extension Said {
  /// As the change log has it; "" where it is about no item.
  fileprivate var key: String { item.map { "\($0.kind.rawValue) \($0.id)" } ?? "" }
}
