import ClockifySimulator
import Importing

extension NaiveOracle {
  /// Rules 53 and 89: whether a run had to be held, or must not be. Called before the run is judged otherwise.
  ///
  /// Only what is clear beyond doubt is judged: far more than a fifth, or far less.
  func brake(
    _ shape: RunShape, status: String, isConfirmed: Bool, before: PlanTables, clockify: [SimulatedWorkspace]
  ) -> [String] {
    guard !isConfirmed, status == "done" || status == "held", unsureLists.isEmpty else { return [] }
    var later = self
    for workspace in clockify where shape.workspaces.contains(workspace.id) { later.lists[workspace.id] = workspace }
    let manual = before.manualCells
    var (stored, leaving): (Int, Int) = (0, 0)
    for home in homes.values {
      let seconds = (home.version.end ?? home.version.start) - home.version.start
      stored += seconds
      let cell = home.cell
      let isFrozen =
        manual.contains(cell) || before.isSyncOff(cell.project) || before.isArchivedByPlanner(cell.person)
        || before.isLocked(cell.day, cell.project)
      let isFiltered =
        later.isFiltered(user: home.version.user)
        || home.version.project.map { later.isFiltered(project: $0) } ?? false
      if isFiltered, !isFrozen { leaving += seconds }
    }
    let there = Set(clockify.flatMap(\.entries).map(\.id))
    let missing = before.mirror.filter { !$0.value.isGone && !there.contains($0.key) }.count
    let moved = clockify.flatMap(\.entries).filter { entry in
      before.mirror[entry.id].map { !$0.isGone && $0.version != EntryVersion(entry) } ?? false
    }.count
    if status == "done", stored > 0, leaving * 3 > stored, shape.users == nil, shape.projects == nil {
      return ["89: \(leaving / 60) of \(stored / 60) minutes left by a filter at once, and the run was not held"]
    }
    if status == "held", leaving * 10 < stored, missing + moved <= 20 {
      return ["53: held, and only \(missing) entries are missing, \(leaving / 60) minutes filtered"]
    }
    return []
  }
}
