import GRDB
package import Planning

/// What hours can be summed by. Raw text: the column.
package enum ActualGrouping: String, CaseIterable, Sendable {
  case date
  /// The Monday it begins on.
  case week
  /// `YYYY-MM`.
  case month
  case person, project, client, role, origin
}

/// Hours summed as asked for.
package struct ActualSums: Sendable {
  /// Minutes that are worked alone, or scheduled ones (rule 63) beside them.
  package enum Minutes: Sendable, Hashable {
    case worked(billable: Int, nonbillable: Int)
    case planned(scheduled: Int, actual: Int)
  }

  package struct Sum: Sendable {
    /// One for each grouping, in their order; nil: what is planned and not worked has no origin.
    package let keys: [String?]
    package let minutes: Minutes
  }

  package let groupings: [ActualGrouping]
  package let withPlan: Bool
  package let sums: [Sum]

  /// As they are printed: the groupings, then the minutes.
  package var columns: [String] {
    groupings.map(\.rawValue)
      + (withPlan ? ["scheduled_minutes", "actual_minutes"] : ["billable_minutes", "nonbillable_minutes"])
  }
}

extension Questions {
  /// Minutes by what is asked for, in order of the groupings.
  ///
  /// - Parameter withPlan: scheduled minutes (rule 63) beside the actual ones, also of days on which nothing was worked.
  package func actuals(
    by groupings: [ActualGrouping], from: CalendarDay, through: CalendarDay, person: PersonID?, project: ProjectID?,
    client: ClientID?, role: RoleID?, origin: Origin?, withPlan: Bool = false
  ) throws -> ActualSums {
    let source =
      withPlan
      ? """
      (SELECT v.*, client.id AS client_id, client.name AS client FROM plan_vs_actual v
        JOIN project p ON p.id = v.project_id JOIN client ON client.id = p.client_id)
      """ : "actual_detail"
    let sums =
      withPlan
      ? "sum(scheduled_minutes) AS scheduled_minutes, sum(ifnull(actual_minutes, 0)) AS actual_minutes"
      : "sum(billable_minutes) AS billable_minutes, sum(nonbillable_minutes) AS nonbillable_minutes"
    let expressions = groupings.map { grouping in
      switch grouping {
      case .week: "strftime('%Y-%m-%d', date, '-' || ((strftime('%w', date) + 6) % 7) || ' days') AS week"
      case .month: "substr(date, 1, 7) AS month"
      case .date, .person, .project, .client, .role, .origin: grouping.rawValue
      }
    }
    let order = groupings.indices.map { "\($0 + 1)" }.joined(separator: ", ")
    // Only what is asked for: a condition that may be none keeps a filter from the indexes.
    let filters: [(column: String, value: (any DatabaseValueConvertible)?)] = [
      ("person_id", person), ("project_id", project), ("client_id", client), ("role_id", role),
      ("origin", origin?.rawValue),
    ]
    let given = filters.filter { $0.value != nil }
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT \(expressions.joined(separator: ", ")), \(sums)
        FROM \(source)
        WHERE date BETWEEN ? AND ?\(given.map { " AND \($0.column) = ?" }.joined())
        GROUP BY \(order) ORDER BY \(order)
        """, arguments: StatementArguments([from.description, through.description] + given.map(\.value)))
    let first = groupings.count
    return ActualSums(
      groupings: groupings, withPlan: withPlan,
      sums: try Array(
        rows.map { row in
          ActualSums.Sum(
            keys: groupings.indices.map { row[$0] },
            minutes: withPlan
              ? .planned(scheduled: row[first], actual: row[first + 1])
              : .worked(billable: row[first], nonbillable: row[first + 1]))
        }))
  }
}

/// What was worked in a week, minutes.
package struct WorkedWeek: Decodable, Sendable {
  /// Of what it is grouped by.
  package let id: Int64
  /// Counted from 0.
  package let week: Int
  package let minutes: Int
  package let billable: Int
}

extension Questions {
  /// Minutes by week of seven days.
  ///
  /// - Parameters:
  ///   - grouping: person, role or client.
  ///   - people: nil: everybody.
  package func worked(
    by grouping: ActualGrouping, from first: CalendarDay, weeks: Int, people: Set<PersonID>?
  ) throws -> [WorkedWeek] {
    let id =
      switch grouping {
      case .client: "(SELECT client_id FROM project WHERE project.id = a.project_id)"
      case .role: "a.role_id"
      default: "a.person_id"
      }
    return try rows(
      """
      SELECT \(id) AS id, (unixepoch(a.date) / 86400 - ?1) / 7 AS week,
        sum(a.billable_minutes + a.nonbillable_minutes) AS minutes, sum(a.billable_minutes) AS billable
      FROM person CROSS JOIN actual a INDEXED BY actual_by_person_date
        ON a.person_id = person.id AND a.date BETWEEN ?2 AND ?3
      WHERE ?4 IS NULL OR person.id IN (SELECT value FROM json_each(?4)) GROUP BY 1, 2
      """, [first.number, first.description, (first + (7 * weeks - 1)).description, people.map { try json($0) }])
  }
}
