import Planning
import PlanningStore
import Steering

/// A field of a form for what planners keep, by its column of the plan.
struct FormField: Sendable {
  let name: String
  let label: String
  let value: String
  let type: String
  /// One of these; else it is typed.
  let choices: [Choice]
  let isChoice: Bool
  let hint: String?

  /// - Parameters:
  ///   - stored: nil: nothing, or nothing yet.
  ///   - isGiven: the form came back: what was typed is shown again.
  init(_ column: PlanTable.Column, _ stored: String?, _ options: FieldOptions, _ form: Fields, isGiven: Bool) {
    name = Self.name(column)
    let shown = isGiven ? form[name] ?? "" : column.shown(stored ?? column.flagDefault, options)
    value = shown
    func choice(_ one: String, _ label: String) -> Choice { Choice(value: one, label: label, isChosen: one == shown) }
    var choices: [Choice] =
      switch column.content {
      case .flag: [choice("1", "yes"), choice("0", "no")]
      case .item(let kind): options.items[kind, default: []].map { choice("\($0.id)", $0.name) }
      case .role: options.roles.map { choice($0, $0) }
      default: []
      }
    // What is stored is not taken away by choosing nothing.
    if case .flag = column.content {
    } else if !choices.isEmpty, stored == nil {
      choices.insert(choice("", column.none), at: 0)
    }
    self.choices = choices
    isChoice = !choices.isEmpty
    type =
      if case .date = column.content { "date" } else if column.name == "email" { "email" } else { "text" }
    label = column.label
    hint = column.hint
  }

  static func name(_ column: PlanTable.Column) -> String { "field_\(column.name)" }

  /// What a form says, by the schema's column names; "" where a field was left empty, nothing where it is not in the form.
  static func values(_ table: PlanTable, _ form: Fields) -> [String: String] {
    var values: [String: String] = [:]
    for column in table.columns {
      let name = name(column)
      guard form.items.contains(where: { $0.name == name }) else { continue }
      values[column.name] = column.stored(form[name] ?? "")
    }
    return values
  }

  /// Only what is different from what is stored; a field that was emptied is emptied.
  static func changed(
    _ table: PlanTable, from stored: [String: String], _ options: FieldOptions, _ form: Fields
  ) -> [String: String?] {
    var changed: [String: String?] = [:]
    for column in table.columns {
      let name = name(column)
      guard form.items.contains(where: { $0.name == name }) else { continue }
      let typed = form[name] ?? ""
      guard typed != column.shown(stored[column.name] ?? "", options) else { continue }
      changed[column.name] = .some(typed.isEmpty ? "none" : column.stored(typed))
    }
    return changed
  }
}

/// What can be chosen in forms.
struct FieldOptions: Sendable {
  let items: [PlanSnapshot.Kind: [(id: Int64, name: String)]]
  let roles: [String]
  let roleNames: [RoleID: String]

  /// - Parameter table: only what its columns need.
  init(_ table: PlanTable, _ session: StoreSession) throws {
    let plan = try session.plan.snapshot()
    var items: [PlanSnapshot.Kind: [(id: Int64, name: String)]] = [:]
    for case .item(let kind) in table.columns.map(\.content) {
      items[kind] =
        switch kind {
        case .client: plan.clients.values.map { ($0.id, $0.name) }
        case .project: plan.projects.values.map { ($0.id, "\($0.name) · \(plan.clients[$0.clientID]?.name ?? "")") }
        case .person: plan.people.values.map { ($0.id, $0.name) }
        }
      items[kind]?.sort { ($0.name.lowercased(), $0.id) < ($1.name.lowercased(), $1.id) }
    }
    self.items = items
    roles = plan.roles.values.sorted()
    roleNames = plan.roles
  }
}

extension PlanTable.Column {
  var label: String {
    switch name {
    case "client_id": "Client"
    case "person_id": "Person"
    case "project_id": "Project"
    case "role_id": "Role"
    case "starts_on": "From"
    case "ends_on": "To"
    case "minutes_per_day": "Hours a day"
    case "is_non_working_day": "Also on free days"
    case "working_days": "Days"
    case "is_billable": "Billable"
    case "actuals_from": "No zeros before"
    case "email": "E-mail"
    case "time_zone": "Days of"
    case "holiday_group": "Holidays of"
    default: name.capitalized
    }
  }

  var hint: String? {
    switch name {
    case "time_zone": "a time zone as Europe/Berlin; empty: as Clockify says"
    case "holiday_group": "a group of people; empty: everybody"
    case "minutes_per_day": "as 8:00 or 7.5"
    case "working_days": "as mon,tue,wed"
    default: nil
    }
  }

  /// As the schema fills it in; "" where it is no flag.
  fileprivate var flagDefault: String {
    if case .flag = content { self.default ?? "1" } else { "" }
  }

  /// What nothing chosen is called.
  fileprivate var none: String { name == "role_id" && !isRequired ? "that of the contract" : "choose" }

  /// As a form shows it: minutes are typed as hours.
  fileprivate func shown(_ stored: String, _ options: FieldOptions) -> String {
    switch content {
    case .minutes: Int(stored).map { Words.clock(minutes: $0) } ?? stored
    case .role: Int64(stored).flatMap { options.roleNames[$0] } ?? stored
    default: stored
    }
  }

  /// As it is stored; what is no time stays as it was typed, to be refused with its name.
  fileprivate func stored(_ typed: String) -> String {
    guard case .minutes = content, let minutes = Words.minutes(ofHours: typed) else { return typed }
    return "\(minutes)"
  }

  /// As a list shows it.
  func words(_ stored: String?, _ names: ItemNames, _ options: FieldOptions) -> String {
    guard let stored else {
      return switch name {
      case "starts_on": "always"
      case "ends_on": "open"
      case "minutes_per_day": "the whole day"
      case "holiday_group": "everybody"
      default: ""
      }
    }
    return switch content {
    case .item(let kind): Int64(stored).map { names.name(kind, $0) } ?? stored
    case .role: Int64(stored).flatMap { options.roleNames[$0] } ?? stored
    case .date: CalendarDay(stored).map { "\(Words.weekday($0)) \(Words.day($0))" } ?? stored
    case .minutes: Int(stored).map { Words.clock(minutes: $0) } ?? stored
    case .flag: stored == "0" ? "no" : "yes"
    case .workingDays: stored.listed
    case .zone, .text: stored
    }
  }
}
