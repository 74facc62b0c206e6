package import PlanningStore

/// Copies what Clockify changed since an item was linked into the plan (rule 11).
package struct AcceptDrift: Action {
  package static let name = "drift.accept"
  let choice: DriftChoice

  package init(_ choice: DriftChoice) {
    self.choice = choice
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    try session.settle(choice, accept: true, context)
  }
}

/// Keeps ours, and does not list the change again (rule 11).
package struct DismissDrift: Action {
  package static let name = "drift.dismiss"
  let choice: DriftChoice

  package init(_ choice: DriftChoice) {
    self.choice = choice
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    try session.settle(choice, accept: false, context)
  }
}

/// Which changes: of one item, or all that are listed.
package struct DriftChoice: Sendable, Encodable {
  let kind: PlanSnapshot.Kind?
  /// Id, exact name or Clockify id; nil: all.
  let item: String?
  /// Only this field.
  let field: String?

  package init(kind: PlanSnapshot.Kind?, item: String?, field: String?) {
    self.kind = kind
    self.item = item
    self.field = field
  }
}

extension StoreSession {
  fileprivate func settle(_ choice: DriftChoice, accept: Bool, _ context: ActionContext) throws -> Said {
    let item = try choice.item.flatMap { text in
      try choice.kind.map { Said.Item($0, try items.named($0, text).id) }
    }
    let lines = try drift.list(choice.kind, id: item?.id).compactMap { row -> String? in
      guard choice.field == nil || row.field.rawValue == choice.field else { return nil }
      try drift.settle(row, accept: accept)
      let state = accept ? "is now \"\(row.clockifyValue)\"" : "stays as it is"
      return "\(row.kind.rawValue) \(row.name ?? ""): \(row.field.rawValue) \(state)\(context.end())"
    }
    guard !lines.isEmpty else { return Said("There is no such drift. See: \(NextStep.drift.command)") }
    return Said(lines: lines, item: item)
  }
}
