import Foundation
import Planning
import PlanningStore

extension MonthExplanation {
  private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

  package var lines: [String] {
    guard !days.isEmpty else { return [name, "", "  nothing planned, nothing worked"] }
    var lines = [name, ""]
    for (day, facts) in days.sorted(by: { $0.key < $1.key }) {
      let worked = facts.actuals.isEmpty ? "–" : Words.clock(minutes: facts.actuals.reduce(0) { $0 + $1.minutes })
      let planned = facts.planned == 0 ? "–" : Words.clock(minutes: facts.planned)
      var words = facts.actuals.map { actual in
        switch actual.origin {
        case .manual: "typed by hand (\(actual.role))"
        case .autofill: "a zero filled by rota (\(actual.role))"
        case .clockify: actual.role
        }
      }
      words += facts.others.map { other in
        let reason = other.reason ?? ""
        let what = [.skipped, .held].contains(other.state) ? Reason(rawValue: reason)?.words ?? reason : ""
        return
          "\(other.state.rawValue) \(other.seconds == 0 ? Words.plural(other.entries, "entry", "entries") : Words.hours(seconds: other.seconds))\(what.isEmpty ? "" : ": \(what)")"
      }
      let head =
        "  \(day) \(Self.weekdays[day.weekday.rawValue])  planned \(Self.right(planned))  worked \(Self.right(worked))  "
      lines += Words.wrapped(head + words.joined(separator: ", "), indent: 43, width: 80)
    }
    let planned = days.values.reduce(0) { $0 + $1.planned }
    let worked = days.values.reduce(0) { $0 + $1.actuals.reduce(0) { $0 + $1.minutes } }
    return lines + [
      "",
      "  in all          planned \(Self.right(Words.clock(minutes: planned)))  worked \(Self.right(Words.clock(minutes: worked)))",
      "", "A day's entries:  rota actuals explain \(person) \(project) \(days.keys.min()!)",
    ]
  }

  private static func right(_ text: String) -> String { String(repeating: " ", count: max(0, 6 - text.count)) + text }

  package var object: [String: Any] {
    [
      "person_id": person, "project_id": project, "from": month.lowerBound.description,
      "to": month.upperBound.description,
      "days": days.sorted { $0.key < $1.key }.map { day, facts in
        [
          "date": day.description, "planned_minutes": facts.planned,
          "actuals": facts.actuals.map {
            ["role": $0.role, "minutes": $0.minutes, "origin": $0.origin.rawValue] as [String: Any]
          },
          "not_counted": facts.others.map {
            [
              "state": $0.state.rawValue, "reason": $0.reason ?? "", "entries": $0.entries, "seconds": $0.seconds,
            ] as [String: Any]
          },
        ] as [String: Any]
      },
    ]
  }
}
