import Planning
import PlanningStore

/// Fill: zeros for missed days (rules 60 to 71).
extension Settlement {
  mutating func fillZeros(_ basis: Basis, _ placer: Placer) throws {
    let (snapshot, accounts) = (basis.snapshot, basis.accounts)
    var zones = basis.zones
    // Whoever's whole time of a date was not read gets no zero, and keeps those that are there.
    guard let firstDay = try firstZeroDay(&zones), let window, request.project == nil, request.workspaces.isEmpty
    else { return }
    let filling = Filling(
      session: session, plan: snapshot, settings: settings, workspaces: workspaces,
      unknownWorkspaces: Set(workspaces.filter { $0.listedUsers == nil }.map(\.id)).subtracting(
        accounts.flatMap(\.knownIn.keys)), window: window, brakes: brakes, now: request.now, run: run,
      firstDay: firstDay, freeze: placer.freeze, isProtected: placer.isProtected)
    let byPerson = Dictionary(
      grouping: accounts.filter { account in
        snapshot.planningID(.person, account.id).map { $0 == request.person ?? $0 } ?? false
      }, by: { snapshot.planningID(.person, $0.id)! })
    let linked = snapshot.linkedItems(.project)
    try filling.fill(byPerson, linkedProjects: linked, zones: &zones, counts: &summary.actuals!)
  }

  /// Rule 65: what `actuals enable` said, else the setting, else the day actuals were enabled.
  private func firstZeroDay(_ zones: inout ZoneChooser) throws -> CalendarDay? {
    if let day = try session.settings.value(Setting.autofillFrom).flatMap({ CalendarDay($0) }) { return day }
    if let day = settings.autofillFrom { return day }
    let enabled = try session.settings.value(Setting.actualsEnabledAt).flatMap { Instant($0) }
    return enabled.map { zones.planningZone(settings).day(of: $0) }
  }
}
