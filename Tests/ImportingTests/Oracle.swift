import ClockifySimulator
import Foundation
import RotaTesting

/// What the actuals should be, worked out the slow way: from the simulated Clockify and plain SQL rows, entry by entry,
/// with Foundation's calendar, and with none of rota's code.
///
/// Covers worlds in which nothing is frozen, no zone changes after an entry was made, and all entries lie in the window.
struct Oracle {
  let world: World

  private struct Row {
    let values: [String]
    subscript(index: Int) -> String { values[index] }
  }

  private func rows(_ sql: String) throws -> [Row] {
    try world.sql(sql).split(separator: "\n").map { line in
      Row(values: line.split(separator: "|", omittingEmptySubsequences: false).map(String.init))
    }
  }

  private func localDay(_ seconds: Int, _ zone: String) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: zone)!
    let parts = calendar.dateComponents([.year, .month, .day], from: Date(timeIntervalSince1970: Double(seconds)))
    return String(format: "%04d-%02d-%02d", parts.year!, parts.month!, parts.day!)
  }

  /// `person project role date billable/nonbillable`, sorted.
  func actuals() throws -> [String] {
    let workspace = world.clockify.read(\.workspace)
    let people = Dictionary(
      uniqueKeysWithValues: try rows(
        "SELECT r.external_id, p.id, p.name FROM external_reference r JOIN person p ON p.id = r.planning_id WHERE r.kind = 'person'"
      ).map { ($0[0], $0) })
    let projects = Dictionary(
      uniqueKeysWithValues: try rows(
        "SELECT r.external_id, p.id, p.name FROM external_reference r JOIN project p ON p.id = r.planning_id WHERE r.kind = 'project'"
      ).map { ($0[0], $0) })
    let roles = Dictionary(uniqueKeysWithValues: try rows("SELECT id, name FROM role").map { ($0[0], $0[1]) })
    let contracts = try rows(
      "SELECT person_id, role_id, ifnull(starts_on, '0000-00-00'), ifnull(ends_on, '9999-99-99') FROM contract")
    let assignments = try rows(
      "SELECT person_id, project_id, role_id, starts_on, ends_on, minutes_per_day FROM assignment")
    var sums: [String: (Int, Int)] = [:]
    for entry in workspace.entries {
      guard let end = entry.end, end > entry.start, entry.type ?? "REGULAR" == "REGULAR",
        let projectID = entry.projectID,
        let person = people[entry.userID], let project = projects[projectID],
        let zone = workspace.users.first(where: { $0.id == entry.userID })?.timeZone
      else { continue }
      let day = localDay(entry.start, zone)
      guard day <= localDay(world.now.seconds, zone) else { continue }
      let role = chooseRole(
        day, contracts: contracts.filter { $0[0] == person[1] },
        assignments: assignments.filter { $0[0] == person[1] && $0[1] == project[1] })
      let key = "\(person[2]) \(project[2]) \(roles[role]!) \(day)"
      var sum = sums[key] ?? (0, 0)
      if entry.billable ?? true { sum.0 += end - entry.start } else { sum.1 += end - entry.start }
      sums[key] = sum
    }
    func minutes(_ seconds: Int) -> Int { Int((Double(seconds) / 60 + 0.5).rounded(.down)) }
    return sums.map { "\($0.key) \(minutes($0.value.0))/\(minutes($0.value.1))" }.sorted()
  }

  private func chooseRole(_ day: String, contracts: [Row], assignments: [Row]) -> String {
    let valid = contracts.first { $0[2] <= day && day <= $0[3] }?[1]
    let covering = assignments.filter { $0[3] <= day && day <= $0[4] }
    if !covering.isEmpty {
      let found = Set(covering.map { $0[2] })
      if found.count == 1 { return found.first! }
      if let valid, found.contains(valid) { return valid }
      let ranked = found.map { role in
        (role: Int(role)!, sum: covering.filter { $0[2] == role }.map { Int($0[5])! }.reduce(0, +))
      }
      let most = ranked.map(\.sum).max()!
      return String(ranked.filter { $0.sum == most }.map(\.role).min()!)
    }
    let ever = Set(assignments.map { $0[2] })
    if ever.count == 1 { return ever.first! }
    if let valid { return valid }
    func number(_ text: String) -> Int {
      Int(ISO8601DateFormatter().date(from: text + "T00:00:00Z")!.timeIntervalSince1970) / 86_400
    }
    // Nearest in time; on a tie the one that ended before.
    return contracts.min { left, right in
      func far(_ row: Row) -> Int {
        day < row[2] ? 2 * (number(row[2]) - number(day)) + 1 : 2 * (number(day) - number(row[3]))
      }
      return far(left) < far(right)
    }![1]
  }
}
