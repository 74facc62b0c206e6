import Planning
import PlanningStore
import RotaTesting
import Steering
import Testing

/// One action that changes something in the world that `ActionTests` makes, and what must be there first.
struct ActionExample: CustomTestStringConvertible {
  let action: any Action
  /// How the sentence begins.
  let says: String
  /// What it is about.
  var item: Said.Item?
  /// SQL that comes first.
  var sql: String?
  /// Actions that come first.
  var earlier: [any Action] = []

  /// The type, without what it is generic over.
  var type: String { String("\(Swift.type(of: action))".prefix { $0 != "<" }) }
  var name: String { Swift.type(of: action).name }
  var testDescription: String { name }

  private static let day = CalendarDay("2026-03-03")!
  private static let newID = "6630aa10b1c2d3e4f50600ff"
  private static let cell = TypedCell(person: "Ana", project: "Alpha", day: day)
  private static let (ana, alpha, acme) = (Said.Item(.person, 1), Said.Item(.project, 1), Said.Item(.client, 1))

  static let all = items + plan + switches + rows + references + time + duplicates

  private static let workspace = "(SELECT id FROM clockify_workspace)"
  private static let clockifyHoliday = """
    INSERT INTO clockify_holiday (workspace_id, id, name, start_date, end_date, everyone_including_new)
    SELECT \(workspace), 'h1', 'May Day', '2026-05-01', '2026-05-01', 1;
    """
  private static let clockifyTimeOff = """
    INSERT INTO clockify_time_off_request (workspace_id, id, user_id, status_status_type, first_date, last_date)
    SELECT \(workspace), 'r1', external_id, 'APPROVED', '2026-04-01', '2026-04-03'
    FROM external_reference WHERE kind = 'person' AND planning_id = 1;
    """
  private static let clockifyAssignment = """
    INSERT INTO clockify_assignment (workspace_id, id, user_id, project_id, period_start, period_end, hours_per_day)
    SELECT \(workspace), 'a1', p.external_id, q.external_id, '2026-04-01T00:00:00Z', '2026-04-03T00:00:00Z', 4
    FROM external_reference p, external_reference q
    WHERE p.kind = 'person' AND p.planning_id = 1 AND q.kind = 'project' AND q.planning_id = 1;
    """

  private static let items: [ActionExample] = [
    .init(action: ArchiveItems(.person, ["Ana"]), says: "Ana: archived", item: ana),
    .init(
      action: UnarchiveItems(.person, ["Ana"]), says: "Ana: active", item: ana,
      earlier: [ArchiveItems(.person, ["Ana"])]),
    .init(action: EditItem(.project, "Alpha", ["name": "A", "client_id": nil]), says: "Changed the", item: alpha),
    .init(
      action: DeleteItem(.project, "Alpha", cascade: true, ignore: true), says: "Deleted Alpha (Acme) with", item: alpha
    ),
    .init(action: TagItem(.client, "Acme", "sync_off"), says: "Acme: tagged sync_off", item: acme),
    .init(
      action: UntagItem(.client, "Acme", "x"), says: "Acme: not tagged x", item: acme,
      earlier: [TagItem(.client, "Acme", "x")]),
    .init(action: TurnSyncOff(project: "Alpha", purge: true), says: "Removed 1 actual (", item: alpha),
    .init(action: AddClient(name: "New"), says: "Client 3 added.", item: .init(.client, 3)),
    .init(
      action: AddProject(name: "New", client: "Acme", isBillable: false, actualsFrom: nil), says: "Project 4 added.",
      item: .init(.project, 4)),
    .init(action: AddPerson(name: "Zoe", role: "Dev"), says: "Person 4, Zoe.", item: .init(.person, 4)),
  ]

  private static let plan: [ActionExample] = [
    .init(
      action: GiveRole(role: "Lead", people: ["Ana"], unknown: false, createRole: true, from: day),
      says: "Gave 1 person the role Lead from 2026-03-03 on.", item: ana),
    .init(action: AddRole(name: "Lead"), says: "Role 3, Lead."),
    .init(action: RenameRole(name: "Dev", newName: "Developer"), says: "Dev is now Developer."),
    .init(action: DeleteRole(name: "Lead"), says: "Lead is deleted.", earlier: [AddRole(name: "Lead")]),
    .init(
      action: SetContract(person: "Ana", minutesPerDay: "240"), says: "Changed the contract of Ana.", item: ana),
    .init(action: EndContract(person: "Ana", on: day), says: "Ended the contract of Ana on", item: ana),
    .init(action: SetLock(until: day, project: "Alpha"), says: "Locked Alpha (Acme) until", item: alpha),
    .init(
      action: ClearLock(project: nil), says: "Unlocked all projects", earlier: [SetLock(until: day, project: nil)]),
  ]

  private static let switches: [ActionExample] = [
    .init(action: TurnSwitch(.people, isOn: false), says: "People are off now. No import touches them")
  ]

  private static let assignment = [
    "person_id": "Ana", "project_id": "Alpha", "starts_on": "2026-03-02", "ends_on": "2026-03-06",
  ]
  private static let timeOff = ["person_id": "Ana", "starts_on": "2026-03-02"]
  private static let holiday = ["date": "2026-05-01"]

  private static func file(_ fields: [String: String]) -> FileLines {
    FileLines(path: "plan.csv", lines: [PlanLine(number: 2, fields: fields)])
  }

  private static func importing<Subject: RowSubject>(
    _ fields: [String: String], of subject: Subject.Type
  ) -> ImportRows<Subject> {
    ImportRows<Subject>(file(fields), skipsSame: false, replaces: false) { _ in }
  }

  private static let rows: [ActionExample] = [
    .init(action: AddRow<AssignmentRows>(assignment), says: "Assignment 1 added."),
    .init(
      action: EditRow<AssignmentRows>(1, ["minutes_per_day": "60"]), says: "Changed the assignment.",
      earlier: [AddRow<AssignmentRows>(assignment)]),
    .init(
      action: DeleteRows<AssignmentRows>([1]), says: "Deleted 1 assignment.",
      earlier: [AddRow<AssignmentRows>(assignment)]),
    .init(action: importing(assignment, of: AssignmentRows.self), says: "Imported 1 assignment from plan.csv."),
    .init(action: AddRow<TimeOffRows>(timeOff), says: "Absence 1 added."),
    .init(
      action: EditRow<TimeOffRows>(1, ["kind": "sick"]), says: "Changed the absence.",
      earlier: [AddRow<TimeOffRows>(timeOff)]),
    .init(action: DeleteRows<TimeOffRows>([1]), says: "Deleted 1 absence.", earlier: [AddRow<TimeOffRows>(timeOff)]),
    .init(action: importing(timeOff, of: TimeOffRows.self), says: "Imported 1 absence from"),
    .init(action: AddRow<HolidayRows>(holiday), says: "Holiday 1 added."),
    .init(
      action: EditRow<HolidayRows>(1, ["name": "May"]), says: "Changed the holiday.",
      earlier: [AddRow<HolidayRows>(holiday)]),
    .init(action: DeleteRows<HolidayRows>([1]), says: "Deleted 1 holiday.", earlier: [AddRow<HolidayRows>(holiday)]),
    .init(action: importing(holiday, of: HolidayRows.self), says: "Imported 1 holiday from"),
    .init(action: TakeFromClockify<HolidayRows>(), says: "Added 1 holiday:", sql: clockifyHoliday),
    .init(
      action: PurgeFromClockify<HolidayRows>(), says: "Removed 1 holiday from Clockify.", sql: clockifyHoliday,
      earlier: [TakeFromClockify<HolidayRows>()]),
    .init(action: TakeFromClockify<TimeOffRows>(), says: "Added 1 absence:", sql: clockifyTimeOff),
    .init(
      action: PurgeFromClockify<TimeOffRows>(), says: "Removed 1 absence from Clockify.", sql: clockifyTimeOff,
      earlier: [TakeFromClockify<TimeOffRows>()]),
    .init(action: TakeFromClockify<AssignmentRows>(), says: "Added 1 assignment:", sql: clockifyAssignment),
    .init(
      action: PurgeFromClockify<AssignmentRows>(), says: "Removed 1 assignment from Clockify.", sql: clockifyAssignment,
      earlier: [TakeFromClockify<AssignmentRows>()]),
    .init(action: DeleteRows<ContractRows>([1]), says: "Deleted 1 contract."),
    .init(
      action: importing(["person_id": "Zoe", "role_id": "Dev"], of: ContractRows.self),
      says: "Imported 1 contract from", earlier: [AddPerson(name: "Zoe")]),
  ]

  private static let references: [ActionExample] = [
    .init(
      action: LinkItem(.project, "Alpha", clockifyID: newID.uppercased()), says: "Alpha (Acme): linked to \(newID).",
      item: alpha),
    .init(action: UnlinkItem(.project, "Alpha"), says: "Alpha (Acme): unlinked from", item: alpha),
    .init(
      action: IgnoreReference(.project, clockifyID: Cast.Project.alpha.id, note: "why"),
      says: "project \(Cast.Project.alpha.id): ignored from now on.", item: alpha),
    .init(
      action: UnignoreReference(.project, clockifyID: newID), says: "project \(newID): imported again from the next",
      earlier: [IgnoreReference(.project, clockifyID: newID, note: nil)]),
    .init(
      action: ImportReferences(file(["kind": "project", "planning_id": "Alpha", "external_id": newID])),
      says: "Linked 1 item of plan.csv."),
    .init(
      action: AcknowledgeItem(.person, Cast.Person.ana.id, note: nil),
      says: "person \(Cast.Person.ana.id), not in Clockify any more: acknowledged.", item: ana, sql: anaIsGone),
    .init(
      action: UnacknowledgeItem(.person, "Ana"), says: "person \(Cast.Person.ana.id): waits again.", item: ana,
      sql: anaIsGone, earlier: [AcknowledgeItem(.person, "Ana", note: nil)]),
    .init(
      action: AcceptDrift(.init(kind: .project, item: "Alpha", field: "name")),
      says: "project Alpha: name is now \"A\"", item: alpha, sql: alphaIsRenamed),
    .init(
      action: DismissDrift(.init(kind: nil, item: nil, field: nil)), says: "project Alpha: name stays as it is",
      sql: alphaIsRenamed),
  ]

  private static let anaIsGone =
    "UPDATE external_reference SET source_missing_since = '2026-03-01' WHERE external_id = '\(Cast.Person.ana.id)'"
  private static let alphaIsRenamed = "UPDATE clockify_project SET name = 'A' WHERE id = '\(Cast.Project.alpha.id)'"
  private static let conflict = "INSERT INTO actual_conflict VALUES (1, 1, '\(day)', 10, 60, 60, 1)"

  private static let time: [ActionExample] = [
    .init(action: EnableActuals(allowUnknown: false, autofillFrom: day), says: "Actuals are on. Next: rota import"),
    .init(action: DisableActuals(), says: "Actuals are off; what was imported stays."),
    .init(
      action: TypeActual(cell, billable: 30, nonbillable: nil, role: nil), says: "Typed Ana · Alpha (Acme) · \(day).",
      item: ana),
    .init(action: PurgeActuals(project: "Alpha"), says: "Removed 1 actual (1:00 h,", item: alpha),
    .init(
      action: RezoneEntries(person: "Ana", from: nil, to: nil), says: "Let go of zone and date of 1 entry.", item: ana),
    .init(action: SettleForSource(cell), says: "Ana · Alpha · \(day): the next import writes", sql: conflict),
    .init(action: SettleForLocal(nil), says: "Ana · Alpha · \(day): what was typed stays", sql: conflict),
  ]

  private static let merge = MergeItems(.project, keep: "Alpha", drop: "Beta")

  private static let duplicates: [ActionExample] = [
    .init(action: merge, says: "Merged \"Beta\" into \"Alpha\":", item: alpha),
    .init(
      action: MergeMany(file(["kind": "project", "keep": "Alpha", "drop": "Beta"])), says: "Merged \"Beta\" into"),
    .init(action: UndoMerge(nil), says: "Undid merge 1: project 2 \"Beta\" is back", item: alpha, earlier: [merge]),
    .init(action: DismissPair(.project, "Alpha", "Beta"), says: "Settled: they are different."),
  ]
}
