import GRDB
package import Planning

/// A value of a replicated row.
package enum ReplicaField: Sendable, Hashable {
  case null
  case whole(Int64)
  case real(Double)
  case text(String)
}

/// A table of the replica, by the names of the schema.
package struct ReplicaShape: Sendable {
  package struct Child: Sendable {
    package let table: String
    package let columns: [String]
    /// The first columns: they tell rows of one parent apart.
    package let keyCount: Int
    package let parentColumn: String
    /// nil: rows are replaced as a whole. Else rows that are gone stay, marked.
    package var keeping: Keeping?

    package struct Keeping: Sendable {
      /// Which rows of the parent are of this list; nil: all.
      package let condition: String?
      /// Rows say which run changed them.
      package let hasRun: Bool

      package init(condition: String?, hasRun: Bool) {
        self.condition = condition
        self.hasRun = hasRun
      }
    }

    package init(table: String, columns: [String], keyCount: Int, parentColumn: String, keeping: Keeping? = nil) {
      self.table = table
      self.columns = columns
      self.keyCount = keyCount
      self.parentColumn = parentColumn
      self.keeping = keeping
    }
  }

  package let table: String
  package let columns: [String]
  /// The import writes the rows: only columns of rows that are there are filled.
  package let isImports: Bool
  package let children: [Child]

  package init(table: String, columns: [String], isImports: Bool, children: [Child]) {
    self.table = table
    self.columns = columns
    self.isImports = isImports
    self.children = children
  }
}

/// A row as it is written.
package struct StoredReplica: Sendable {
  package let id: String
  package let values: [ReplicaField]
  /// For each child its rows.
  package let children: [[[ReplicaField]]]
  package let raw: String?
  package let hash: Int64

  package init(id: String, values: [ReplicaField], children: [[[ReplicaField]]], raw: String?, hash: Int64) {
    self.id = id
    self.values = values
    self.children = children
    self.raw = raw
    self.hash = hash
  }
}

/// What is known of a row before it is read again.
package struct KnownReplica: Sendable, Hashable {
  /// nil: never read whole.
  package let hash: Int64?
  package let isGone: Bool

  package init(hash: Int64?, isGone: Bool) {
    self.hash = hash
    self.isGone = isGone
  }
}

/// Rows of a kind as they are kept.
package struct ReplicaRows: Sendable {
  package let columns: [String]
  package let rows: [[Scalar]]
}

/// Rows of Clockify's other kinds. Names of tables and columns are those of the descriptors, never of anybody's input.
package struct Replica: Subject {
  let session: StoreSession

  /// Rows of a table, by workspace and id.
  ///
  /// - Parameters:
  ///   - isDeleted: only those that are gone.
  ///   - run: only those that this run or a later one changed.
  package func rows(
    of table: String, in workspace: String? = nil, isDeleted: Bool = false, changedSince run: Int64? = nil
  ) throws -> ReplicaRows {
    let statement = try db.makeStatement(
      sql: """
        SELECT * FROM \(table)
        WHERE (?1 IS NULL OR workspace_id = ?1) AND (?2 = 0 OR deleted_at IS NOT NULL) AND (?3 IS NULL OR changed_run >= ?3)
        ORDER BY workspace_id, id
        """)
    let cursor = try Row.fetchCursor(statement, arguments: [workspace, isDeleted, run])
    var rows: [[Scalar]] = []
    while let row = try cursor.next() { rows.append(row.databaseValues.map(Scalar.init)) }
    return ReplicaRows(columns: statement.columnNames, rows: rows)
  }

  /// How many entries of a workspace were read with their details, and how many there are.
  package func entriesWithDetails(in workspace: String) throws -> (read: Int, all: Int) {
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT count(is_locked), count(*) FROM clockify_time_entry_row
        WHERE workspace = (SELECT text_key FROM clockify_text WHERE text = ?)
        """, arguments: [workspace])!
    return (row[0], row[1])
  }

  /// Every row of a workspace, by id.
  package func known(_ shape: ReplicaShape, in workspace: String) throws -> [String: KnownReplica] {
    var known: [String: KnownReplica] = [:]
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: "SELECT id, row_hash, deleted_at IS NOT NULL FROM \(shape.table) WHERE workspace_id = ?"),
      arguments: [workspace])
    while let row = try rows.next() { known[row[0]] = KnownReplica(hash: row[1], isGone: row[2]) }
    return known
  }

  /// Writes rows that are new, have changed, or have come back, and their lists. Of the import's tables only rows that are
  /// there.
  ///
  /// - Parameter isNew: of an id: nothing of it was written yet.
  package func write(
    _ rows: [StoredReplica], _ shape: ReplicaShape, in workspace: String, run: Int64, at now: Instant,
    isNew: (String) -> Bool
  ) throws {
    let columns = shape.columns + ["raw", "row_hash", "changed_run"]
    let all = ["workspace_id", "id"] + columns + ["first_seen_run"]
    let write =
      shape.isImports
      ? try db.cachedStatement(
        sql: """
          UPDATE \(shape.table) SET \(columns.map { "\($0) = ?" }.joined(separator: ", "))
          WHERE workspace_id = ? AND id = ?
          """)
      : try db.cachedStatement(
        sql: """
          INSERT INTO \(shape.table) (\(all.joined(separator: ", "))) VALUES (\(Self.places(all.count)))
          ON CONFLICT (workspace_id, id) DO UPDATE
          SET \(columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")), deleted_at = NULL
          """)
    let lists = try shape.children.map { try ListWriter($0, session: session, run: run, at: now) }
    for row in rows {
      let values = row.values + [row.raw.map(ReplicaField.text) ?? .null, .whole(row.hash), .whole(run)]
      let key = [ReplicaField.text(workspace), .text(row.id)]
      try write.execute(shape.isImports ? values + key : key + values + [.whole(run)])
      guard db.changesCount > 0 else { continue }
      for (list, elements) in zip(lists, row.children) { try list.write(elements, of: key, isNew: isNew(row.id)) }
    }
  }

  /// - Parameter ids: of rows that are there and not marked yet.
  package func markGone(
    _ ids: some Sequence<String>, _ shape: ReplicaShape, in workspace: String, run: Int64, at now: Instant
  ) throws {
    for id in ids {
      try execute(
        "UPDATE \(shape.table) SET deleted_at = ?, changed_run = ? WHERE workspace_id = ? AND id = ?",
        [.text(now.description), .whole(run), .text(workspace), .text(id)])
    }
  }

  /// Ids of a kind's rows that are there, oldest first.
  package func ids(of table: String, in workspace: String) throws -> [String] {
    try String.fetchAll(
      db, sql: "SELECT id FROM \(table) WHERE workspace_id = ? AND deleted_at IS NULL ORDER BY id",
      arguments: [workspace])
  }

  /// Ids of rows that are there and lie wholly in a period.
  ///
  /// - Parameters: instants as they are stored; the columns that hold the bounds.
  package func ids(
    of table: String, in workspace: String, from: String, to: String, _ start: String, _ end: String
  ) throws -> Set<String> {
    try String.fetchSet(
      db,
      sql: """
        SELECT id FROM \(table)
        WHERE workspace_id = ? AND deleted_at IS NULL AND \(start) >= ? AND \(end) <= ?
        """, arguments: [workspace, from, to])
  }

  /// Fills columns of rota's own in a row that is there.
  package func set(
    _ values: [(column: String, value: ReplicaField)], of id: String, in table: String, workspace: String
  ) throws {
    try execute(
      """
      UPDATE \(table) SET \(values.map { "\($0.column) = ?" }.joined(separator: ", "))
      WHERE workspace_id = ? AND id = ?
      """, values.map(\.value) + [.text(workspace), .text(id)])
  }

  /// What a column says of each row that is there.
  package func column(_ name: String, of table: String, in workspace: String) throws -> [String: ReplicaField] {
    var values: [String: ReplicaField] = [:]
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: "SELECT id, \(name) FROM \(table) WHERE workspace_id = ? AND deleted_at IS NULL"), arguments: [workspace])
    while let row = try rows.next() { values[row[0]] = ReplicaField(row[1] as DatabaseValue) }
    return values
  }

  /// Tasks of a project that are there, and that a list had.
  package func tasks(of project: String, in workspace: String) throws -> [String] {
    try String.fetchAll(
      db.cachedStatement(
        sql:
          "SELECT id FROM clockify_task WHERE workspace_id = ? AND project_id = ? AND deleted_at IS NULL AND is_listed = 1"
      ),
      arguments: [workspace, project])
  }

  /// Who has a profile to read: members that are active.
  package func activeMembers(in workspace: String) throws -> [String] {
    try String.fetchAll(
      db,
      sql: """
        SELECT id FROM clockify_user
        WHERE workspace_id = ? AND deleted_at IS NULL AND is_listed = 1 AND ifnull(membership_status, 'ACTIVE') = 'ACTIVE'
          AND ifnull(status, 'ACTIVE') NOT IN ('DELETED', 'LIMITED', 'LIMITED_DELETED')
        ORDER BY id
        """, arguments: [workspace])
  }

  /// How many tasks each project has that is there, as far as lists show them.
  package func taskCounts(in workspace: String) throws -> [String: Int] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT t.project_id, count(*) FROM clockify_task t
        JOIN clockify_project p ON p.workspace_id = t.workspace_id AND p.id = t.project_id AND p.deleted_at IS NULL
        WHERE t.workspace_id = ? AND t.deleted_at IS NULL AND t.is_listed = 1 GROUP BY 1
        """, arguments: [workspace]
    ).reduce(into: [:]) { counts, row in counts[row[0]] = row[1] }
  }

  package func knownTasks(in workspace: String) throws -> Set<String> {
    Set(try String.fetchAll(db, sql: "SELECT id FROM clockify_task WHERE workspace_id = ?", arguments: [workspace]))
  }

  /// A task that is on entries but in no list: kept by its name, so that no entry is without (replica.md 5.5).
  package func noteUnlisted(task: String, name: String, project: String?, workspace: String, run: Int64) throws {
    try db.execute(
      sql: """
        INSERT INTO clockify_task (workspace_id, id, name, project_id, is_listed, first_seen_run, changed_run)
        VALUES (?, ?, ?, ?, 0, ?, ?) ON CONFLICT (workspace_id, id) DO NOTHING
        """, arguments: [workspace, task, name, project, run, run])
  }

  /// Tasks that were known only from time entries, and that a list has now.
  package func markListedTasks(in workspace: String) throws {
    try db.execute(
      sql: "UPDATE clockify_task SET is_listed = 1 WHERE workspace_id = ? AND is_listed = 0 AND row_hash IS NOT NULL",
      arguments: [workspace])
  }

  /// Tasks and memberships of what is gone itself are gone too.
  package func markOrphans(in workspace: String, run: Int64, at now: Instant) throws {
    try db.execute(
      sql: """
        UPDATE clockify_task SET deleted_at = ?1, changed_run = ?2
        WHERE workspace_id = ?3 AND deleted_at IS NULL AND project_id IN (
          SELECT id FROM clockify_project WHERE workspace_id = ?3 AND deleted_at IS NOT NULL)
        """, arguments: [now.description, run, workspace])
    try db.execute(
      sql: """
        UPDATE clockify_membership SET deleted_at = ?1, changed_run = ?2
        WHERE workspace_id = ?3 AND deleted_at IS NULL AND (
          membership_type = 'WORKSPACE' AND user_id IN (
            SELECT id FROM clockify_user WHERE workspace_id = ?3 AND deleted_at IS NOT NULL)
          OR target_id IN (
            SELECT id FROM clockify_project WHERE workspace_id = ?3 AND deleted_at IS NOT NULL
            UNION SELECT id FROM clockify_user_group WHERE workspace_id = ?3 AND deleted_at IS NOT NULL))
        """, arguments: [now.description, run, workspace])
  }

  /// A workspace that the key sees and the settings do not name: it decides nothing.
  package func note(workspace id: String, name: String?, plan: String?, run: Int64) throws {
    try db.execute(
      sql: """
        INSERT INTO clockify_workspace (id, workspace_id, name, feature_subscription_type, first_seen_run, is_named)
        VALUES (?1, ?1, ?2, ?3, ?4, 0)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, feature_subscription_type = excluded.feature_subscription_type,
          deleted_at = NULL
        WHERE (name, feature_subscription_type, deleted_at) IS NOT (excluded.name, excluded.feature_subscription_type, NULL)
        """, arguments: [id, name, plan, run])
  }

  /// Marks workspaces that the key does not see any more.
  package func markUnseen(workspaces seen: Set<String>, at now: Instant) throws {
    let known = try String.fetchAll(db, sql: "SELECT id FROM clockify_workspace WHERE deleted_at IS NULL")
    for id in known where !seen.contains(id) {
      try db.execute(
        sql: "UPDATE clockify_workspace SET deleted_at = ? WHERE id = ?", arguments: [now.description, id])
    }
  }

  fileprivate static func places(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }

  private func execute(_ sql: String, _ values: [ReplicaField]) throws {
    try db.cachedStatement(sql: sql).execute(values)
  }
}

/// Writes the rows of one list, of many parents.
private struct ListWriter {
  private let child: ReplicaShape.Child
  /// A workspace is its own: its lists have no other parent.
  private let owners: Int
  private let clear: Statement
  private let insert: Statement
  private let mark: Statement
  private let known: Statement
  private let now: Instant
  private let run: Int64
  private var keepsRun: Bool { child.keeping?.hasRun ?? false }

  init(_ child: ReplicaShape.Child, session: StoreSession, run: Int64, at now: Instant) throws {
    self.child = child
    self.now = now
    self.run = run
    let db = session.db
    let owner = child.parentColumn == "workspace_id" ? ["workspace_id"] : ["workspace_id", child.parentColumn]
    owners = owner.count
    func equal(_ names: some Sequence<String>) -> String { names.map { "\($0) = ?" }.joined(separator: " AND ") }
    let keys = Array(child.columns.prefix(child.keyCount))
    let hasRun = child.keeping?.hasRun ?? false
    let names = owner + child.columns + (hasRun ? ["changed_run"] : [])
    let plain =
      "INSERT INTO \(child.table) (\(names.joined(separator: ", "))) VALUES (\(Replica.places(names.count)))"
    clear = try db.cachedStatement(sql: "DELETE FROM \(child.table) WHERE \(equal(owner))")
    guard let keeping = child.keeping else {
      insert = try db.cachedStatement(sql: plain)
      (mark, known) = (clear, clear)
      return
    }
    let rest = child.columns.dropFirst(child.keyCount)
    let sets = rest + (hasRun ? ["changed_run"] : [])
    insert = try db.cachedStatement(
      sql: """
        \(plain) ON CONFLICT (\((owner + keys).joined(separator: ", "))) DO UPDATE
        SET \((sets.map { "\($0) = excluded.\($0)" } + ["deleted_at = NULL"]).joined(separator: ", "))
        WHERE (\((rest + ["deleted_at"]).joined(separator: ", ")))
          IS NOT (\((rest.map { "excluded.\($0)" } + ["NULL"]).joined(separator: ", ")))
        """)
    mark = try db.cachedStatement(
      sql: """
        UPDATE \(child.table) SET deleted_at = ?\(hasRun ? ", changed_run = \(run)" : "")
        WHERE \(equal(owner + keys))
        """)
    known = try db.cachedStatement(
      sql: """
        SELECT \(keys.joined(separator: ", ")) FROM \(child.table)
        WHERE \(equal(owner)) AND deleted_at IS NULL\(keeping.condition.map { " AND \($0)" } ?? "")
        """)
  }

  /// - Parameter key: workspace and id of the parent.
  func write(_ rows: [[ReplicaField]], of key: [ReplicaField], isNew: Bool) throws {
    let parent = Array(key.prefix(owners))
    guard child.keeping != nil else {
      if !isNew { try clear.execute(parent) }
      for values in rows { try insert.execute(parent + values) }
      return
    }
    let before = isNew ? [] : try keys(of: parent)
    for values in rows { try insert.execute(parent + values + (keepsRun ? [.whole(run)] : [])) }
    // Rows that are not in the list any more are marked; those that are equal were not touched.
    let came = Set(rows.map { Array($0.prefix(child.keyCount)) })
    for gone in before where !came.contains(gone) { try mark.execute([.text(now.description)] + parent + gone) }
  }

  private func keys(of parent: [ReplicaField]) throws -> [[ReplicaField]] {
    try Row.fetchAll(known, arguments: StatementArguments(parent.map(\.databaseValue))).map { row in
      (0..<child.keyCount).map { .text(row[$0]) }
    }
  }
}

extension Statement {
  fileprivate func execute(_ values: [ReplicaField]) throws {
    try execute(arguments: StatementArguments(values.map(\.databaseValue)))
  }
}

extension ReplicaField {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .int64(let number): self = .whole(number)
    case .double(let number): self = .real(number)
    case .string(let text): self = .text(text)
    case .null, .blob: self = .null
    }
  }

  fileprivate var databaseValue: DatabaseValue {
    switch self {
    case .null: .null
    case .whole(let number): number.databaseValue
    case .real(let number): number.databaseValue
    case .text(let text): text.databaseValue
    }
  }
}
