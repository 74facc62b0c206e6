package import Planning
package import PlanningStore

/// A person's week: planned against worked, zeros and hours typed by hand marked.
package struct WeekWords {
  package let rows: [WeekRow]
  package let start: CalendarDay
  /// Why somebody is away, by day.
  package var absences: [CalendarDay: String] = [:]
  /// Planned days before it without any actual are missing.
  package var today: CalendarDay?

  package init(_ rows: [WeekRow], start: CalendarDay, absences: [CalendarDay: String] = [:], today: CalendarDay? = nil)
  {
    self.rows = rows
    self.start = start
    self.absences = absences
    self.today = today
  }

  private struct Line: Hashable {
    package let client: String
    package let project: String
    package let role: String
  }

  package var lines: [String] {
    guard !rows.isEmpty || !absences.isEmpty else {
      return ["Week of \(start): nothing planned, nothing worked."]
    }
    var days: [Line: [CalendarDay: (planned: Int, worked: String)]] = [:]
    for row in rows {
      guard let day = row.day else { continue }
      let line = Line(client: row.client, project: row.project, role: row.role)
      days[line, default: [:]][day] = (row.scheduledMinutes, Self.worked(row))
    }
    let week = (0..<7).map { start + $0 }
    func cells(_ texts: [String]) -> String {
      texts.map { String(repeating: " ", count: max(0, 7 - $0.count)) + $0 }.joined()
    }
    var lines = [
      Words.padded("Week of \(start)", 44) + cells(week.map { Words.weekday($0) })
    ]
    for (line, entries) in days.sorted(by: { ($0.key.project, $0.key.role) < ($1.key.project, $1.key.role) }) {
      let name = String("\(line.project) · \(line.client) · \(line.role)".prefix(34))
      lines.append(
        Words.padded(name, 36) + "planned "
          + cells(week.map { entries[$0].map { $0.planned == 0 ? "–" : Words.clock(minutes: $0.planned) } ?? "–" }))
      lines.append(
        Words.padded("", 36) + "worked  "
          + cells(
            week.map { day in
              guard let entry = entries[day] else { return "–" }
              let isMissing = entry.worked == "–" && entry.planned > 0 && today.map { day < $0 } ?? false
              return isMissing ? "missed" : entry.worked
            }))
    }
    if !absences.isEmpty {
      lines.append(Words.padded("Away", 44) + cells(week.map { absences[$0].map { String($0.prefix(6)) } ?? "–" }))
    }
    lines.append("·0 zero filled by rota   0:00* typed by hand")
    return lines
  }

  private static func worked(_ row: WeekRow) -> String {
    guard let minutes = row.actualMinutes else { return "–" }
    return switch row.origin {
    case .autofill: "·0"
    case .manual: Words.clock(minutes: minutes) + "*"
    case .clockify, nil: Words.clock(minutes: minutes)
    }
  }
}
