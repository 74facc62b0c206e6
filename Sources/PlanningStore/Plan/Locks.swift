import GRDB
package import Planning

/// Dates that nothing is written on any more (rule 55).
package struct Locks: Subject {
  let session: StoreSession

  /// - Parameter project: nil: all projects.
  /// - Returns: until when it was locked before.
  @discardableResult
  package func set(until day: CalendarDay?, project: ProjectID?) throws -> CalendarDay? {
    let before = try String.fetchOne(
      db, sql: "SELECT locked_until FROM timesheet_lock WHERE project_id IS ?", arguments: [project])
    guard before != day?.description else { return day }
    try db.execute(sql: "DELETE FROM timesheet_lock WHERE project_id IS ?", arguments: [project])
    if let day {
      try db.execute(
        sql: "INSERT INTO timesheet_lock (project_id, locked_until) VALUES (?, ?)",
        arguments: [project, day.description])
    }
    return before.flatMap { CalendarDay($0) }
  }

  /// - Throws: `PlanRefusal` where the cell is on a locked date.
  func refuse(_ cell: Cell) throws {
    if try session.plan.snapshot().isLocked(cell.day, on: cell.project) {
      throw PlanRefusal.locked(cell.day)
    }
  }
}
