package import PlanningStore

/// Archives clients, projects or people (rule 21).
package struct ArchiveItems: Action {
  package static let name = "items.archive"
  let kind: PlanSnapshot.Kind
  /// Ids, exact names or Clockify ids.
  let items: [String]

  package init(_ kind: PlanSnapshot.Kind, _ items: [String]) {
    self.kind = kind
    self.items = items
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    var said = try session.setArchived(true, kind, items, context)
    said.lines.append(Self.effect(on: kind))
    return said
  }

  /// What archiving does to the import.
  package static func effect(on kind: PlanSnapshot.Kind) -> String {
    switch kind {
    case .client: "Their projects still receive time."
    case .project: "An archived project still receives time, with a warning."
    case .person: "What they have stays; new time of theirs is skipped."
    }
  }
}

/// Takes clients, projects or people out of the archive; the next import brings what was skipped.
package struct UnarchiveItems: Action {
  package static let name = "items.unarchive"
  let kind: PlanSnapshot.Kind
  /// Ids, exact names or Clockify ids.
  let items: [String]

  package init(_ kind: PlanSnapshot.Kind, _ items: [String]) {
    self.kind = kind
    self.items = items
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    try session.setArchived(false, kind, items, context)
  }
}

/// Changes a client, project or person; the import never overwrites it.
package struct EditItem: Action {
  package static let name = "items.edit"
  let kind: PlanSnapshot.Kind
  /// Id, exact name or Clockify id.
  let item: String
  /// Text by the schema's column name; "none" empties.
  let fields: [String: String]

  package init(_ kind: PlanSnapshot.Kind, _ item: String, _ fields: [String: String?]) {
    self.kind = kind
    self.item = item
    self.fields = fields.compactMapValues(\.self)
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    var fields = fields
    fields["email"] = fields["email"]?.lowercased()
    let table: PlanTable =
      switch kind {
      case .client: .client
      case .project: .project
      case .person: .person
      }
    return try session.edit(fields, of: table, context) {
      let id = try session.items.named(kind, item).id
      return (id, Said.Item(kind, id))
    }
  }
}

/// Deletes an item for good; what hangs on it is said first, and goes only when asked (rule 15).
package struct DeleteItem: Action {
  package static let name = "items.delete"
  let kind: PlanSnapshot.Kind
  /// Id, exact name or Clockify id.
  let item: String
  /// With everything that hangs on it.
  let cascade: Bool
  /// And never imports it again.
  let ignore: Bool

  package init(_ kind: PlanSnapshot.Kind, _ item: String, cascade: Bool, ignore: Bool) {
    self.kind = kind
    self.item = item
    self.cascade = cascade
    self.ignore = ignore
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let found = try session.items.named(kind, item)
    let hanging = try session.items.whatHangsOn(kind, found.id)
    let words = hanging.parts.map(\.words).joined(separator: ", ")
    guard hanging.parts.isEmpty || cascade else {
      let hangs = hanging.parts.count == 1 && words.hasPrefix("1 ") ? "hangs" : "hang"
      throw UserError(
        "\(words) \(hangs) on \(kind.rawValue) \(found.id) \(found.name); nothing was deleted",
        next: .either(.cascade(kind, found.id), .archive(kind, found.id)), status: .needsConfirmation)
    }
    if ignore {
      for id in hanging.clockifyIDs { _ = try session.references.ignore(kind, externalID: id, note: found.name) }
    }
    try session.items.delete(kind, found.id, catchAll: context.settings.catchAllProject)
    var said = Said(
      "\(context.verb("Deleted")) \(found.name)\(words.isEmpty ? "" : " with \(words)").",
      item: Said.Item(kind, found.id))
    if !hanging.clockifyIDs.isEmpty, !ignore {
      said.lines.append(
        "The next import makes it again, unless:  \(NextStep.ignore(kind, hanging.clockifyIDs).command)")
    }
    return said
  }
}

extension StoreSession {
  fileprivate func setArchived(
    _ isArchived: Bool, _ kind: PlanSnapshot.Kind, _ texts: [String], _ context: ActionContext
  ) throws -> Said {
    let found = try texts.map { try items.named(kind, $0) }
    let lines = try found.map { item in
      let changed = try items.setArchived(isArchived, kind, item.id)
      return "\(item.name): \(isArchived ? "archived" : "active")\(context.end(changed: changed))"
    }
    return Said(lines: lines, about: found.map { Said.Item(kind, $0.id) })
  }
}
