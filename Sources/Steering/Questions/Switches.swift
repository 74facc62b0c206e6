package import Importing
package import Planning
package import PlanningStore

/// What can be switched off as a whole (rule 97).
package enum SwitchSubject: String, Codable, Sendable, CaseIterable {
  case clientsProjects = "clients-projects"
  case people, actuals, autofill

  /// What an import leaves out while it is off.
  package var scopes: Set<ImportScope> {
    switch self {
    case .clientsProjects: [.clients, .projects]
    case .people: [.people]
    case .actuals: [.actuals]
    case .autofill: []
    }
  }

  package var words: String {
    switch self {
    case .clientsProjects: "clients and projects"
    case .people: "people"
    case .actuals: "actuals"
    case .autofill: "zeros for missed days"
    }
  }
}

/// What is switched off as a whole; it wins over the settings file (rule 97).
package struct Switches: Sendable {
  /// What somebody switched off.
  private let off: Set<SwitchSubject>
  /// Whether imports read time: also before anybody said anything, they do not.
  private let readsTime: Bool
  /// Instead of that of the settings; nil: that of the settings.
  package let autofillMode: AutofillMode?

  package init(_ session: StoreSession) throws {
    off = Set(
      try (session.settings.value(Setting.switchedOff) ?? "").split(separator: ",")
        .compactMap { SwitchSubject(rawValue: String($0)) })
    readsTime = try session.settings.value(Setting.actualsEnabledAt) != nil
    autofillMode = try session.settings.value(Setting.autofillMode).flatMap { AutofillMode(rawValue: $0) }
  }

  /// Remembers that somebody switched something off, or on again.
  static func set(_ subject: SwitchSubject, isOff: Bool, _ session: StoreSession, at now: Instant) throws {
    let before = try Switches(session).off
    let after = isOff ? before.union([subject]) : before.subtracting([subject])
    let text = after.map(\.rawValue).sorted().joined(separator: ",")
    try session.settings.set(Setting.switchedOff, text.isEmpty ? nil : text, at: now)
  }

  /// Zeros may be off by the settings file alone.
  package func isOff(_ subject: SwitchSubject, _ settings: ImportSettings) -> Bool {
    switch subject {
    case .autofill: applied(to: settings).autofillMode == .off
    case .actuals: !readsTime
    case .clientsProjects, .people: off.contains(subject)
    }
  }

  /// Settings as an import goes by them.
  package func applied(to settings: ImportSettings) -> ImportSettings {
    var settings = settings
    settings.autofillMode = autofillMode ?? settings.autofillMode
    return settings
  }

  /// Why a part is not imported; nil: it is.
  package func reason(_ subject: SwitchSubject) -> String? {
    off.contains(subject) ? "\(subject.words.capitalizedFirst) are switched off." : nil
  }

  /// Actuals that were never on are no switch that somebody turned: naming them reads the lists alone, as ever.
  ///
  /// - Throws: `UserError` where a scope that somebody named was switched off.
  func refuse(_ scopes: Set<ImportScope>) throws {
    guard let subject = SwitchSubject.allCases.first(where: { off.contains($0) && !$0.scopes.isDisjoint(with: scopes) })
    else { return }
    throw UserError(
      "\(subject.words) are switched off: nothing was imported", next: .turnOn(subject), status: .needsConfirmation)
  }

  /// What is imported where nobody names anything. Time is left to whether actuals are on.
  package func left(of scopes: Set<ImportScope>) -> Set<ImportScope> {
    off.filter { $0 != .actuals }.reduce(into: scopes) { $0.subtract($1.scopes) }
  }
}
