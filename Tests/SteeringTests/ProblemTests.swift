import Foundation
import Planning
import PlanningStore
import Steering
import Testing

/// Faults of a night, kept until the next one.
@Suite("Kept problems")
struct ProblemTests {
  @Test("A fault that an earlier version kept is read with its command; a new one with what it stands for")
  func kept() throws {
    let old = #"[{"count":1,"key":"backup_failed","next":"rota check","words":"no backup: the disk is full"}]"#
    let read = try JSONDecoder().decode([Problem].self, from: Data(old.utf8))
    #expect(read.map(\.next) == [.outside("rota check")])
    #expect(read.map(\.next.command) == ["rota check"] && read.map(\.words) == ["no backup: the disk is full"])

    let cell = Cell(person: 1, project: 2, day: CalendarDay("2026-03-03")!)
    for next in [NextStep.check, .run(7), .explain(cell), .either(.roles, .addRole("QA")), .outside("make room")] {
      let kept = try JSONEncoder().encode([Problem("key", "words", next: next)])
      #expect(try JSONDecoder().decode([Problem].self, from: kept).map(\.next) == [next])
    }
  }
}
