import Planning

/// What frozen cells keep out or in (rules 47, 55).
package struct LateChanges: Subject {
  let session: StoreSession

  package func deferredCells() throws -> Set<Cell> {
    var cells: Set<Cell> = []
    try statement("SELECT person_id, project_id, date FROM deferred_cell").forEach { cells.insert($0.cell(0)) }
    return cells
  }

  package func setDeferredCells(_ wanted: Set<Cell>) throws {
    let stored = try deferredCells()
    for cell in stored.subtracting(wanted) {
      try statement("DELETE FROM deferred_cell WHERE person_id = ? AND project_id = ? AND date = ?")
        .bind(1, cell.person).bind(2, cell.project).bind(3, cell.day.description).run()
    }
    for cell in wanted.subtracting(stored) {
      try statement("INSERT INTO deferred_cell VALUES (?, ?, ?)")
        .bind(1, cell.person).bind(2, cell.project).bind(3, cell.day.description).run()
    }
  }

  /// Further ones; none leaves.
  package func addDeferredCells(_ cells: Set<Cell>) throws {
    for cell in cells.sorted() {
      try statement("INSERT OR IGNORE INTO deferred_cell VALUES (?, ?, ?)")
        .bind(1, cell.person).bind(2, cell.project).bind(3, cell.day.description).run()
    }
  }

  /// Frozen cells of which the ledger wants something else than stands there: with time that a lock holds back, or whose
  /// entries changed or left since (rules 47, 55).
  ///
  /// - Returns: each with the minutes that would be added; 0: other roles or buckets only.
  package func changes(where isFrozen: (Cell) -> Bool) throws -> [(cell: Cell, minutes: Int)] {
    var cells: Set<Cell> = []
    try statement(
      """
      SELECT person_id, project_id, day FROM placement_row
      WHERE state = 'held' AND reason = 'locked' AND person_id IS NOT NULL
      UNION SELECT person_id, project_id, unixepoch(date) / 86400 FROM deferred_cell
      """
    ).forEach { if isFrozen($0.cell(0)) { cells.insert($0.cell(0)) } }
    return try cells.sorted().map { cell in
      let row = try statement(
        """
        SELECT ifnull((
            SELECT sum((billable + 30) / 60 + (nonbillable + 30) / 60) FROM (
              SELECT sum(CASE WHEN is_billable THEN seconds ELSE 0 END) AS billable,
                sum(CASE WHEN is_billable THEN 0 ELSE seconds END) AS nonbillable
              FROM placement_row WHERE person_id = ?1 AND project_id = ?2 AND day = ?4
                AND (state = 'placed' OR (state = 'held' AND reason = 'locked')
                  OR (counted IS NOT NULL AND reason IN ('sync_off', 'person_archived')))
              GROUP BY role_id)), 0)
          - ifnull((
            SELECT sum(billable_minutes + nonbillable_minutes) FROM actual
            WHERE person_id = ?1 AND project_id = ?2 AND date = ?3), 0)
        """
      ).bind(1, cell.person).bind(2, cell.project).bind(3, cell.day.description).bind(4, cell.day.number)
      defer { row.reset() }
      return (cell: cell, minutes: try row.step() ? row.int(0) : 0)
    }
  }
}
