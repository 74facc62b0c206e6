package import PlanningStore

/// Links a planning item to a Clockify id, so that the import creates no second one (rule 13).
package struct LinkItem: Action {
  package static let name = "references.link"
  let kind: PlanSnapshot.Kind
  /// Id or exact name.
  let item: String
  let clockifyID: String

  package init(_ kind: PlanSnapshot.Kind, _ item: String, clockifyID: String) {
    self.kind = kind
    self.item = item
    self.clockifyID = clockifyID.lowercased()
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let found = try session.items.named(kind, item)
    if let problem = try session.references.linkProblem(kind, externalID: clockifyID) {
      throw UserError("\(problem.message). Nothing was changed.", next: .referencesOf(kind))
    }
    try session.references.link(kind, planningID: found.id, externalID: clockifyID, workspace: nil)
    return Said("\(found.name): \(context.passive("linked")) to \(clockifyID).", item: Said.Item(kind, found.id))
  }
}

/// Takes the links off a planning item; its plan and what was typed stay (rule 77).
package struct UnlinkItem: Action {
  package static let name = "references.unlink"
  let kind: PlanSnapshot.Kind
  /// Id, exact name or Clockify id.
  let item: String

  package init(_ kind: PlanSnapshot.Kind, _ item: String) {
    self.kind = kind
    self.item = item
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let found = try session.items.named(kind, item)
    let ids = try session.references.unlink(kind, planningID: found.id)
    guard !ids.isEmpty else { return Said("\(found.name) has no link.") }
    return Said(
      "\(found.name): \(context.passive("unlinked")) from \(ids.joined(separator: ", ")); its data stays for now.",
      "The next import makes a new \(kind.rawValue) and moves the imported time there, unless:  \(NextStep.ignore(kind, ids).command)",
      item: Said.Item(kind, found.id))
  }
}

/// Puts a Clockify id on the ignore list: it is never imported (rule 15).
package struct IgnoreReference: Action {
  package static let name = "references.ignore"
  let kind: PlanSnapshot.Kind
  let clockifyID: String
  /// Why.
  let note: String?

  package init(_ kind: PlanSnapshot.Kind, clockifyID: String, note: String?) {
    self.kind = kind
    self.clockifyID = clockifyID
    self.note = note
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let id = clockifyID.lowercased()
    guard id.isClockifyID else {
      throw UserError("\"\(clockifyID)\" is no Clockify id: it must have 24 hexadecimal digits", next: .references)
    }
    let isNew = try session.references.ignore(kind, externalID: id, note: note)
    let state = context.isDryRun ? context.passive("ignored") : "ignored from now on"
    var said = Said("\(kind.rawValue) \(id): \(isNew ? state : "ignored already").")
    if let item = try session.plan.snapshot().planningID(kind, id) {
      said.lines.append(
        "It is linked to \(kind.rawValue) \(item): what is placed stays, new and changed time is skipped.")
      said.item = Said.Item(kind, item)
    }
    return said
  }
}

/// Takes a Clockify id off the ignore list.
package struct UnignoreReference: Action {
  package static let name = "references.unignore"
  let kind: PlanSnapshot.Kind
  let clockifyID: String

  package init(_ kind: PlanSnapshot.Kind, clockifyID: String) {
    self.kind = kind
    self.clockifyID = clockifyID.lowercased()
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let isOff = try session.references.unignore(kind, externalID: clockifyID)
    let state = context.isDryRun ? context.passive("imported again") : "imported again from the next run on"
    return Said("\(kind.rawValue) \(clockifyID): \(isOff ? state : "is not on the ignore list").")
  }
}

/// Links planning items to the Clockify ids of a file: all lines or none; a link that is there already stays.
package struct ImportReferences: Action {
  package static let name = "references.import"
  /// With the columns kind, planning_id and external_id; a line without external_id is passed over.
  let file: FileLines

  package init(_ file: FileLines) {
    self.file = file
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    var problems: [String] = []
    var linked = 0
    for line in file.lines where !line.text("external_id").isEmpty {
      do {
        if try link(line, session) { linked += 1 }
      } catch {
        guard let refusal = ErrorWords.refusal(error) else { throw error }
        problems.append(file.words(line: line.number, refusal.message))
      }
    }
    guard problems.isEmpty else {
      throw UserError(
        problems.prefix(10).joined(separator: "\n       ") + "  (nothing was imported)",
        next: .outside("correct the file and try again"))
    }
    return Said("\(context.verb("Linked")) \(Words.plural(linked, "item")) of \(file.path).")
  }

  /// - Returns: false if the link is there already.
  private func link(_ line: PlanLine, _ session: StoreSession) throws -> Bool {
    let (kind, id) = (try line.kind(), line.text("external_id").lowercased())
    let item = try session.items.named(kind, line.text("planning_id")).id
    if try session.references.clockifyIDs(kind, of: item).contains(id) { return false }
    if let problem = try session.references.linkProblem(kind, externalID: id) { throw problem }
    try session.references.link(kind, planningID: item, externalID: id, workspace: nil)
    return true
  }
}
