import RotaTesting

/// Minutes of whom, on what, when: the cell of rule 47.
struct NaiveCell: Hashable, CustomStringConvertible {
  var person: Int
  var project: Int
  var day: String

  var description: String { "person \(person) project \(project) \(day)" }
}

/// What Clockify said of an entry, as far as it decides where its time goes.
struct EntryVersion: Hashable, CustomStringConvertible {
  var user: String
  var project: String?
  var start: Int
  var end: Int?
  var billable: Bool?
  var type: String?

  var description: String {
    "\(user.suffix(2)) on \(project?.suffix(2) ?? "-") \(instantText(start)) \(end.map { "\($0 - start) s" } ?? "running")\(billable.map { $0 ? "" : " nb" } ?? " b?") \(type ?? "")"
  }
}

/// The planning database as plain values, read with one call of the sqlite3 shell.
struct PlanTables {
  struct Item {
    var name = ""
    var isArchived = false
    var archivedBy = ""
    var zone: String?
    var client = 0
    var isBillable = true
  }
  struct Contract {
    var person: Int
    var role: Int
    var from: String
    var to: String
  }
  struct Assignment {
    var person: Int
    var project: Int
    var role: Int
    var from: String
    var to: String
    var minutes: Int
  }
  struct Actual: Hashable {
    var cell: NaiveCell
    var role: Int
    var billable: Int
    var nonbillable: Int
    var origin: String
    var isManual: Bool
  }
  struct Push {
    var item: Int
    var workspace: String
    var name: String
    var client: String
  }
  struct Mirrored {
    var workspace: String
    var version: EntryVersion
    var state: String
    var reason: String
    var cell: NaiveCell?
    var zone: String
    var date: String
    /// Missing or deleted in the ledger, or gone by Clockify's own word.
    var isGone: Bool
  }

  /// Kind → Clockify id → planning id.
  var links: [String: [String: Int]] = ["client": [:], "project": [:], "person": [:]]
  var ignored: [String: Set<String>] = ["client": [], "project": [], "person": []]
  var people: [Int: Item] = [:]
  var projects: [Int: Item] = [:]
  var clients: [Int: Item] = [:]
  var roles: [Int: String] = [:]
  var unknownRole: Int?
  var syncOffProjects: Set<Int> = []
  var syncOffClients: Set<Int> = []
  var locks: [(project: Int?, until: String)] = []
  var contracts: [Contract] = []
  var assignments: [Assignment] = []
  var actuals: [Actual] = []
  var mirror: [String: Mirrored] = [:]
  var deferred: [NaiveCell] = []
  var conflicts: [NaiveCell] = []
  var openMerges: [Int] = []
  /// Projects whose push died (rule 86).
  var pushes: [Push] = []
  var runs = 0

  init(_ world: World) throws {
    for line in try world.sql(Self.sql).split(separator: "\n") {
      read(line.split(separator: "|", omittingEmptySubsequences: false).map(String.init))
    }
  }

  private static let sql = """
    SELECT 'L', kind, external_id, planning_id FROM external_reference;
    SELECT 'I', kind, external_id FROM ignored_reference;
    SELECT 'P', id, name, is_archived, ifnull(archived_by, ''), ifnull(time_zone, '') FROM person;
    SELECT 'J', id, name, is_archived, ifnull(archived_by, ''), client_id, is_billable FROM project;
    SELECT 'C', id, name, is_archived FROM client;
    SELECT 'R', id, name, is_system FROM role;
    SELECT 'S', project_id FROM project_tag WHERE tag = 'sync_off';
    SELECT 'T', client_id FROM client_tag WHERE tag = 'sync_off';
    SELECT 'K', ifnull(project_id, ''), locked_until FROM timesheet_lock;
    SELECT 'O', person_id, role_id, ifnull(starts_on, '0000-00-00'), ifnull(ends_on, '9999-99-99') FROM contract;
    SELECT 'A', person_id, project_id, role_id, starts_on, ends_on, minutes_per_day FROM assignment;
    SELECT 'H', person_id, project_id, date, role_id, billable_minutes, nonbillable_minutes, origin, is_manual FROM actual;
    SELECT 'E', e.id, e.workspace_id, e.user_id, ifnull(e.project_id, ''), strftime('%s', e.start), ifnull(strftime('%s', e."end"), ''),
      ifnull(e.billable, ''), ifnull(e.type, ''), ifnull(p.state, ''), ifnull(p.reason, ''), ifnull(p.person_id, ''), ifnull(p.project_id, ''),
      ifnull(p.date, ''), ifnull(p.zone, ''), e.deleted_at IS NOT NULL
      FROM clockify_time_entry e LEFT JOIN placement p ON p.entry_key = e.entry_key;
    SELECT 'D', person_id, project_id, date FROM deferred_cell;
    SELECT 'F', person_id, project_id, date FROM actual_conflict;
    SELECT 'M', id FROM merge WHERE undone_at IS NULL;
    SELECT 'U', planning_id, workspace_id, name, client_external_id FROM pending_push;
    SELECT 'N', count(*) FROM import_run;
    """

  private mutating func read(_ row: [String]) {
    func number(_ index: Int) -> Int { Int(row[index]) ?? 0 }
    func cell(_ person: Int, _ project: Int, _ day: Int) -> NaiveCell {
      NaiveCell(person: number(person), project: number(project), day: row[day])
    }
    switch row[0] {
    case "L": links[row[1]]![row[2]] = number(3)
    case "I": ignored[row[1]]!.insert(row[2])
    case "P":
      people[number(1)] = Item(
        name: row[2], isArchived: row[3] == "1", archivedBy: row[4], zone: row[5].isEmpty ? nil : row[5])
    case "J":
      projects[number(1)] = Item(
        name: row[2], isArchived: row[3] == "1", archivedBy: row[4], client: number(5), isBillable: row[6] == "1")
    case "C": clients[number(1)] = Item(name: row[2], isArchived: row[3] == "1")
    case "R":
      roles[number(1)] = row[2]
      if row[3] == "1" { unknownRole = number(1) }
    case "S": syncOffProjects.insert(number(1))
    case "T": syncOffClients.insert(number(1))
    case "K": locks.append((Int(row[1]), row[2]))
    case "O": contracts.append(Contract(person: number(1), role: number(2), from: row[3], to: row[4]))
    case "A":
      assignments.append(
        Assignment(
          person: number(1), project: number(2), role: number(3), from: row[4], to: row[5], minutes: number(6)))
    case "H":
      actuals.append(
        Actual(
          cell: cell(1, 2, 3), role: number(4), billable: number(5), nonbillable: number(6), origin: row[7],
          isManual: row[8] == "1"))
    case "E": readEntry(row)
    case "D": deferred.append(cell(1, 2, 3))
    case "F": conflicts.append(cell(1, 2, 3))
    case "M": openMerges.append(number(1))
    case "U": pushes.append(Push(item: number(1), workspace: row[2], name: row[3], client: row[4]))
    case "N": runs = number(1)
    default: break
    }
  }

  private mutating func readEntry(_ row: [String]) {
    let version = EntryVersion(
      user: row[3], project: row[4].isEmpty ? nil : row[4], start: Int(row[5])!, end: Int(row[6]),
      billable: row[7].isEmpty ? nil : row[7] == "1", type: row[8].isEmpty ? nil : row[8])
    let place = Int(row[11]).flatMap { person in
      Int(row[12]).map { NaiveCell(person: person, project: $0, day: row[13]) }
    }
    mirror[row[1]] = Mirrored(
      workspace: row[2], version: version, state: row[9], reason: row[10], cell: place, zone: row[14], date: row[13],
      isGone: row[9] == "missing" || row[9] == "deleted" || row[15] == "1")
  }

  // MARK: What is frozen (rule 47)

  var manualCells: Set<NaiveCell> { Set(actuals.filter(\.isManual).map(\.cell)) }

  func isLocked(_ day: String, _ project: Int?) -> Bool {
    locks.contains { ($0.project == nil || $0.project == project) && day <= $0.until }
  }

  func isSyncOff(_ project: Int) -> Bool {
    syncOffProjects.contains(project) || projects[project].map { syncOffClients.contains($0.client) } ?? false
  }

  func isArchivedByPlanner(_ person: Int) -> Bool {
    people[person].map { $0.isArchived && $0.archivedBy.isEmpty } ?? false
  }

  // MARK: Which role (rules 43 and 44)

  func role(_ cell: NaiveCell) -> Int? {
    let day = cell.day
    let own = contracts.filter { $0.person == cell.person }
    let planned = assignments.filter { $0.person == cell.person && $0.project == cell.project }
    let valid = own.first { $0.from <= day && day <= $0.to }?.role
    let covering = planned.filter { $0.from <= day && day <= $0.to }
    if !covering.isEmpty {
      let found = Set(covering.map(\.role))
      if found.count == 1 { return found.first }
      if let valid, found.contains(valid) { return valid }
      let ranked = found.map { role in
        (role: role, sum: covering.filter { $0.role == role }.map(\.minutes).reduce(0, +))
      }
      let most = ranked.map(\.sum).max()
      return ranked.filter { $0.sum == most }.map(\.role).min()
    }
    let ever = Set(planned.map(\.role))
    if ever.count == 1 { return ever.first }
    if let valid { return valid }
    // Nearest in time; on a tie the one that ended before.
    return own.min { left, right in far(left, day) < far(right, day) }?.role ?? unknownRole
  }

  private func far(_ contract: Contract, _ day: String) -> Int {
    day < contract.from
      ? 2 * (dayNumber(contract.from) - dayNumber(day)) + 1 : 2 * (dayNumber(day) - dayNumber(contract.to))
  }
}
