import Foundation
import Planning
import PlanningStore
import Testing

@Suite("Questions")
struct QuestionsTests {
  private func withStore(_ body: (StoreSession) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("rota-questions-\(UUID().uuidString)").path
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let database = try PlanningDatabase(path: path, creates: true)
    try database.write(body)
    try database.close()
  }

  @Test("What a planner entered comes back as typed rows")
  func typed() throws {
    let day = try #require(CalendarDay("2026-03-02"))

    try withStore { session in
      let client = try session.rows.add(["name": "Northwind"], to: .client)
      let project = try session.rows.add(["name": "Alpha", "client_id": "\(client)", "is_billable": "0"], to: .project)
      let person = try session.rows.add(["name": "Ada"], to: .person)
      let absence = ["person_id": "\(person)", "starts_on": "\(day)", "ends_on": "\(day)", "minutes_per_day": "60"]
      try session.rows.add(absence, to: .timeOff)
      try session.locks.set(until: day, project: project)

      #expect(try session.questions.clients().map(\.projects) == [1])
      #expect(try session.questions.projects().map(\.isBillable) == [false])
      #expect(try session.questions.people().map(\.clockifyID) == [nil])
      #expect(try session.questions.peopleWithUnknownRole().map(\.id) == [person])
      #expect(try session.questions.locks().map(\.day) == [day])
      #expect(try session.questions.itemsWithLinks().map(\.kind) == [.client, .project, .person])
      let export = try session.files.exportRows(of: .timeOff)
      #expect(export.columns == ["person", "starts_on", "ends_on", "minutes_per_day", "kind"])
      #expect(export.rows == [[.text("Ada"), .text("2026-03-02"), .text("2026-03-02"), .number(60), .text("leave")]])
    }
  }

  @Test("Findings of a run by level and code: errors first, of each the weightiest, with how many there are")
  func findings() throws {
    try withStore { session in
      let now = try #require(Instant("2026-03-09T06:00:00Z"))
      let run = try session.runs.begin(trigger: .manual, scope: "all", at: now, isNarrowed: false, processID: 1)
      let skipped = (1...5).map { number in
        Finding(
          .info, .entries(reason: .noProject, isOldTimer: false, absurd: nil), kind: .entry, externalID: "\(number)",
          seconds: number * 60)
      }
      let failed = Finding(.error, .runFailed(cause: "no network"))
      let unknown = Finding(.warning, .unknownRole, kind: .person, planningID: 7)
      try session.findings.add(skipped + [unknown, failed], run: run) { _ in "" }

      let groups = try session.findings.groups(of: run, most: 2)
      #expect(groups.map(\.count) == [1, 1, 5])
      #expect(groups.map(\.seconds) == [0, 0, 900])
      #expect(groups.map(\.findings) == [[failed], [unknown], [skipped[4], skipped[3]]])
      let alone = try session.findings.groups(of: run, most: 9, code: .reason(.noProject))
      #expect(alone.map(\.findings) == [skipped.reversed()])
      #expect(try session.findings.all(of: run, kinds: [.person]) == [unknown])
      #expect(try session.findings.groups(of: run + 1, most: 2).isEmpty)
    }
  }

  @Test("Every answer has the columns that its rows declare")
  func columns() throws {
    let day = try #require(CalendarDay("2026-03-02"))
    let cell = Cell(person: 1, project: 1, day: day)

    try withStore { session in
      let ask = session.questions
      var all: [[any Sendable]] = []
      all.append(try ask.contracts(of: nil))
      all.append(try ask.holidays())
      all.append(try ask.roles())
      all.append(try ask.assignments(person: nil, project: nil))
      all.append(try ask.timeOff(person: nil))
      all.append(try ask.week(of: 1, from: day))
      all.append(try ask.references(kind: nil))
      all.append(try ask.mirror(containing: "a", kind: nil))
      all.append(try ask.acknowledgements())
      all.append(try ask.dismissed())
      all.append(try ask.merges())
      all.append(try ask.runs(limit: 1))
      all.append(try ask.slices(of: 1))
      all.append(try ask.entries(of: cell, users: [], projects: []))
      all.append(try ask.held())
      all.append(try ask.actuals(from: day, through: day, person: nil, project: nil))
      all.append(try ask.actualRows(of: cell))
      all.append(try ask.conflicts())
      all.append(try session.drift.list())

      #expect(all.allSatisfy { $0.isEmpty })
      let file = try ask.database()
      #expect(file.runs == 0)
    }
  }
}
