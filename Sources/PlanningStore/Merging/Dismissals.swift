import GRDB
import Planning

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

/// Pairs that a planner said to be different.
package struct Dismissals: Subject {
  let session: StoreSession

  package func pairs() throws -> Set<DismissedPair> {
    Set(
      try rawRows("SELECT kind, left_id, right_id FROM duplicate_dismissal").compactMap { row in
        PlanSnapshot.Kind(rawValue: row["kind"]).map { DismissedPair(kind: $0, row["left_id"], row["right_id"]) }
      })
  }

  /// - Returns: whether anything changed.
  package func set(_ pair: DismissedPair, _ isDismissed: Bool) throws -> Bool {
    try db.execute(
      sql: isDismissed
        ? "INSERT OR IGNORE INTO duplicate_dismissal (kind, left_id, right_id) VALUES (?, ?, ?)"
        : "DELETE FROM duplicate_dismissal WHERE kind = ? AND left_id = ? AND right_id = ?",
      arguments: [pair.kind.rawValue, pair.left, pair.right])
    return db.changesCount > 0
  }
}
