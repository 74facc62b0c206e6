import Foundation
import Importing
package import Planning
package import PlanningStore

/// Minutes of one person on one project and date that Clockify has otherwise.
package struct AuditDifference: TabularRow {
  let date: CalendarDay
  let person: String
  let project: String
  let ours: Int
  let clockify: Int
  /// Ours minus Clockify's.
  let difference: Int
  /// As far as it can be known.
  let cause: String
  /// The command that settles it.
  let next: String

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case date, person, project, ours, clockify, difference, cause, next
  }
}

/// Why minutes differ, as far as it can be known.
package enum AuditCause: Sendable {
  case notImportedYet, typed, locked, changedByHand
  case syncOff(ProjectID)
  case personArchived(PersonID)
  case ignored(PlanSnapshot.Kind, String)
  case withoutLink(PlanSnapshot.Kind, name: String)
  case held(Reason, Cell)
  case nothingBehind(Cell)
  /// - lastRead: the last run that read the date.
  case changedOutsideWindow(CalendarDay, lastRead: Int64?)
  case changed(lastRead: Int64?)
}

/// Rule 78: ours minus Clockify's, from a fresh read into a copy.
package struct Auditor {
  package let desk: Desk
  package let database: PlanningDatabase
  package let days: ClosedRange<CalendarDay>

  package init(desk: Desk, database: PlanningDatabase, days: ClosedRange<CalendarDay>) {
    self.desk = desk
    self.database = database
    self.days = days
  }

  package func differences() async throws -> [AuditDifference] {
    let fresh = try await Desk.onCopy(of: database) { copy in
      try copy.write { session in
        try session.audit.strip()
        try session.settings.set(Setting.actualsEnabledAt, desk.now.description, at: desk.now)
      }
      var request = ImportRequest(
        trigger: .manual, scopes: Set(ImportScope.plan), since: days.lowerBound, now: desk.now)
      request.until = days.upperBound
      let report = try await desk.perform(ImportNow(request), on: copy)
      guard report.status == .done else {
        throw UserError(
          report.stopped?.message ?? "Clockify's time could not be read completely",
          next: .outside("try again later"), status: .partial)
      }
      return try copy.read { try $0.audit.cells(from: days.lowerBound, through: days.upperBound) }
    }
    return try database.read { try compare($0, fresh) }
  }

  private func compare(_ session: StoreSession, _ fresh: [Cell: AuditCell]) throws -> [AuditDifference] {
    let ours = try session.audit.cells(from: days.lowerBound, through: days.upperBound)
    let plan = try session.plan.snapshot()
    var rows: [AuditDifference] = []
    for cell in Set(ours.keys).union(fresh.keys).sorted(by: {
      ($0.day, $0.person, $0.project) < ($1.day, $1.person, $1.project)
    }) {
      let (mine, theirs) = (ours[cell]?.minutes ?? 0, fresh[cell]?.minutes ?? 0)
      guard mine != theirs else { continue }
      let cause = try cause(cell, ours: ours[cell], theirs: theirs, plan, session)
      rows.append(
        AuditDifference(
          date: cell.day, person: plan.people[cell.person]?.name ?? "person \(cell.person)",
          project: plan.projects[cell.project]?.name ?? "project \(cell.project)", ours: mine, clockify: theirs,
          difference: mine - theirs, cause: cause.words, next: cause.next.command))
    }
    return rows
  }

  /// What stands in the way comes first, then what was not read again.
  private func cause(
    _ cell: Cell, ours: AuditCell?, theirs: Int, _ plan: PlanSnapshot, _ session: StoreSession
  ) throws -> AuditCause {
    guard let person = plan.people[cell.person], let project = plan.projects[cell.project] else {
      return .notImportedYet
    }
    if ours?.isManual ?? false { return .typed }
    if plan.isLocked(cell.day, on: cell.project) { return .locked }
    if project.isSyncOff { return .syncOff(cell.project) }
    if person.isFrozen { return .personArchived(cell.person) }
    if try session.audit.isChangedByHand(cell) { return .changedByHand }
    let users = plan.clockifyIDs(.person, of: cell.person)
    let projects = plan.clockifyIDs(.project, of: cell.project)
    for (kind, ids) in [(PlanSnapshot.Kind.person, users), (.project, projects)] {
      if let ignored = ids.first(where: { plan.isIgnored(kind, $0) }) {
        return .ignored(kind, ignored)
      }
    }
    if users.isEmpty {
      return .withoutLink(.person, name: person.name)
    }
    if projects.isEmpty {
      return .withoutLink(.project, name: project.name)
    }
    let entries = try session.questions.entries(of: cell, users: users, projects: projects)
    let held = entries.first { $0.state == .held }
    if let reason = held?.reason.flatMap(Reason.init) {
      return .held(reason, cell)
    }
    if entries.isEmpty, theirs == 0 { return .nothingBehind(cell) }
    let read = try session.questions.lastRunThatRead(cell.day, users: users)
    if cell.day < desk.today - desk.settings.windowDays {
      return .changedOutsideWindow(cell.day, lastRead: read)
    }
    return .changed(lastRead: read)
  }
}
