package import Importing
package import Planning
package import PlanningStore

/// When a planned day without time gets its zero (rules 60, 65 to 67).
package struct ZeroWords {
  private let settings: ImportSettings
  private let today: CalendarDay
  private let from: CalendarDay?

  /// By the settings, and what was switched since.
  package init(_ settings: ImportSettings, today: CalendarDay, _ session: StoreSession) throws {
    self.settings = try Switches(session).applied(to: settings)
    self.today = today
    from = try session.settings.value(Setting.autofillFrom).flatMap { CalendarDay($0) }
  }

  /// - Returns: nil once the zero should be there.
  package func words(_ day: CalendarDay) -> String? {
    guard settings.autofillMode != .off else { return "No zero comes: autofill is off." }
    if let first = settings.autofillFrom ?? from, day < first {
      return "No zero comes: they begin on \(first)."
    }
    let closes = day.startOfWeek(from: settings.weekStarts) + 7 + settings.graceDays
    guard today < closes else { return nil }
    let grace = settings.graceDays == 0 ? "" : " and \(Words.plural(settings.graceDays, "day")) of grace have passed"
    return "The week is open: a zero comes with the first import on or after \(closes), once it is over\(grace)."
  }
}
