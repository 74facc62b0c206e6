import Planning
import PlanningStore

/// Match: which planning item each Clockify id is; what is missing is made (rules 9 to 19).
extension Settlement {
  func match() throws -> Matching {
    let waiting =
      readsTime
      ? try WaitingTime(
        session: session, settings: settings, owner: owner, brakes: brakes, lost: missing.union(deleted)) : nil
    let matching = try Matching(
      session: session, request: request, settings: settings, workspaces: Set(read.map(\.id))
    ) { users, projects in try waiting?.pairs(of: users, on: projects, now: request.now) ?? [] }
    try session.references.setBaselines()
    return matching
  }
}
