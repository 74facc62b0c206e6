import Planning
import PlanningStore

/// Match: which planning item each Clockify id is; what is missing is made (rules 9 to 19).
extension Settlement {
  func match() throws -> Matching {
    try adoptPushed()
    let waiting =
      readsTime && !read.isEmpty
      ? try WaitingTime(
        session: session, settings: settings, owner: owner, brakes: brakes, lost: missing.union(deleted)) : nil
    let matching = try Matching(
      session: session, request: request, settings: settings, workspaces: Set(read.map(\.id))
    ) { users, projects in try waiting?.pairs(of: users, on: projects, now: request.now) ?? [] }
    if !read.isEmpty { try session.references.setBaselines() }
    return matching
  }

  /// What a push made and could not link any more is linked before it is taken for something new (rule 86). Only by lists
  /// that this run has read whole: an older one may still show what is gone.
  private func adoptPushed() throws {
    guard try !session.pushes.all().isEmpty else { return }
    for workspace in read {
      _ = try session.pushes.settle(in: workspace.id, readAt: workspace.listedAt ?? request.now) {
        try session.pushes.mirrored($0, in: workspace.id)
      }
    }
  }
}
