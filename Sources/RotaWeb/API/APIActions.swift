import Foundation
import Planning
import PlanningStore
import Steering

/// An action as the API takes it: its name in the change log, who may, and how its arguments become it.
struct APIAction: Sendable {
  let name: String
  let right: Right
  let make: @Sendable (APIArguments) throws -> any Action

  init(_ name: String, _ right: Right = .planner, _ make: @escaping @Sendable (APIArguments) throws -> any Action) {
    self.name = name
    self.right = right
    self.make = make
  }

  static let all: [APIAction] = items + plan + rows + references + time + duplicates

  private static let items: [APIAction] = [
    APIAction("items.archive") { ArchiveItems(try $0.kind(), try $0.texts("items")) },
    APIAction("items.unarchive") { UnarchiveItems(try $0.kind(), try $0.texts("items")) },
    APIAction("items.edit") { EditItem(try $0.kind(), try $0.text("item"), try $0.fields()) },
    APIAction("items.delete", .admin) {
      DeleteItem(
        try $0.kind(), try $0.text("item"), cascade: try $0.flag("cascade"), ignore: try $0.flag("ignore"))
    },
    APIAction("items.tag") { TagItem(try $0.kind(), try $0.text("item"), try $0.text("tag")) },
    APIAction("items.untag") { UntagItem(try $0.kind(), try $0.text("item"), try $0.text("tag")) },
    APIAction("projects.sync_off", .admin) {
      TurnSyncOff(project: try $0.text("project"), purge: try $0.flag("purge"))
    },
    APIAction("clients.add") { AddClient(name: try $0.text("name")) },
    APIAction("projects.add") {
      AddProject(
        name: try $0.text("name"), client: try $0.text("client"), isBillable: try $0.flag("is_billable", else: true),
        actualsFrom: try $0.optional("actuals_from"))
    },
    APIAction("people.add") {
      AddPerson(
        name: try $0.text("name"), email: try $0.optional("email"), role: try $0.optional("role"),
        timeZone: try $0.optional("time_zone"), holidayGroup: try $0.optional("holiday_group"),
        actualsFrom: try $0.optional("actuals_from"))
    },
    APIAction("people.set_role") {
      GiveRole(
        role: try $0.text("role"), people: try $0.texts("people", else: []), unknown: try $0.flag("unknown"),
        createRole: try $0.flag("create_role"), from: try $0.day("from"))
    },
  ]

  private static let plan: [APIAction] = [
    APIAction("roles.add") { AddRole(name: try $0.text("name")) },
    APIAction("roles.edit") { RenameRole(name: try $0.text("name"), newName: try $0.text("new_name")) },
    APIAction("roles.delete") { DeleteRole(name: try $0.text("name")) },
    APIAction("contracts.set") {
      SetContract(
        person: try $0.text("person"), from: try $0.day("from"), role: try $0.optional("role"),
        to: try $0.optional("to"), minutesPerDay: try $0.optional("minutes_per_day"),
        workingDays: try $0.optional("working_days"))
    },
    APIAction("contracts.end") {
      EndContract(person: try $0.text("person"), on: try $0.needed("on", $0.day("on")))
    },
    APIAction("lock.set", .admin) {
      SetLock(until: try $0.needed("until", $0.day("until")), project: try $0.optional("project"))
    },
    APIAction("lock.clear", .admin) { ClearLock(project: try $0.optional("project")) },
  ]

  private static let rows: [APIAction] =
    of(AssignmentRows.self) + of(TimeOffRows.self) + of(HolidayRows.self)
    + taken(AssignmentRows.self) + taken(TimeOffRows.self) + taken(HolidayRows.self)
    + of(ContractRows.self).filter { ["contracts.delete", "contracts.import"].contains($0.name) }

  private static func of<Subject: RowSubject>(_ subject: Subject.Type) -> [APIAction] {
    [
      APIAction(AddRow<Subject>.name) { AddRow<Subject>(try $0.fields()) },
      APIAction(EditRow<Subject>.name) { EditRow<Subject>(try $0.id("id"), try $0.fields()) },
      APIAction(DeleteRows<Subject>.name) { DeleteRows<Subject>(try $0.ids("ids")) },
      APIAction(ImportRows<Subject>.name) {
        ImportRows<Subject>(
          try $0.lines(), skipsSame: try $0.flag("skip_existing"), replaces: try $0.flag("replace")
        ) { _ in }
      },
    ]
  }

  private static func taken<Subject: ClockifyRowSubject>(_ subject: Subject.Type) -> [APIAction] {
    [
      APIAction(TakeFromClockify<Subject>.name) { _ in TakeFromClockify<Subject>() },
      APIAction(PurgeFromClockify<Subject>.name) { _ in PurgeFromClockify<Subject>() },
    ]
  }

  private static let references: [APIAction] = [
    APIAction("references.link") {
      LinkItem(try $0.kind(), try $0.text("item"), clockifyID: try $0.text("clockify_id"))
    },
    APIAction("references.unlink") { UnlinkItem(try $0.kind(), try $0.text("item")) },
    APIAction("references.ignore") {
      IgnoreReference(try $0.kind(), clockifyID: try $0.text("clockify_id"), note: try $0.optional("note"))
    },
    APIAction("references.unignore") { UnignoreReference(try $0.kind(), clockifyID: try $0.text("clockify_id")) },
    APIAction("references.acknowledge") {
      AcknowledgeItem(try $0.kind(), try $0.text("item"), note: try $0.optional("note"))
    },
    APIAction("references.unacknowledge") { UnacknowledgeItem(try $0.kind(), try $0.text("item")) },
    APIAction("references.import") { ImportReferences(try $0.lines()) },
    APIAction("drift.accept") { AcceptDrift(try $0.drift()) },
    APIAction("drift.dismiss") { DismissDrift(try $0.drift()) },
  ]

  private static let time: [APIAction] = [
    APIAction("actuals.enable", .admin) {
      EnableActuals(allowUnknown: try $0.flag("allow_unknown"), autofillFrom: try $0.day("autofill_from"))
    },
    APIAction("actuals.disable", .admin) { _ in DisableActuals() },
    APIAction("switch.turn", .admin) { TurnSwitch(try $0.subject(), isOn: try $0.flag("is_on")) },
    APIAction("actuals.set") {
      TypeActual(
        try $0.cell(), billable: try $0.whole("billable"), nonbillable: try $0.whole("nonbillable"),
        role: try $0.optional("role"), force: try $0.flag("force"))
    },
    APIAction("actuals.purge", .admin) {
      PurgeActuals(
        run: try $0.whole("run").map(Int64.init), project: try $0.optional("project"), origin: try $0.origin(),
        withItems: try $0.flag("with_items"))
    },
    APIAction("actuals.rezone", .admin) {
      RezoneEntries(person: try $0.optional("person"), from: try $0.day("from"), to: try $0.day("to"))
    },
    APIAction("conflicts.take_source") { SettleForSource(try $0.cellOrAll()) },
    APIAction("conflicts.keep_local") { SettleForLocal(try $0.cellOrAll()) },
  ]

  private static let duplicates: [APIAction] = [
    APIAction("duplicates.merge") {
      MergeItems(try $0.kind(), keep: try $0.text("keep"), drop: try $0.text("drop"))
    },
    APIAction("duplicates.merge_many") { MergeMany(try $0.lines()) },
    APIAction("duplicates.undo") { UndoMerge(try $0.whole("merge").map(Int64.init)) },
    APIAction("duplicates.dismiss") {
      DismissPair(try $0.kind(), try $0.text("one"), try $0.text("other"), undo: try $0.flag("undo"))
    },
  ]
}

/// What an action is given: one JSON object, read strictly.
final class APIArguments {
  private let values: [String: Any]
  private var used: Set<String> = ["dry_run"]

  /// - Throws: `UserError` where it is no JSON object.
  init(_ body: Data) throws {
    guard !body.isEmpty else {
      values = [:]
      return
    }
    guard let values = (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] else {
      throw UserError("the body must be one JSON object")
    }
    self.values = values
  }

  /// - Throws: `UserError` where something was given that the action does not know.
  func refuseUnused() throws {
    guard let other = values.keys.sorted().first(where: { !used.contains($0) }) else { return }
    throw UserError(
      "there is no argument \"\(other)\"",
      next: .outside("there are: \(used.sorted().joined(separator: ", "))"))
  }

  private func value(_ name: String) -> Any? {
    used.insert(name)
    return values[name].flatMap { $0 is NSNull ? nil : $0 }
  }

  func needed<Value>(_ name: String, _ value: Value?) throws -> Value {
    guard let value else { throw UserError("\(name) is missing") }
    return value
  }

  /// Ids may stand as numbers.
  func optional(_ name: String) throws -> String? {
    switch value(name) {
    case nil: nil
    case let text as String: text
    case let number as NSNumber where !number.isFlag: number.stringValue
    default: throw UserError("\(name) must be a text")
    }
  }

  func text(_ name: String) throws -> String { try needed(name, optional(name)) }

  func texts(_ name: String, else none: [String]? = nil) throws -> [String] {
    guard let given = value(name) else { return try needed(name, none) }
    guard let all = given as? [Any] else { throw UserError("\(name) must be a list") }
    return try all.map { one in
      if let text = one as? String { return text }
      guard let number = one as? NSNumber, !number.isFlag else { throw UserError("\(name) must be a list of texts") }
      return number.stringValue
    }
  }

  func flag(_ name: String, else none: Bool = false) throws -> Bool {
    guard let given = value(name) else { return none }
    guard let number = given as? NSNumber, number.isFlag else { throw UserError("\(name) must be true or false") }
    return number.boolValue
  }

  func whole(_ name: String) throws -> Int? {
    try optional(name).map { text in
      guard let number = Int(text) else { throw UserError("\(name) must be a whole number") }
      return number
    }
  }

  func id(_ name: String) throws -> Int64 { Int64(try needed(name, whole(name))) }

  func ids(_ name: String) throws -> [Int64] {
    try texts(name).map { text in
      guard let id = Int64(text) else { throw UserError("\(name) must be a list of ids") }
      return id
    }
  }

  func day(_ name: String) throws -> CalendarDay? {
    try optional(name).map { text in
      guard let day = CalendarDay(text) else {
        throw UserError("\(name) \"\(text)\" is no date: it must be like 2026-03-09")
      }
      return day
    }
  }

  func kind() throws -> PlanSnapshot.Kind {
    let text = try text("kind")
    guard let kind = PlanSnapshot.Kind(rawValue: text) else {
      throw UserError("kind \"\(text)\" must be client, project or person")
    }
    return kind
  }

  func subject() throws -> SwitchSubject {
    let text = try text("subject")
    guard let subject = SwitchSubject(rawValue: text) else {
      throw UserError("subject must be \(SwitchSubject.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return subject
  }

  func origin() throws -> Origin? {
    try optional("origin").map { text in
      guard let origin = Origin(rawValue: text), origin != .manual else {
        throw UserError("origin must be clockify or autofill")
      }
      return origin
    }
  }

  func cell() throws -> TypedCell {
    TypedCell(person: try text("person"), project: try text("project"), day: try needed("date", day("date")))
  }

  /// nil: all; it must be said.
  func cellOrAll() throws -> TypedCell? {
    if try flag("all") { return nil }
    return try cell()
  }

  func drift() throws -> DriftChoice {
    if try flag("all") { return DriftChoice(kind: nil, item: nil, field: nil) }
    return DriftChoice(kind: try kind(), item: try text("item"), field: try optional("field"))
  }

  /// Text by the schema's column name.
  func fields() throws -> [String: String] {
    let given = value("fields")
    guard let given = given as? [String: Any] else { throw UserError("fields must be an object") }
    return try Self.fields(given, "fields")
  }

  /// Rows as a file has them.
  func lines() throws -> FileLines {
    guard let given = value("lines") as? [Any] else { throw UserError("lines must be a list of objects") }
    let lines = try given.enumerated().map { index, line in
      guard let line = line as? [String: Any] else { throw UserError("lines must be a list of objects") }
      return PlanLine(number: index + 1, fields: try Self.fields(line, "line \(index + 1)"))
    }
    return FileLines(path: "lines", lines: lines)
  }

  private static func fields(_ given: [String: Any], _ place: String) throws -> [String: String] {
    try given.compactMapValues { value in
      switch value {
      case is NSNull: nil
      case let text as String: text
      case let number as NSNumber: number.isFlag ? (number.boolValue ? "yes" : "no") : number.stringValue
      default: throw UserError("\(place): a value must be a text, a number or true or false")
      }
    }
  }
}

extension NSNumber {
  /// true or false, not a number.
  fileprivate var isFlag: Bool { String(cString: objCType) == "c" }
}
