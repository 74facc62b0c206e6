import Importing
import Planning
package import PlanningStore

/// Switches a part of the import on or off as a whole (rule 97).
package struct TurnSwitch: Action {
  package static let name = "switch.turn"
  let subject: SwitchSubject
  let isOn: Bool

  package init(_ subject: SwitchSubject, isOn: Bool) {
    self.subject = subject
    self.isOn = isOn
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let switches = try Switches(session)
    guard switches.isOff(subject, context.settings) == isOn else {
      return Said("\(subject.words.capitalizedFirst) are \(isOn ? "on" : "off") already.")
    }
    switch subject {
    case .actuals:
      return isOn
        ? try EnableActuals(allowUnknown: false, autofillFrom: nil).carryOut(session, context)
        : try DisableActuals().carryOut(session, context)
    case .autofill:
      // On: as the settings say; where they say off, the switch wins.
      let mode: AutofillMode? = isOn ? (context.settings.autofillMode == .off ? .days : nil) : .off
      try session.settings.set(Setting.autofillMode, mode?.rawValue, at: context.now)
    case .clientsProjects, .people:
      try Switches.set(subject, isOff: !isOn, session, at: context.now)
    }
    let state = isOn ? "on" : "off"
    let effect =
      isOn ? "The next import brings what was left out." : "No import touches them until they are switched on again."
    return Said(
      context.isDryRun
        ? "Would switch \(state) \(subject.words)." : "\(subject.words.capitalizedFirst) are \(state) now. \(effect)",
      next: isOn ? .importNow : nil)
  }
}

extension String {
  /// With its first letter in upper case.
  package var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
