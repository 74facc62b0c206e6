package import PlanningStore

/// Tags a client or a project; `sync_off` keeps the import out (rule 20).
package struct TagItem: Action {
  package static let name = "items.tag"
  let kind: PlanSnapshot.Kind
  /// Id, exact name or Clockify id.
  let item: String
  let tag: String

  package init(_ kind: PlanSnapshot.Kind, _ item: String, _ tag: String) {
    self.kind = kind
    self.item = item
    self.tag = tag
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    var said = try session.setTag(tag, true, on: kind, item, context)
    if tag.lowercased() == TurnSyncOff.tag {
      said.lines.append(TurnSyncOff.effect)
    } else if tag.lowercased().filter(\.isLetter) == "syncoff" {
      said.lines += [
        "Warning: \"\(tag)\" does nothing; the tag that keeps the import out is sync_off.",
        "Next: \(NextStep.tagSyncOff(kind, item: item, insteadOf: tag).command)",
      ]
    }
    return said
  }
}

/// Takes a tag off a client or a project.
package struct UntagItem: Action {
  package static let name = "items.untag"
  let kind: PlanSnapshot.Kind
  /// Id, exact name or Clockify id.
  let item: String
  let tag: String

  package init(_ kind: PlanSnapshot.Kind, _ item: String, _ tag: String) {
    self.kind = kind
    self.item = item
    self.tag = tag
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    var said = try session.setTag(tag, false, on: kind, item, context)
    if tag.lowercased() == TurnSyncOff.tag {
      said.lines.append("The next import takes up everything the ledger holds.")
    }
    return said
  }
}

/// Keeps the import out of a project (rule 20), and removes what it made there, if asked (rule 79).
package struct TurnSyncOff: Action {
  package static let name = "projects.sync_off"
  static let tag = "sync_off"
  static let effect = "What is stored stays; new time is skipped from the next import on."
  /// Id, exact name or Clockify id.
  let project: String
  /// Also removes what was imported into it and nobody touched.
  let purge: Bool

  package init(project: String, purge: Bool) {
    self.project = project
    self.purge = purge
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    guard purge else { return try TagItem(.project, project, Self.tag).carryOut(session, context) }
    var scope = PurgeScope()
    scope.project = try session.items.named(.project, project).id
    let purged = try session.purging.purge(scope)
    var said = try session.setTag(Self.tag, true, on: .project, project, context)
    said.lines = PurgeWords.lines(purged, context, comesBack: false) + said.lines
    said.lines.append("New time is skipped from the next import on, and what was removed stays away.")
    return said
  }
}

extension StoreSession {
  fileprivate func setTag(
    _ tag: String, _ isSet: Bool, on kind: PlanSnapshot.Kind, _ text: String, _ context: ActionContext
  ) throws -> Said {
    let item = try items.named(kind, text)
    let changed = try items.setTag(tag, isSet, on: kind, item.id)
    return Said(
      "\(item.name): \(isSet ? "" : "not ")tagged \(tag)\(context.end(changed: changed))",
      item: Said.Item(kind, item.id))
  }
}
