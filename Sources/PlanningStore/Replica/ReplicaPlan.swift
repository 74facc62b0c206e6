import Foundation
import GRDB
import Planning

/// What Clockify's own plan says, as rows of ours: planned work, approved time off, holidays.
package struct ReplicaPlan: Subject {
  let session: StoreSession

  /// Work that is planned in Clockify: from the first date to the last in the person's zone, both included.
  package func assignments() throws -> [TakenRow] {
    let rows = try rawRows(
      """
      SELECT a.id, a.user_id, u.name AS user_name, a.project_id, p.name AS project_name, a.period_start, a.period_end,
        a.hours_per_day, ifnull(u.time_zone, 'UTC') AS zone, r.planning_id AS person, q.planning_id AS project
      FROM clockify_assignment a
      JOIN clockify_workspace w ON w.id = a.workspace_id AND w.is_named = 1
      LEFT JOIN clockify_user u ON u.workspace_id = a.workspace_id AND u.id = a.user_id
      LEFT JOIN clockify_project p ON p.workspace_id = a.workspace_id AND p.id = a.project_id
      LEFT JOIN external_reference r ON r.system = 'clockify' AND r.kind = 'person' AND r.external_id = a.user_id
      LEFT JOIN external_reference q ON q.system = 'clockify' AND q.kind = 'project' AND q.external_id = a.project_id
      WHERE a.deleted_at IS NULL ORDER BY a.period_start, a.id
      """)
    return rows.map { row in
      let (user, project) = (Self.name(row, "user_name", "user_id"), Self.name(row, "project_name", "project_id"))
      var taken = TakenRow(externalID: row["id"], name: "\(user) on \(project)", fields: [:])
      let (person, ours) = (row["person"] as Int64?, row["project"] as Int64?)
      guard let person, let ours else {
        taken.obstacle = "\(person == nil ? user : project) is not linked"
        return taken
      }
      guard let start = (row["period_start"] as String?).flatMap({ Instant($0) }),
        let end = (row["period_end"] as String?).flatMap({ Instant($0) }), let hours = row["hours_per_day"] as Double?
      else {
        taken.obstacle = "it has no dates, or no hours"
        return taken
      }
      let zone: String = row["zone"]
      let days = Self.days(from: start, to: end, zone)
      let minutes = Int((hours * 60).rounded())
      guard (0...1440).contains(minutes) else {
        taken.obstacle = "it has \(hours) hours a day"
        return taken
      }
      taken.fields = [
        "person_id": "\(person)", "project_id": "\(ours)", "starts_on": "\(days.lowerBound)",
        "ends_on": "\(days.upperBound)", "minutes_per_day": "\(minutes)",
      ]
      return taken
    }
  }

  /// Bounds come as midnights in UTC or in the person's zone: a date is that of whichever clock shows midnight.
  private static func days(from start: Instant, to end: Instant, _ zone: String) -> ClosedRange<CalendarDay> {
    func day(_ instant: Instant) -> CalendarDay {
      instant.seconds % 86_400 == 0 ? instant.utcDay : Zone.day(of: instant, in: zone)
    }
    let first = day(start)
    return first...max(first, day(end))
  }

  /// Approved requests. Half a day is half of what the contract says of a day.
  package func timeOff() throws -> [TakenRow] {
    let rows = try rawRows(
      """
      SELECT t.time_off_request_id AS id, t.user_id, t.user_name, t.policy, t.first_date, t.last_date, t.half_day,
        t.time_unit, t.balance_diff, r.planning_id AS person,
        (SELECT minutes_per_day FROM contract c WHERE c.person_id = r.planning_id
          AND ifnull(c.starts_on, '0000') <= t.first_date AND t.first_date <= ifnull(c.ends_on, '9999')) AS contract_minutes
      FROM time_off_detail t
      JOIN clockify_workspace w ON w.id = t.workspace_id AND w.is_named = 1
      LEFT JOIN external_reference r ON r.system = 'clockify' AND r.kind = 'person' AND r.external_id = t.user_id
      WHERE t.status = 'APPROVED' AND t.deleted_at IS NULL ORDER BY t.first_date, t.time_off_request_id
      """)
    return rows.map { row in
      let user = Self.name(row, "user_name", "user_id")
      let policy = (row["policy"] as String?).flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 } ?? "leave"
      var taken = TakenRow(externalID: row["id"], name: "\(user), \(policy)", fields: [:])
      guard let person = row["person"] as Int64? else {
        taken.obstacle = "\(user) is not linked"
        return taken
      }
      guard let first = row["first_date"] as String?, let last = row["last_date"] as String? else {
        taken.obstacle = "it has no dates"
        return taken
      }
      taken.fields = ["person_id": "\(person)", "starts_on": first, "ends_on": last, "kind": policy]
      if row["half_day"] as Bool? ?? false {
        taken.fields["minutes_per_day"] = "\(max(1, (row["contract_minutes"] as Int? ?? 480) / 2))"
      } else if row["time_unit"] as String? == "HOURS", first == last, let hours = row["balance_diff"] as Double? {
        taken.fields["minutes_per_day"] = "\(min(1440, max(1, Int((abs(hours) * 60).rounded()))))"
      }
      return taken
    }
  }

  /// A row for each date; of those that come every year for each year from the first to the next. Holidays of groups are of
  /// the holiday group of that name; those of single people have no place here.
  ///
  /// - Parameter year: this one.
  package func holidays(year: Int) throws -> [TakenRow] {
    let rows = try rawRows(
      """
      SELECT h.id, h.name, h.start_date, h.end_date, h.occurs_annually, h.everyone_including_new,
        (SELECT json_group_array(ifnull(g.name, x.user_group_id)) FROM clockify_holiday_user_group x
          LEFT JOIN clockify_user_group g ON g.workspace_id = x.workspace_id AND g.id = x.user_group_id
          WHERE x.workspace_id = h.workspace_id AND x.holiday_id = h.id) AS groups,
        (SELECT count(*) FROM clockify_holiday_user x
          WHERE x.workspace_id = h.workspace_id AND x.holiday_id = h.id) AS users
      FROM clockify_holiday h
      JOIN clockify_workspace w ON w.id = h.workspace_id AND w.is_named = 1
      WHERE h.deleted_at IS NULL ORDER BY h.start_date, h.id
      """)
    return try rows.flatMap { row -> [TakenRow] in
      let name = (row["name"] as String?).flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 } ?? "Holiday"
      let blank = TakenRow(externalID: row["id"], name: name, fields: [:])
      func refused(_ why: String) -> [TakenRow] {
        var taken = blank
        taken.obstacle = why
        return [taken]
      }
      guard let start = (row["start_date"] as String?).flatMap({ CalendarDay($0) }),
        let end = (row["end_date"] as String?).flatMap({ CalendarDay($0) }), start <= end, end - start < 366
      else { return refused("it has no dates") }
      let names = try JSONDecoder().decode([String].self, from: Data((row["groups"] as String? ?? "[]").utf8))
      let isForAll = row["everyone_including_new"] as Bool? ?? false
      if !isForAll, names.isEmpty { return refused("it is for single people only") }
      let begin = start.components
      let years = row["occurs_annually"] as Bool? ?? false ? max(0, year + 1 - begin.year) : 0
      return (0...years).flatMap { later -> [TakenRow] in
        guard let first = CalendarDay(year: begin.year + later, month: begin.month, day: begin.day) else { return [] }
        return (0...(end - start)).flatMap { offset in
          (isForAll ? [""] : names.sorted()).map { group in
            var taken = blank
            taken.fields = ["date": "\(first + offset)", "name": name, "holiday_group": group]
            return taken
          }
        }
      }
    }
  }

  private static func name(_ row: Row, _ name: String, _ id: String) -> String {
    (row[name] as String?) ?? (row[id] as String?) ?? "?"
  }
}

extension PlanRefusal {
  var isRoleNeeded: Bool { if case .roleNeeded = self { true } else { false } }
}
