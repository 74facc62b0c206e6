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

  /// Writes a row that is new, has changed, or has come back, and its lists.
  ///
  /// - Returns: false where the import has no such row.
  @discardableResult
  package func write(
    _ row: StoredReplica, _ shape: ReplicaShape, in workspace: String, run: Int64, at now: Instant
  ) throws -> Bool {
    let columns = shape.columns + ["raw", "row_hash", "changed_run"]
    let values = row.values + [row.raw.map(ReplicaField.text) ?? .null, .whole(row.hash), .whole(run)]
    let key = [ReplicaField.text(workspace), .text(row.id)]
    if shape.isImports {
      try execute(
        """
        UPDATE \(shape.table) SET \(columns.map { "\($0) = ?" }.joined(separator: ", "))
        WHERE workspace_id = ? AND id = ?
        """, values + key)
      guard db.changesCount > 0 else { return false }
    } else {
      let all = ["workspace_id", "id"] + columns + ["first_seen_run"]
      try execute(
        """
        INSERT INTO \(shape.table) (\(all.joined(separator: ", "))) VALUES (\(Self.places(all.count)))
        ON CONFLICT (workspace_id, id) DO UPDATE
        SET \(columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")), deleted_at = NULL
        """, key + values + [.whole(run)])
    }
    for (child, rows) in zip(shape.children, row.children) {
      if let keeping = child.keeping {
        try keep(rows, child, keeping, key, run: run, at: now)
      } else {
        try replace(rows, child, key)
      }
    }
    return true
  }

  private func replace(_ rows: [[ReplicaField]], _ child: ReplicaShape.Child, _ key: [ReplicaField]) throws {
    // A workspace is its own: its lists have no other parent.
    let owners = child.parentColumn == "workspace_id" ? ["workspace_id"] : ["workspace_id", child.parentColumn]
    let parent = Array(key.prefix(owners.count))
    try execute("DELETE FROM \(child.table) WHERE \(owners.map { "\($0) = ?" }.joined(separator: " AND "))", parent)
    let names = owners + child.columns
    for values in rows {
      try execute(
        "INSERT INTO \(child.table) (\(names.joined(separator: ", "))) VALUES (\(Self.places(names.count)))",
        parent + values)
    }
  }

  /// Rows that are not in the list any more are marked; those that are equal are not touched.
  private func keep(
    _ rows: [[ReplicaField]], _ child: ReplicaShape.Child, _ keeping: ReplicaShape.Child.Keeping,
    _ parent: [ReplicaField], run: Int64, at now: Instant
  ) throws {
    let keys = child.columns.prefix(child.keyCount)
    let rest = child.columns.dropFirst(child.keyCount)
    let scope =
      "workspace_id = ? AND \(child.parentColumn) = ? AND deleted_at IS NULL"
      + (keeping.condition.map { " AND \($0)" } ?? "")
    let known = try Row.fetchAll(
      db.cachedStatement(sql: "SELECT \(keys.joined(separator: ", ")) FROM \(child.table) WHERE \(scope)"),
      arguments: StatementArguments(parent.map(\.databaseValue))
    ).map { row in keys.indices.map { row[$0] as String } }
    let names = ["workspace_id", child.parentColumn] + child.columns + (keeping.hasRun ? ["changed_run"] : [])
    let sets = rest.map { "\($0) = excluded.\($0)" } + (keeping.hasRun ? ["changed_run = excluded.changed_run"] : [])
    let differs =
      "(\((rest + ["deleted_at"]).joined(separator: ", "))) IS NOT "
      + "(\((rest.map { "excluded.\($0)" } + ["NULL"]).joined(separator: ", ")))"
    for values in rows {
      try execute(
        """
        INSERT INTO \(child.table) (\(names.joined(separator: ", "))) VALUES (\(Self.places(names.count)))
        ON CONFLICT (workspace_id, \(child.parentColumn), \(keys.joined(separator: ", "))) DO UPDATE
        SET \((sets + ["deleted_at = NULL"]).joined(separator: ", ")) WHERE \(differs)
        """, parent + values + (keeping.hasRun ? [.whole(run)] : []))
    }
    let came = Set(
      rows.map { values in
        values.prefix(child.keyCount).map { value in if case .text(let text) = value { text } else { "" } }
      })
    for key in known where !came.contains(key) {
      try execute(
        """
        UPDATE \(child.table) SET deleted_at = ?\(keeping.hasRun ? ", changed_run = \(run)" : "")
        WHERE workspace_id = ? AND \(child.parentColumn) = ? AND \(keys.map { "\($0) = ?" }.joined(separator: " AND "))
        """, [.text(now.description)] + parent + key.map(ReplicaField.text))
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
  package func markOrphans(in workspace: String, run: Int64, at now: Instant) throws -> (tasks: Int, memberships: Int) {
    try db.execute(
      sql: """
        UPDATE clockify_task SET deleted_at = ?1, changed_run = ?2
        WHERE workspace_id = ?3 AND deleted_at IS NULL AND project_id IN (
          SELECT id FROM clockify_project WHERE workspace_id = ?3 AND deleted_at IS NOT NULL)
        """, arguments: [now.description, run, workspace])
    let tasks = db.changesCount
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
    return (tasks, db.changesCount)
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

  private static func places(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }

  private func execute(_ sql: String, _ values: [ReplicaField]) throws {
    let statement = try db.cachedStatement(sql: sql)
    try statement.execute(arguments: StatementArguments(values.map(\.databaseValue)))
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
