import Planning
package import PlanningStore

/// Why a number is so: the rows of one person, project and date, and every entry behind them.
package struct Explanation {
  package let name: String
  package let cell: Cell
  package let actuals: [CellRow]
  package let entries: [EntryRow]
  package let planned: Int
  package let zones: [String]
  /// Why nothing changes here (rule 47), hours typed by hand apart.
  package let freeze: PlanSnapshot.Freeze?
  package let lastRead: Int64?
  /// When zeros come; nil: nothing is said of them.
  package var zeros: ZeroWords?

  package init(_ cell: Cell, _ name: String, _ session: StoreSession) throws {
    self.cell = cell
    self.name = name
    let plan = try session.plan.snapshot()
    let users = plan.clockifyIDs(.person, of: cell.person)
    actuals = try session.questions.actualRows(of: cell)
    entries = try session.questions.entries(
      of: cell, users: users, projects: plan.clockifyIDs(.project, of: cell.project))
    lastRead = try session.questions.lastRunThatRead(cell.day, users: users)
    let person = plan.people[cell.person]?.plan
    planned =
      person.map { person in
        person.assignments.filter { $0.project == cell.project }
          .reduce(0) { $0 + person.scheduledMinutes(of: $1, on: cell.day) }
      } ?? 0
    zones = Set(entries.map(\.zone)).sorted()
    if plan.isLocked(cell.day, on: cell.project) {
      freeze = .locked
    } else if plan.projects[cell.project]?.isSyncOff ?? false {
      freeze = .syncOff
    } else {
      freeze = plan.people[cell.person]?.isFrozen ?? false ? .personArchived : nil
    }
  }
}
