import GRDB
package import Planning

/// What was being created in Clockify and is not linked yet (rule 86).
package struct PendingPush: Sendable, Equatable {
  package typealias Kind = PlanSnapshot.Kind

  package let kind: Kind
  package let planningID: Int64
  package let workspace: String
  /// As sent.
  package let name: String
  /// Of a project.
  package let clientID: String?
  /// By the machine's clock.
  package let startedAt: Instant

  package init(
    kind: Kind, planningID: Int64, workspace: String, name: String, clientID: String?, startedAt: Instant
  ) {
    self.kind = kind
    self.planningID = planningID
    self.workspace = workspace
    self.name = name
    self.clientID = clientID
    self.startedAt = startedAt
  }

  /// A client or project as a complete list of Clockify's has it.
  package struct Listed: Sendable, Equatable {
    package let id: String
    package let name: String
    /// Of a project; nil: it has none, or this is a client.
    package let clientID: String?
    package let isArchived: Bool

    package init(id: String, name: String, clientID: String?, isArchived: Bool) {
      self.id = id
      self.name = name
      self.clientID = clientID
      self.isArchived = isArchived
    }
  }

  /// Whether this is what the push made, as far as name and client tell.
  package func isLike(_ listed: Listed) -> Bool {
    Self.key(listed.name) == Self.key(name) && (kind == .client || listed.clientID == clientID)
  }

  /// Why a row stays.
  package enum Doubt: Sendable, Equatable {
    /// It began so many minutes ago: it may still come.
    case young(minutes: Int)
    /// Several free items have the name.
    case several(ids: [String])
    /// One of those minutes has another name.
    case renamed(id: String, name: String)
  }

  package enum Finding: Sendable, Equatable {
    case found(String)
    /// It was not carried out.
    case absent
    case doubt(Doubt)
  }

  /// So long a request may still be on its way, and an id still be of it, seconds.
  static let onItsWay = 600

  /// - Parameter free: of its kind and workspace, complete, neither linked nor ignored.
  package func finding(among free: [Listed], readAt: Instant) -> Finding {
    let same = free.filter(isLike)
    if same.count == 1 { return .found(same[0].id) }
    if same.count > 1 { return .doubt(.several(ids: same.map(\.id))) }
    let age = readAt - startedAt
    if age < Self.onItsWay { return .doubt(.young(minutes: max(0, age / 60))) }
    let renamed = free.first { item in
      guard kind == .client || item.clientID == clientID, let made = item.id.clockifyCreation else { return false }
      return (-120...Self.onItsWay).contains(made - startedAt)
    }
    return renamed.map { .doubt(.renamed(id: $0.id, name: $0.name)) } ?? .absent
  }

  /// A name without letter case and blanks around and between: what Clockify may take for the same [guess].
  package static func key(_ name: String) -> String {
    name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

/// The rows of `pending_push`.
package struct PendingPushes: Subject {
  let session: StoreSession

  /// Clients, then projects without a link, by id; those that are archived left out.
  package static func unlinked(
    _ plan: PlanSnapshot
  ) -> (clients: [PlanSnapshot.Client], projects: [PlanSnapshot.Project]) {
    let (clients, projects) = (plan.linkedItems(.client), plan.linkedItems(.project))
    return (
      plan.clients.values.filter { !$0.isArchived && !clients.contains($0.id) }.sorted { $0.id < $1.id },
      plan.projects.values.filter { !$0.isArchived && !projects.contains($0.id) }.sorted { $0.id < $1.id }
    )
  }

  package func all() throws -> [PendingPush] {
    try Row.fetchAll(db, sql: "SELECT * FROM pending_push ORDER BY kind, planning_id, workspace_id").compactMap { row in
      guard let kind = PlanSnapshot.Kind(rawValue: row["kind"]), let startedAt = Instant(row["started_at"] as String)
      else { return nil }
      return PendingPush(
        kind: kind, planningID: row["planning_id"], workspace: row["workspace_id"], name: row["name"],
        clientID: row["client_external_id"], startedAt: startedAt)
    }
  }

  package func add(_ push: PendingPush) throws {
    try db.execute(
      sql: "INSERT OR REPLACE INTO pending_push VALUES (?, ?, ?, ?, ?, ?)",
      arguments: [
        push.kind.rawValue, push.planningID, push.workspace, push.name, push.clientID, push.startedAt.description,
      ])
  }

  package func remove(_ push: PendingPush) throws {
    try db.execute(
      sql: "DELETE FROM pending_push WHERE kind = ? AND planning_id = ? AND workspace_id = ?",
      arguments: [push.kind.rawValue, push.planningID, push.workspace])
  }

  func isPending(_ kind: PlanSnapshot.Kind, among items: [Int64]) throws -> Int64? {
    try Int64.fetchOne(
      db,
      sql: "SELECT planning_id FROM pending_push WHERE kind = ? AND planning_id IN (SELECT value FROM json_each(?))",
      arguments: [kind.rawValue, json(items)])
  }

  /// Settles each by complete lists: linked to the one item that it made, given up where nothing was made, or left.
  ///
  /// - Parameters:
  ///   - listed: of one workspace, complete, by kind.
  ///   - readAt: when the lists were read, by the machine's clock.
  ///   - givesUp: also where it is in doubt.
  /// - Returns: what was linked, and to which id; and what stays, and why.
  package func settle(
    in workspace: String, readAt: Instant, givesUp: Bool = false,
    _ listed: (PlanSnapshot.Kind) throws -> [PendingPush.Listed]
  ) throws -> (linked: [(push: PendingPush, clockifyID: String)], left: [(push: PendingPush, PendingPush.Doubt)]) {
    var (linked, left) = ([(push: PendingPush, clockifyID: String)](), [(push: PendingPush, PendingPush.Doubt)]())
    for push in try all() where push.workspace == workspace {
      // Somebody linked it by hand.
      guard try session.references.clockifyIDs(push.kind, of: push.planningID).isEmpty else {
        try remove(push)
        continue
      }
      let free = try listed(push.kind).filter { try isFree(push.kind, $0.id) }
      switch push.finding(among: free, readAt: readAt) {
      case .found(let id):
        try link(push, to: id)
        linked.append((push, id))
      case .doubt(let doubt) where !givesUp: left.append((push, doubt))
      case .doubt, .absent: try remove(push)
      }
    }
    return (linked, left)
  }

  /// Neither linked nor ignored.
  func isFree(_ kind: PlanSnapshot.Kind, _ clockifyID: String) throws -> Bool {
    try Bool.fetchOne(
      db,
      sql: """
        SELECT NOT EXISTS (SELECT 1 FROM external_reference WHERE kind = ?1 AND external_id = ?2)
          AND NOT EXISTS (SELECT 1 FROM ignored_reference WHERE kind = ?1 AND external_id = ?2)
        """, arguments: [kind.rawValue, clockifyID]) ?? false
  }

  /// The push is over: its item is linked to what it made.
  package func link(_ push: PendingPush, to clockifyID: String) throws {
    try session.references.link(
      push.kind, planningID: push.planningID, externalID: clockifyID, workspace: push.workspace)
    try remove(push)
  }

  /// The mirror's list of one workspace, what is gone left out.
  package func mirrored(_ kind: PlanSnapshot.Kind, in workspace: String) throws -> [PendingPush.Listed] {
    switch kind {
    case .client:
      try session.mirror.clients().filter { $0.workspace == workspace && !$0.isGone }.map {
        PendingPush.Listed(id: $0.id, name: $0.name ?? "", clientID: nil, isArchived: $0.archived)
      }
    case .project:
      try session.mirror.projects().filter { $0.workspace == workspace && !$0.isGone }.map {
        PendingPush.Listed(id: $0.id, name: $0.name ?? "", clientID: $0.clientID, isArchived: $0.archived)
      }
    case .person: []
    }
  }
}
