import ClockifyAPI
import Foundation
import Planning
package import PlanningStore
package import Sending

/// Creates planned clients and projects in Clockify and links them, so that no duplicate can arise (rule 86).
///
/// One item at a time: a row of `pending_push`, committed; the request, with no lock held; the link and the end of the row in
/// one transaction. Whoever comes next, a push or an import, finds what a death between them left.
package struct Push: Sendable {
  package typealias Item = PushPlan.Item

  let path: String
  let toolbox: Toolbox
  /// Who pushes: `cli:ana`.
  let actor: (name: String, surface: String)
  package var options = PushPlan.Options()
  /// nil: as the workspace has it.
  package var isPublic: Bool?
  /// How long to wait for another writer, seconds.
  package var patience = 10.0
  /// Hears where an item is: others may do something then, or it may die there.
  package var reached: @Sendable (Stage) async throws -> Void = { _ in }

  package enum Stage: Sendable, CaseIterable {
    /// The row is committed; nothing was sent.
    case noted
    /// Clockify answered; nothing is linked.
    case answered
  }

  package init(path: String, toolbox: Toolbox, actor: (name: String, surface: String)) {
    self.path = path
    self.toolbox = toolbox
    self.actor = actor
  }

  /// What happened to one item.
  package enum Outcome: Sendable, Equatable {
    /// What an earlier push made was found and linked.
    case adopted(Item, id: String)
    case created(Item, id: String)
    case linked(Item, id: String)
    case refused(Item, PushPlan.Reason)
    /// Clockify said no: the sentence and what comes next.
    case failed(Item, String, next: String?)
    /// It may have been created; the row waits for the next.
    case unknown(Item, String)
    /// Created, and not linked: somebody writes for long, or the item is gone.
    case notLinked(Item, id: String, String)
  }

  private var now: Instant { Instant(seconds: Int(toolbox.carrier.clock.now().timeIntervalSince1970)) }
  private var workspace: String { toolbox.place.id }

  // MARK: Looking

  /// Clients and projects without a link, those that are archived left out.
  package static func unlinked(_ session: StoreSession) throws -> [Item] {
    let (clients, projects) = PendingPushes.unlinked(try session.plan.snapshot())
    return clients.map { Item(kind: .client, id: $0.id, name: $0.name) }
      + projects.map { Item(kind: .project, id: $0.id, name: $0.name) }
  }

  /// What a push would do now. Reads Clockify's lists, and writes nothing.
  package func plan(_ items: [Item]) async throws -> PushPlan { PushPlan(items, try await basis(), options) }

  private func basis() async throws -> PushPlan.Basis {
    let clients = try await listed(.client)
    let projects = try await listed(.project)
    return try open().read { session in
      PushPlan.Basis(
        plan: try session.plan.snapshot(), clients: clients, projects: projects,
        pending: try session.pushes.all().filter { $0.workspace == workspace },
        gone: Set(
          try session.questions.references(kind: .client).filter { $0.sourceMissingSince != nil }.map(\.externalID)),
        now: now)
    }
  }

  /// Complete, archived items included.
  private func listed(_ kind: Kind) async throws -> [PendingPush.Listed] {
    try await toolbox.source.rows(of: kind.path(in: workspace)).compactMap { row in
      guard let id = row["id"]?.words else { return nil }
      return PendingPush.Listed(
        id: id, name: row["name"]?.words ?? "", clientID: row["clientId"]?.words,
        isArchived: row["archived"]?.isTrue ?? false)
    }
  }

  // MARK: Doing

  /// - Parameters:
  ///   - confirm: asked once with what would be done; throws to stop. Earlier pushes are settled before.
  ///   - told: hears each outcome as soon as it is known.
  /// - Throws: `SendingError` where another push is running; `ClockifyError` where Clockify cannot be asked.
  package func run(
    _ items: [Item], confirm: (PushPlan) throws -> Void = { _ in }, told: (Outcome) -> Void
  ) async throws {
    // The import runs freely beside it.
    let lock = try FileLock(path: "\(path).push.lock", mode: 0o644, for: "push")
    defer { withExtendedLifetime(lock) {} }
    let before = try await basis()
    try settleEarlier(before, told)
    let basis = try await before.pending.isEmpty ? before : self.basis()
    let adopted = items.filter { item in
      before.pending.contains { $0.kind == item.kind && $0.planningID == item.id }
        && !basis.plan.clockifyIDs(item.kind, of: item.id).isEmpty
    }
    let waiting = items.filter { item in basis.pending.contains { $0.kind == item.kind && $0.planningID == item.id } }
    // What was settled was told.
    let plan = PushPlan(items.filter { !adopted.contains($0) && !waiting.contains($0) }, basis, options)
    try confirm(plan)
    let isPublic = if let chosen = self.isPublic { chosen } else { try await defaultPublic(plan) }
    var failed: Set<Int64> = []
    for step in plan.steps {
      try Task.checkCancellation()
      let outcome = try await carry(step, basis.plan, isPublic: isPublic, failedClients: failed)
      if !outcome.isDone, step.item.kind == .client { failed.insert(step.item.id) }
      told(outcome)
    }
  }

  /// What earlier pushes left: found and linked, given up, or left waiting.
  private func settleEarlier(_ basis: PushPlan.Basis, _ told: (Outcome) -> Void) throws {
    guard !basis.pending.isEmpty else { return }
    let (linked, left) = try write { session in
      let settled = try session.pushes.settle(in: workspace, readAt: basis.now, givesUp: options.again) {
        $0 == .client ? basis.clients : basis.projects
      }
      for (push, id) in settled.linked { try note(Item(push), id, "found", session) }
      return settled
    }
    for (push, id) in linked { told(.adopted(Item(push), id: id)) }
    for (push, doubt) in left { told(.refused(Item(push), .pending(doubt))) }
  }

  private func defaultPublic(_ plan: PushPlan) async throws -> Bool {
    let needs = plan.steps.contains { if case .create(let item, _) = $0 { item.kind == .project } else { false } }
    guard needs else { return false }
    let row = try await toolbox.source.row(at: "/workspaces/\(workspace)")
    return row?["workspaceSettings"]?["isProjectPublicByDefault"]?.isTrue ?? false
  }

  private func carry(
    _ step: PushPlan.Step, _ plan: PlanSnapshot, isPublic: Bool, failedClients: Set<Int64>
  ) async throws -> Outcome {
    switch step {
    case .refuse(let item, let reason): return .refused(item, reason)
    case .link(let item, let id):
      try write { session in
        if let problem = try session.references.linkProblem(item.kind, externalID: id) { throw problem }
        try session.references.link(item.kind, planningID: item.id, externalID: id, workspace: workspace)
        try note(item, id, "linked", session)
      }
      return .linked(item, id: id)
    case .create(let item, let client):
      let clientID: String?
      switch client {
      case .none: clientID = nil
      case .clockify(let id): clientID = id
      case .planned(let planned):
        clientID = try open().read { try $0.references.clockifyIDs(.client, of: planned) }.first
        guard clientID != nil, !failedClients.contains(planned) else {
          return .refused(item, .clientFailed(client: plan.clients[planned]?.name ?? "\(planned)"))
        }
      }
      return try await create(
        item, client: clientID, isBillable: plan.projects[item.id]?.isBillable, isPublic: isPublic)
    }
  }

  // MARK: One item

  private func create(_ item: Item, client: String?, isBillable: Bool?, isPublic: Bool) async throws -> Outcome {
    let name = item.name.trimmingCharacters(in: .whitespacesAndNewlines)
    let push = PendingPush(
      kind: item.kind, planningID: item.id, workspace: workspace, name: name, clientID: client, startedAt: now)
    let refusal = try write { session in
      let plan = try session.plan.snapshot()
      let refusal = PushPlan.changed(item, plan)
      if refusal == nil { try session.pushes.add(push) }
      return refusal
    }
    if let refusal { return .refused(item, refusal) }
    var body = JSONTree.object([.init("name", .text(name))])
    if item.kind == .project {
      body.set("clientId", client.map { .text($0) })
      body.set("isPublic", .flag(isPublic))
      body.set("billable", .flag(isBillable ?? true))
    }
    let kind: Kind = item.kind == .client ? .client : .project
    let step: Toolbox.Step
    do { step = try toolbox.adding(kind, body) } catch {
      try forget(push)
      throw error
    }
    var carrier = toolbox.carrier
    // A row waits: whoever comes next looks it up.
    carrier.settlesDoubt = false
    try await reached(.noted)
    let ending = try await carrier.carry(step.request, step.attempt, notSent: { try forget(push) })
    try await reached(.answered)
    switch ending {
    case .done(let row, _, _):
      guard let id = row?["id"]?.words else { return .unknown(item, "Clockify's answer has no id") }
      return try link(item, push, id)
    case .failed(let refusal, _, _):
      try forget(push)
      return .failed(item, refusal.text, next: refusal.next)
    case .unknown(let why): return .unknown(item, why)
    }
  }

  private func link(_ item: Item, _ push: PendingPush, _ id: String) throws -> Outcome {
    do {
      return try write { session in
        // The import may have been quicker.
        if try session.references.clockifyIDs(item.kind, of: item.id).contains(id) { return .created(item, id: id) }
        guard try session.items.isThere(item.kind, item.id) else {
          return .notLinked(item, id: id, "it was deleted here meanwhile")
        }
        if let problem = try session.references.linkProblem(item.kind, externalID: id) {
          return .notLinked(item, id: id, PushWords.refusal(problem))
        }
        try session.pushes.link(push, to: id)
        try note(item, id, "created", session)
        return .created(item, id: id)
      }
    } catch let error as SendingError where error.ending == .busy {
      return .notLinked(item, id: id, "somebody else writes to the database")
    }
  }

  private func forget(_ push: PendingPush) throws { try write { try $0.pushes.remove(push) } }

  /// A line of the change log, as every other change has one.
  private func note(_ item: Item, _ id: String, _ verb: String, _ session: StoreSession) throws {
    _ = try session.changes.add(
      Change(
        at: now, actor: actor.name, surface: actor.surface, action: "push.\(item.kind.rawValue)", kind: item.kind,
        planningID: item.id, said: "\(item.kind.rawValue) \(item.name): \(verb) in Clockify, \(id).",
        details: JSONTree.object([.init("clockify_id", .text(id)), .init("workspace", .text(workspace))]).json))
  }

  private func open() throws -> PlanningDatabase { try PlanningDatabase(path: path, creates: false) }

  private func write<Value>(_ body: (StoreSession) throws -> Value) throws -> Value {
    guard let lock = try WriteLock(database: path, patience: patience) else {
      throw SendingError(
        "another import or command is writing to \(path)", next: "wait until it has ended, then push again", .busy)
    }
    defer { withExtendedLifetime(lock) {} }
    lock.show(LockHolder(task: "push", by: "\(actor.surface):\(actor.name)"))
    return try open().write(body)
  }
}

extension Push.Outcome {
  /// It is there and linked.
  package var isDone: Bool {
    switch self {
    case .adopted, .created, .linked: true
    case .refused, .failed, .unknown, .notLinked: false
    }
  }
}

extension PushPlan.Item {
  init(_ push: PendingPush) {
    self.init(kind: push.kind, id: push.planningID, name: push.name)
  }
}

extension PushPlan {
  /// Why an item must not be created any more, though it was to be a moment ago; nil: it may.
  static func changed(_ item: Item, _ plan: PlanSnapshot) -> Reason? {
    if let id = plan.clockifyIDs(item.kind, of: item.id).first { return .linked(to: id) }
    let (isThere, isArchived) =
      item.kind == .client
      ? (plan.clients[item.id]?.name == item.name, plan.clients[item.id]?.isArchived ?? true)
      : (plan.projects[item.id]?.name == item.name, plan.projects[item.id]?.isArchived ?? true)
    return !isThere ? .changed : isArchived ? .archived : nil
  }
}
