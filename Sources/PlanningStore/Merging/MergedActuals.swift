import GRDB
import Planning

/// The actuals of two items become those of one.
struct MergedActuals: Subject {
  let session: StoreSession

  func move(
    _ kind: PlanSnapshot.Kind, _ from: Int64, _ to: Int64, _ report: inout MergeReport
  ) throws {
    let column = "\(kind.rawValue)_id"
    let plan = try session.plan.snapshot()
    for row in try Row.fetchAll(db, sql: "SELECT * FROM actual WHERE \(column) = ?", arguments: [from]) {
      var actual = StoredActual(row)
      if kind == .person { actual.person = to } else { actual.project = to }
      report.minutes += actual.minutes
      try session.writer.delete(StoredActual(row).key)
      let other = try Row.fetchOne(
        db, sql: "SELECT * FROM actual WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ?",
        arguments: actual.key.arguments
      ).map(StoredActual.init)
      try session.writer.put(
        other.map { try combined(actual, $0, plan, &report) } ?? actual, isCombined: other != nil)
      report.actuals += 1
    }
    try db.execute(sql: "DELETE FROM actual_conflict WHERE \(column) = ?", arguments: [from])
  }

  /// Rule 76: imported minutes from the ledger (in frozen cells added up: nothing in them may change), typed ones added up; real hours before zeros.
  private func combined(
    _ moved: StoredActual, _ standing: StoredActual, _ plan: PlanSnapshot, _ report: inout MergeReport
  ) throws -> StoredActual {
    var result = standing
    switch (moved.isManual, standing.isManual) {
    case (true, true):
      report.manualAddedUp += 1
      result.billable += moved.billable
      result.nonbillable += moved.nonbillable
      result.written = nil
      result.origin = .manual
      result.importedOrigin = nil
    case (true, false), (false, true):
      report.manualKept += 1
      result = moved.isManual ? moved : standing
    case (false, false):
      if moved.origin == .autofill { return standing }
      if standing.origin == .autofill { return moved }
      report.actualsCombined += 1
      if try isFrozen(moved.cell, plan) {
        result.billable += moved.billable
        result.nonbillable += moved.nonbillable
      } else {
        (result.billable, result.nonbillable) = try ledgerMinutes(moved)
      }
    }
    return result
  }

  /// Whether the import may change nothing in a cell (rule 47), hours typed by hand included.
  func isFrozen(_ cell: Cell, _ plan: PlanSnapshot) throws -> Bool {
    if plan.isFrozen(cell) { return true }
    return try Bool.fetchOne(
      db,
      sql: """
        SELECT EXISTS (SELECT 1 FROM actual WHERE person_id = ? AND project_id = ? AND date = ? AND is_manual = 1)
        """, arguments: [cell.person, cell.project, cell.day.description]) ?? false
  }

  /// What the placed entries of a row's key add up to, rounded once for each bucket.
  func ledgerMinutes(_ actual: StoredActual) throws -> (Int, Int) {
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT ifnull(sum(CASE WHEN is_billable THEN seconds ELSE 0 END), 0) AS billable,
          ifnull(sum(CASE WHEN is_billable THEN 0 ELSE seconds END), 0) AS nonbillable
        FROM placement_row
        WHERE person_id = ? AND project_id = ? AND role_id = ? AND day = ? AND state = 'placed'
        """, arguments: [actual.person, actual.project, actual.role, actual.cell.day.number])
    return (Minutes.rounded(seconds: row?["billable"] ?? 0), Minutes.rounded(seconds: row?["nonbillable"] ?? 0))
  }
}
