import Foundation
package import Importing
package import Planning
package import PlanningStore

/// Something that a person may do: arguments in, what was said out. It knows no face; the desk brings lock, transaction,
/// dry run and change log.
package protocol Action: Sendable, Encodable {
  /// As the change log has it: `lock.set`.
  static var name: String { get }

  /// - Throws: `PlanRefusal`, `UserError`; then nothing was changed.
  func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said
}

/// What an action may know of who does it, and when.
package struct ActionContext: Sendable {
  package let actor: Actor
  /// UTC.
  package let now: Instant
  package let settings: ImportSettings
  package let isDryRun: Bool

  /// `Deleted`, or `Would have deleted`; `participle` where it differs from the past tense.
  package func verb(_ past: String, participle: String? = nil) -> String {
    isDryRun ? "Would have \(participle ?? past.lowercased())" : past
  }

  /// `would be linked`, else `linked`.
  func passive(_ participle: String) -> String { isDryRun ? "would be \(participle)" : participle }

  /// What stands behind a line that says how things are now.
  func end(changed: Bool = true) -> String { changed ? isDryRun ? " (not written)" : "" : " already" }
}

/// What an action says to whoever did it.
package struct Said: Sendable {
  package var lines: [String]
  package var next: NextStep?
  /// The item that it was about, where it was one.
  package var item: Item?
  /// Its row in the change log; nil: nothing was changed, or it was a dry run.
  package internal(set) var change: Int64?

  package struct Item: Sendable, Hashable {
    package let kind: PlanSnapshot.Kind
    package let id: Int64

    package init(_ kind: PlanSnapshot.Kind, _ id: Int64) {
      self.kind = kind
      self.id = id
    }
  }

  package init(_ lines: String..., next: NextStep? = nil, item: Item? = nil) {
    self.init(lines: lines, next: next, item: item)
  }

  /// - Parameter items: those that it was about.
  init(lines: [String], about items: [Item]) {
    self.init(lines: lines, item: items.count == 1 ? items[0] : nil)
  }

  package init(lines: [String], next: NextStep? = nil, item: Item? = nil) {
    self.lines = lines
    self.next = next
    self.item = item
  }

  /// The lines for a terminal: the next step stands at the end of the last.
  package var text: [String] {
    guard let next, let last = lines.last else { return lines }
    return lines.dropLast() + ["\(last) Next: \(next.command)"]
  }
}

/// Several of one sort at once: all or none.
package struct Several<Doing: Action>: Action {
  package static var name: String { Doing.name }
  let actions: [Doing]

  package init(_ actions: [Doing]) {
    self.actions = actions
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let said = try actions.map { try $0.carryOut(session, context) }
    var all = Said(lines: said.flatMap(\.lines), about: said.compactMap(\.item))
    if said.count == 1 { all.next = said[0].next }
    return all
  }
}

extension Desk {
  /// Under the write lock, in one transaction, with a row in `change_log` where anything changed. A dry run rolls back.
  ///
  /// - Throws: what the action throws; `UserError` while somebody else writes for longer than the desk's patience.
  package func perform<Doing: Action>(_ action: Doing, isDryRun: Bool = false) throws -> Said {
    let context = ActionContext(actor: actor, now: now, settings: settings, isDryRun: isDryRun)
    return try write(Doing.name, isDryRun: isDryRun) { session in
      let before = session.changes.rowsChanged
      var said = try action.carryOut(session, context)
      guard session.changes.rowsChanged > before else { return said }
      let change = try session.changes.add(
        Change(
          at: now, actor: actor.name, surface: actor.surface.rawValue, action: Doing.name, kind: said.item?.kind,
          planningID: said.item?.id, said: said.text.joined(separator: "\n"), details: details(of: action)))
      if !isDryRun { said.change = change }
      return said
    }
  }

  private func details(of action: some Action) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(action), as: UTF8.self)
  }
}
