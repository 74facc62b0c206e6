import GRDB
import Planning

extension StoreSession {
  /// What hangs on an item.
  package struct Attached: Sendable, Equatable {
    package var links = 0
    package var projects = 0
    package var assignments = 0
    package var actuals = 0
    package var manual = 0
    package var minutes = 0
    package var lastUsed: String?

    package init() {}
  }

  /// For every item of a kind that anything hangs on.
  package func attached(_ kind: PlanSnapshot.Kind) throws -> [Int64: Attached] {
    var all: [Int64: Attached] = [:]
    func add(_ sql: String, _ set: (inout Attached, Row) -> Void) throws {
      for row in try Row.fetchAll(db, sql: sql) { set(&all[row["id"], default: Attached()], row) }
    }
    try add(
      "SELECT planning_id AS id, count(*) AS n FROM external_reference WHERE kind = '\(kind.rawValue)' GROUP BY 1"
    ) { $0.links = $1["n"] }
    let actual =
      "count(*) AS n, sum(a.is_manual) AS manual, sum(a.billable_minutes + a.nonbillable_minutes) AS minutes, max(a.date) AS last"
    func setActuals(_ attached: inout Attached, _ row: Row) {
      attached.actuals = row["n"]
      attached.manual = row["manual"]
      attached.minutes = row["minutes"]
      attached.lastUsed = row["last"]
    }
    switch kind {
    case .client:
      try add("SELECT client_id AS id, count(*) AS n FROM project GROUP BY 1") { $0.projects = $1["n"] }
      try add(
        "SELECT p.client_id AS id, count(*) AS n FROM assignment x JOIN project p ON p.id = x.project_id GROUP BY 1"
      ) { $0.assignments = $1["n"] }
      try add("SELECT p.client_id AS id, \(actual) FROM actual a JOIN project p ON p.id = a.project_id GROUP BY 1") {
        setActuals(&$0, $1)
      }
    case .project, .person:
      let column = "\(kind.rawValue)_id"
      try add("SELECT \(column) AS id, count(*) AS n FROM assignment GROUP BY 1") { $0.assignments = $1["n"] }
      try add("SELECT a.\(column) AS id, \(actual) FROM actual a GROUP BY 1") { setActuals(&$0, $1) }
    }
    return all
  }

  /// Two items that a planner said to be different.
  package struct DismissedPair: Hashable, Sendable {
    package let kind: PlanSnapshot.Kind
    package let left: Int64
    package let right: Int64

    package init(kind: PlanSnapshot.Kind, _ one: Int64, _ other: Int64) {
      self.kind = kind
      left = min(one, other)
      right = max(one, other)
    }
  }

  package func dismissedPairs() throws -> Set<DismissedPair> {
    Set(
      try Row.fetchAll(db, sql: "SELECT kind, left_id, right_id FROM duplicate_dismissal").compactMap { row in
        PlanSnapshot.Kind(rawValue: row["kind"]).map { DismissedPair(kind: $0, row["left_id"], row["right_id"]) }
      })
  }

  package func dismissedTable() throws -> Table {
    try table("SELECT kind, left_id, right_id, created_at FROM duplicate_dismissal ORDER BY kind, left_id, right_id")
  }

  /// - Returns: whether anything changed.
  package func setDismissed(_ pair: DismissedPair, _ isDismissed: Bool) throws -> Bool {
    try db.execute(
      sql: isDismissed
        ? "INSERT OR IGNORE INTO duplicate_dismissal (kind, left_id, right_id) VALUES (?, ?, ?)"
        : "DELETE FROM duplicate_dismissal WHERE kind = ? AND left_id = ? AND right_id = ?",
      arguments: [pair.kind.rawValue, pair.left, pair.right])
    return db.changesCount > 0
  }
}
