/// A table as it is published: its columns and what they hold, what tells its rows apart, and how it is read.
package struct PublishedTable: Sendable {
  /// What a column holds; each target has its own type for it.
  package enum Form: Character, Sendable {
    case integer = "I"
    case real = "R"
    case text = "T"
    /// 0 or 1.
    case flag = "B"
    /// `YYYY-MM-DD`.
    case date = "D"
    /// UTC, whole seconds.
    case instant = "Z"
    case json = "J"
  }

  /// How what is read stands for the value.
  package enum Stored: Sendable {
    case plain
    /// A key of `clockify_text` (`Published.text`).
    case textKey
    /// Since 1970, UTC.
    case seconds
    /// Since 1970.
    case days
  }

  package struct Column: Sendable, Hashable {
    package let name: String
    package let form: Form
    /// Where it is read from, where that is not its name.
    let sql: String?
    package let stored: Stored
    package let isKey: Bool
  }

  package let name: String
  package let columns: [Column]
  /// nil: published whole.
  let dated: Dated?

  /// Published month by month: where the months are noted, and how one is read.
  struct Dated: Sendable {
    /// As `publish_dirty` names it.
    let noted: String
    /// Of the table whose columns need no SQL of their own.
    let alias: String
    /// `FROM` with joins; rows of a month lie together in it by an index.
    let from: String
    /// `WITH`, where it takes one.
    var with = ""
    /// What ?1 and ?2 are, and the conditions.
    let unit: Unit
    let inMonth: String
    let undated: String
    /// As databases keep rows by their keys: what comes in that order is written fastest.
    let order: String

    enum Unit: Sendable {
      /// First and last date, as text.
      case dates
      /// First day and the day after the last, since 1970.
      case days
      /// The same in seconds.
      case seconds
    }
  }

  package var isMonthly: Bool { dated != nil }
  /// The name that `publish_dirty` has its months under; nil: published whole.
  package var notedAs: String? { dated?.noted }

  /// - Parameter columns: `name F` with the form's letter, parted by commas; `*` before those of the key.
  init(_ name: String, _ columns: String, dated: Dated? = nil, sql: [String: (sql: String, stored: Stored)] = [:]) {
    self.name = name
    self.dated = dated
    self.columns = columns.split(separator: ",").map { text in
      let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
      precondition(words.count == 2, "a column is NAME FORM: \(text)")
      let (isKey, column) = (words[0].hasPrefix("*"), words[0].replacing("*", with: ""))
      return Column(
        name: column, form: Form(rawValue: Character(words[1]))!, sql: sql[column]?.sql,
        stored: sql[column]?.stored ?? .plain,
        isKey: isKey)
    }
  }

  init(name: String, columns: [Column]) {
    self.name = name
    self.columns = columns
    dated = nil
  }
}

// MARK: What the plan has

extension PublishedTable {
  /// Tables of the plan that are published whole.
  static let plan: [PublishedTable] = [
    PublishedTable("role", "*id I, name T, is_system B"),
    PublishedTable("client", "*id I, name T, is_archived B, origin T, created_at Z"),
    PublishedTable(
      "project",
      "*id I, client_id I, name T, is_billable B, is_archived B, archived_by T, actuals_from D, origin T, created_at Z"),
    PublishedTable("project_tag", "*project_id I, *tag T"),
    PublishedTable("client_tag", "*client_id I, *tag T"),
    PublishedTable(
      "person",
      """
      *id I, name T, email T, time_zone T, holiday_group T, is_archived B, archived_by T, actuals_from D, origin T,
      created_at Z
      """),
    PublishedTable(
      "contract", "*id I, person_id I, role_id I, starts_on D, ends_on D, minutes_per_day I, working_days T"),
    PublishedTable(
      "assignment",
      """
      *id I, person_id I, project_id I, role_id I, starts_on D, ends_on D, minutes_per_day I, is_non_working_day B,
      origin T, external_id T, imported J
      """),
    PublishedTable(
      "time_off",
      "*id I, person_id I, starts_on D, ends_on D, minutes_per_day I, kind T, origin T, external_id T, imported J"),
    PublishedTable("holiday", "*id I, date D, name T, holiday_group T, origin T, external_id T, imported J"),
    PublishedTable("timesheet_lock", "project_id I, locked_until D"),
    PublishedTable(
      "external_reference",
      """
      *id I, kind T, planning_id I, system T, external_id T, workspace_id T, source_missing_since D, baseline J
      """),
    PublishedTable("ignored_reference", "*system T, *kind T, *external_id T, note T, created_at Z"),
    PublishedTable(
      "import_run",
      """
      *id I, trigger T, scope T, status T, started_at Z, finished_at Z, window_from D, window_to D, requests I,
      entries_read I, seconds_read I, seconds_placed I, seconds_skipped I, seconds_held I, summary J, workspace_id T,
      is_narrowed B, process_id I, machine_finished_at Z, started_by T
      """),
    PublishedTable(
      "finding",
      """
      *id I, import_run_id I, level T, code T, kind T, external_id T, planning_id I, name T, entries I, seconds I,
      message T, details J
      """),
  ]

  /// What a run writes about itself: where nothing else changed, there is nothing to publish.
  package static let books: Set<String> = ["import_run", "finding"]

  // MARK: What grows with time

  static let monthly: [PublishedTable] = [
    PublishedTable(
      "actual",
      """
      *person_id I, *project_id I, *role_id I, *date D, billable_minutes I, nonbillable_minutes I, origin T,
      import_run_id I, updated_at Z, is_manual B
      """, dated: .byPerson("actual", order: "a.date, a.person_id, a.project_id, a.role_id")),
    PublishedTable(
      "actual_conflict",
      """
      *person_id I, *project_id I, *date D, manual_minutes I, imported_minutes I, source_minutes I, import_run_id I
      """,
      dated: .init(
        noted: "actual_conflict", alias: "a", from: "FROM actual_conflict a", unit: .dates,
        inMonth: "a.date BETWEEN ?1 AND ?2",
        undated: "a.date < '0'", order: "a.person_id, a.project_id, a.date")),
    PublishedTable(
      "clockify_time_entry",
      """
      *entry_key I, id T, workspace_id T, user_id T, project_id T, task_id T, description T, billable B, type T,
      start Z, end Z, time_zone T, first_seen_run I, deleted_at Z, is_locked B
      """, dated: .byStart("clockify_time_entry_row e", order: ""), sql: entry),
    PublishedTable(
      "clockify_time_entry_tag", "*entry_key I, *tag_id T, month T",
      dated: .beside("clockify_time_entry_tag", order: ", c.tag_id"), sql: month),
    PublishedTable(
      "clockify_time_entry_custom_field", "*entry_key I, *custom_field_id T, name T, type T, value J, month T",
      dated: .beside("clockify_time_entry_custom_field", order: ", c.custom_field_id"), sql: month),
    PublishedTable(
      "clockify_time_entry_detail",
      """
      *entry_key I, approval_request_id T, kiosk_id T, currency T, hourly_rate_amount R, earned_amount R,
      cost_rate_amount R, cost_amount R, stated_seconds I, invoicing_info J, raw J, month T
      """, dated: .beside("clockify_time_entry_detail", order: ""), sql: month),
    PublishedTable(
      "ledger",
      """
      *entry_id T, workspace_id T, user_id T, clockify_project_id T, started_at Z, ended_at Z, seconds I, billable B,
      type T, zone T, date D, state T, reason T, person_id I, project_id I, role_id I, role_step T
      """, dated: .ledger, sql: ledger),
  ]

  private static let entry: [String: (sql: String, stored: Stored)] = [
    "workspace_id": ("e.workspace", .textKey), "user_id": ("e.user", .textKey), "project_id": ("e.project", .textKey),
    "task_id": ("e.task", .textKey), "type": ("e.type", .textKey), "time_zone": ("e.time_zone", .textKey),
    "start": ("e.start", .seconds), "end": ("e.\"end\"", .seconds),
  ]
  private static let month: [String: (sql: String, stored: Stored)] = [
    "month": ("ifnull(strftime('%Y-%m', e.start, 'unixepoch'), 'undated')", .plain)
  ]
  private static let ledger: [String: (sql: String, stored: Stored)] = [
    "entry_id": ("e.id", .plain), "workspace_id": ("e.workspace", .textKey), "user_id": ("e.user", .textKey),
    "clockify_project_id": ("e.project", .textKey), "started_at": ("e.start", .seconds),
    "ended_at": ("e.\"end\"", .seconds), "billable": ("p.is_billable", .plain), "type": ("e.type", .textKey),
    "zone": ("p.zone", .textKey), "date": ("p.day", .days),
  ]
}

extension PublishedTable.Dated {
  /// One person after the other, because the index of actuals begins with them.
  fileprivate static func byPerson(_ table: String, order: String) -> Self {
    .init(
      noted: table, alias: "a", from: "FROM person_of_it CROSS JOIN \(table) a ON a.person_id = person_of_it.k",
      with: each("person_id", of: table, as: "person_of_it"), unit: .dates, inMonth: "a.date BETWEEN ?1 AND ?2",
      undated: "a.date < '0'", order: order)
  }

  fileprivate static func byStart(_ tables: String, alias: String = "e", order: String) -> Self {
    .init(
      noted: "clockify_time_entry", alias: alias, from: "FROM \(tables)", unit: .seconds,
      inMonth: "e.start >= ?1 AND e.start < ?2",
      undated: "(e.start IS NULL OR e.start < ?1 OR e.start >= ?2)", order: "e.start, e.entry_key\(order)")
  }

  /// Rows that stand beside entries.
  fileprivate static func beside(_ table: String, order: String) -> Self {
    byStart("clockify_time_entry_row e CROSS JOIN \(table) c ON c.entry_key = e.entry_key", alias: "c", order: order)
  }

  /// One pair after the other, because the index of placements begins with them.
  fileprivate static let ledger = Self(
    noted: "ledger", alias: "p",
    from: """
      FROM pair CROSS JOIN placement_row p ON p.pair_key = pair.k
      CROSS JOIN clockify_time_entry_row e ON e.entry_key = p.entry_key
      """, with: each("pair_key", of: "placement_row", as: "pair"), unit: .days, inMonth: "p.day >= ?1 AND p.day < ?2",
    undated: "(p.day IS NULL OR p.day < ?1 OR p.day >= ?2)", order: "p.entry_key")

  /// The values of an index's first column: a step in the index for each.
  private static func each(_ column: String, of table: String, as name: String) -> String {
    """
    WITH RECURSIVE \(name) (k) AS (
      SELECT min(\(column)) FROM \(table)
      UNION ALL SELECT (SELECT min(\(column)) FROM \(table) WHERE \(column) > k) FROM \(name) WHERE k IS NOT NULL)
    """
  }
}
