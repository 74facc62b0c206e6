package import PlanningStore

/// Merges an item into another of its kind: everything of it moves, and it is deleted (rule 76).
package struct MergeItems: Action {
  package static let name = "duplicates.merge"
  let kind: PlanSnapshot.Kind
  /// The item that stays: id, exact name or Clockify id.
  let keep: String
  /// The item that goes.
  let drop: String

  package init(_ kind: PlanSnapshot.Kind, keep: String, drop: String) {
    self.kind = kind
    self.keep = keep
    self.drop = drop
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let kept = try session.items.named(kind, keep).id
    let report = try session.merging.merge(
      kind, keep: kept, drop: session.items.named(kind, drop).id, catchAll: context.settings.catchAllProject,
      at: context.now)
    return Said(lines: MergeWords.lines(report, isDryRun: context.isDryRun), item: Said.Item(kind, kept))
  }
}

/// Merges the pairs of a file, and settles those that are different: all lines or none (rule 76).
package struct MergeMany: Action {
  package static let name = "duplicates.merge_many"
  /// With the columns kind, keep and drop, and perhaps decision: merge, different or empty.
  let file: FileLines

  package init(_ file: FileLines) {
    self.file = file
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    var lines: [String] = []
    for line in file.lines {
      do {
        lines += try decide(line, session, context)
      } catch {
        guard let refusal = ErrorWords.refusal(error) else { throw error }
        throw UserError(
          file.words(line: line.number, "\(refusal.message)  (nothing was merged)"), next: refusal.next)
      }
    }
    return Said(lines: lines)
  }

  private func decide(_ line: PlanLine, _ session: StoreSession, _ context: ActionContext) throws -> [String] {
    let (kind, keep, drop) = (try line.kind(), line.text("keep"), line.text("drop"))
    switch line.fields["decision"] {
    case nil, "merge": return try MergeItems(kind, keep: keep, drop: drop).carryOut(session, context).lines
    case "": return []
    case "different":
      _ = try DismissPair(kind, keep, drop).carryOut(session, context)
      return []
    case let other?: throw UserError("decision \"\(other)\" must be merge, different or empty")
    }
  }
}

/// Undoes a merge that no later merge or edit builds on (rule 95).
package struct UndoMerge: Action {
  package static let name = "duplicates.undo"
  /// nil: the last one.
  let merge: Int64?

  package init(_ merge: Int64?) {
    self.merge = merge
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let record = try session.undo.merge(merge, at: context.now)
    let kind = record.kind.rawValue
    return Said(
      "\(context.verb("Undid", participle: "undone")) merge \(record.id): \(kind) \(record.dropped) \"\(record.droppedName)\" is back beside \(kind) \(record.kept). The next import places their time.",
      item: Said.Item(record.kind, record.kept))
  }
}

/// Says that two items are different, so that they are not listed as duplicates again; or takes that back.
package struct DismissPair: Action {
  package static let name = "duplicates.dismiss"
  let kind: PlanSnapshot.Kind
  /// Ids, exact names or Clockify ids.
  let one: String
  let other: String
  /// Lists them again.
  let undo: Bool

  package init(_ kind: PlanSnapshot.Kind, _ one: String, _ other: String, undo: Bool = false) {
    self.kind = kind
    self.one = one
    self.other = other
    self.undo = undo
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let (left, right) = (try session.items.named(kind, one).id, try session.items.named(kind, other).id)
    guard left != right else { throw UserError("both are \(kind.rawValue) \(left)") }
    let changed = try session.dismissals.set(.init(kind: kind, left, right), !undo)
    return Said(
      changed ? undo ? "They are listed again." : "Settled: they are different." : "It is so already.")
  }
}
