import Planning
package import PlanningStore

/// Says that something is meant to be so: it waits for nobody any more (rules 16, 17).
package struct AcknowledgeItem: Action {
  package static let name = "references.acknowledge"
  let kind: PlanSnapshot.Kind
  /// Id or exact name, or a Clockify id.
  let item: String
  /// Why.
  let note: String?

  package init(_ kind: PlanSnapshot.Kind, _ item: String, note: String?) {
    self.kind = kind
    self.item = item
    self.note = note
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let found = try session.references(of: kind, item)
    let lines = try found.clockifyIDs.compactMap { id -> String? in
      guard let code = try session.acknowledgements.whatWaits(kind, externalID: id) else { return nil }
      let isNew = try session.acknowledgements.add(code, kind, externalID: id, note: note, at: context.now)
      let what = code == .sourceMissing ? "not in Clockify any more" : "without a client"
      return "\(kind.rawValue) \(id), \(what): \(isNew ? context.passive("acknowledged") : "acknowledged already")."
    }
    guard !lines.isEmpty else {
      throw UserError(
        "\(kind.rawValue) \(item) is in Clockify, and nothing about it waits. Nothing was changed.", next: .status)
    }
    return Said(lines: lines, item: found.item)
  }
}

/// Lets an acknowledged item wait for somebody again.
package struct UnacknowledgeItem: Action {
  package static let name = "references.unacknowledge"
  let kind: PlanSnapshot.Kind
  /// Id or exact name, or a Clockify id.
  let item: String

  package init(_ kind: PlanSnapshot.Kind, _ item: String) {
    self.kind = kind
    self.item = item
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let found = try session.references(of: kind, item)
    let changed = try found.clockifyIDs.filter { try session.acknowledgements.remove(kind, externalID: $0) }
    guard !changed.isEmpty else { return Said("\(kind.rawValue) \(item) is not acknowledged.") }
    let end = context.isDryRun ? "would wait again" : "waits again"
    return Said("\(kind.rawValue) \(changed.joined(separator: ", ")): \(end).", item: found.item)
  }
}

extension StoreSession {
  /// The Clockify ids that an item is linked to, or the id itself: what has no client here has no item.
  fileprivate func references(
    of kind: PlanSnapshot.Kind, _ text: String
  ) throws -> (clockifyIDs: [String], item: Said.Item?) {
    let id = text.lowercased()
    if id.isClockifyID {
      return ([id], try items.find(kind, id).first.map { Said.Item(kind, $0.id) })
    }
    let item = try items.named(kind, text).id
    return (try references.clockifyIDs(kind, of: item), Said.Item(kind, item))
  }
}
