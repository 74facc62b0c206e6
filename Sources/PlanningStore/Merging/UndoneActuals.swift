import GRDB
import Planning

/// The actuals of a merged item, divided again.
struct UndoneActuals: Subject {
  let session: StoreSession

  private var merged: MergedActuals { MergedActuals(session: session) }

  /// A row that is still as the merge left it becomes what it was. One that an import has changed since is divided by
  /// what the ledger says now; in a frozen cell the two parts keep its sum.
  func putBack(_ rows: [Row], _ record: MergeRecord) throws {
    let plan = try session.plan.snapshot()
    var byKept: [StoredActual.Key: (kept: Row?, dropped: Row?)] = [:]
    for row in rows {
      var key = try StoredActual.Key(row["row_key"] as String, db)
      let isDropped = record.kind == .person ? key.person == record.dropped : key.project == record.dropped
      if record.kind == .person { key.person = record.kept } else { key.project = record.kept }
      if isDropped {
        byKept[key, default: (nil, nil)].dropped = row
      } else {
        byKept[key, default: (nil, nil)].kept = row
      }
    }
    for (key, images) in byKept {
      let now = try actualImage(key)
      // Earlier versions kept no rows that a merge left as they were: hours typed by hand, or a zero that came to them.
      let isAsItWas = try images.kept == nil && (isManual(key) || isZero(images.dropped))
      if isAsItWas {
        if let before = images.dropped?["before"] as String? { try session.writer.insert(image: before) }
      } else if now == images.kept?["after"] as String? {
        try session.writer.delete(key)
        for before in [images.kept?["before"] as String?, images.dropped?["before"] as String?] {
          if let before { try session.writer.insert(image: before) }
        }
      } else {
        try divide(
          key, record, isFrozen: merged.isFrozen(key.cell, plan) || merged.isFrozen(key.dropped(record).cell, plan))
      }
    }
  }

  private func divide(_ key: StoredActual.Key, _ record: MergeRecord, isFrozen: Bool) throws {
    guard
      let standing = try Row.fetchOne(
        db, sql: "SELECT * FROM actual WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ?",
        arguments: key.arguments
      ).map(StoredActual.init), standing.origin != .autofill
    else { return }
    var given = standing
    (given.person, given.project) = (key.dropped(record).person, key.dropped(record).project)
    (given.billable, given.nonbillable) = try merged.ledgerMinutes(given)
    var kept = standing
    if isFrozen {
      given.billable = min(given.billable, standing.billable)
      given.nonbillable = min(given.nonbillable, standing.nonbillable)
      (kept.billable, kept.nonbillable) = (standing.billable - given.billable, standing.nonbillable - given.nonbillable)
    } else {
      (kept.billable, kept.nonbillable) = try merged.ledgerMinutes(kept)
    }
    try session.writer.delete(key)
    for row in [kept, given] where row.minutes > 0 { try session.writer.put(row, isCombined: false) }
  }

  private func isManual(_ key: StoredActual.Key) throws -> Bool {
    try Bool.fetchOne(
      db, sql: "SELECT is_manual FROM actual WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ?",
      arguments: key.arguments) ?? false
  }

  private func isZero(_ row: Row?) throws -> Bool {
    try Bool.fetchOne(
      db, sql: "SELECT json_extract(?, '$.origin') = 'autofill'", arguments: [row?["before"] as String?]) ?? false
  }

  private func actualImage(_ key: StoredActual.Key) throws -> String? {
    let object = try MergeJournal(session: session).columns(of: "actual").all.map { "'\($0)', \($0)" }.joined(
      separator: ", ")
    return try String.fetchOne(
      db,
      sql: """
        SELECT json_object(\(object)) FROM actual WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ?
        """, arguments: key.arguments)
  }
}
