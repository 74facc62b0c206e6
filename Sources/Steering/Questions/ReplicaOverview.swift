import Importing
package import Planning
package import PlanningStore
import Replicating

/// How one kind of a workspace stands.
package struct ReplicaKindRow: TabularRow {
  package var workspaceID: String
  package var kind: String
  package var rows: Int
  package var deleted: Int
  package var completeAt: String?
  package var state: String
  package var reason: String?
  /// Of the last reading.
  package var requests: Int

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case workspaceID = "workspace_id"
    case kind, rows, deleted
    case completeAt = "complete_at"
    case state, reason, requests
  }
}

/// How Clockify's kinds are kept on the whole: what a page asks each time.
package struct ReplicaHealth {
  /// Kinds that could not be read for a week, with the workspace's id.
  package let failedForLong: [(kind: String, workspace: String)]
  package let states: [ReplicaState]

  /// Days after which a kind that fails is somebody's business.
  package static let patience = 7

  /// - Parameter now: UTC.
  package init(_ session: StoreSession, _ settings: ReplicaSettings, now: Instant) throws {
    states = try session.replicaStates.all()
    let chosen = Set(settings.chosen.map(\.name))
    let first = try session.runs.firstReplica()
    failedForLong = states.filter { state in
      guard state.state == .failed, chosen.contains(state.kind) else { return false }
      return (state.completeAt ?? first).map { now - $0 >= Self.patience * 86_400 } ?? false
    }.map { ($0.kind, $0.workspaceID) }
  }

  /// When the kind that was read longest ago was read; nil: none was.
  package var oldest: (kind: String, at: Instant)? {
    states.filter { $0.state != .notAvailable }.compactMap { state in state.completeAt.map { (state.kind, $0) } }
      .min { $0.1 < $1.1 }
  }

  package func count(_ state: ReplicaState.State) -> Int { states.count { $0.state == state } }
  package func names(_ state: ReplicaState.State) -> [String] {
    Set(states.filter { $0.state == state }.map(\.kind)).sorted()
  }
}

/// How far each kind is kept, workspace by workspace. Counts every time entry: for who asks for it.
package struct ReplicaOverview {
  package let rows: [ReplicaKindRow]

  package init(_ session: StoreSession, _ settings: ReplicaSettings, workspace: String? = nil) throws {
    let states = try session.replicaStates.all(in: workspace)
    let named = try workspace.map { [$0] } ?? session.mirror.namedWorkspaces()
    let readsTime = try session.settings.value(Setting.actualsEnabledAt) != nil
    let chosen = Set(settings.chosen.map(\.name))
    rows = try named.flatMap { workspace in
      func known(_ kind: String) -> ReplicaState? { states.first { $0.kind == kind && $0.workspaceID == workspace } }
      let (read, all) = try session.replica.entriesWithDetails(in: workspace)
      return ReplicaKind.all.map { kind in
        ReplicaKindRow(kind.name, workspace, known(kind.name), isOff: !chosen.contains(kind.name))
      } + [
        ReplicaKindRow(
          details: workspace, read: read, all: all, isOff: !settings.keepsEntryDetails, readsTime: readsTime,
          known(ReplicaKind.entryDetails))
      ]
    }
  }
}

extension ReplicaKindRow {
  fileprivate init(_ kind: String, _ workspace: String, _ known: ReplicaState?, isOff: Bool) {
    self.init(
      workspaceID: workspace, kind: kind, rows: known?.rows ?? 0, deleted: known?.deleted ?? 0,
      completeAt: known?.completeAt?.description, state: isOff ? "off" : known?.state.rawValue ?? "not_read",
      reason: isOff
        ? "replicate: kinds leaves it out" : known?.reason ?? (known == nil ? "the next import reads it" : nil),
      requests: known?.requests ?? 0)
  }

  /// Of time entries: what was read with them.
  fileprivate init(
    details workspace: String, read: Int, all: Int, isOff: Bool, readsTime: Bool, _ known: ReplicaState?
  ) {
    let reason =
      isOff
      ? "replicate: kinds leaves it out"
      : !readsTime
        ? "actuals are off: rota actuals enable"
        : read < all ? "\(all - read) entries were read before: rota import --full" : nil
    self.init(
      workspaceID: workspace, kind: ReplicaKind.entryDetails, rows: read, deleted: 0,
      completeAt: known?.completeAt?.description,
      state: isOff ? "off" : !readsTime ? "not_read" : read < all ? "waiting" : "complete", reason: reason, requests: 0)
  }
}

extension ReplicaState {
  /// Why it is not complete; nil: it is.
  fileprivate var reason: String? {
    switch state {
    case .complete: code == "tasks_cut" ? "projects with many tasks are read one by one" : nil
    case .notAvailable:
      code == nil
        ? "the plan does not have it"
        : "not on this plan, or not for this key\(httpStatus.map { " (HTTP \($0))" } ?? "")"
    case .waiting where code == "by_turns": "read by turns, some each night"
    case .waiting: code == nil ? "no requests were left" : "some of it was read; the next import goes on"
    case .failed: "\((code ?? "not whole").replacing("_", with: " "))\(httpStatus.map { " (HTTP \($0))" } ?? "")"
    }
  }
}
