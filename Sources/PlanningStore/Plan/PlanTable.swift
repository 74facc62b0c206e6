/// A table that planners keep by hand, column by column: what commands and CSV files may say of its rows.
package struct PlanTable: Sendable {
  package struct Column: Sendable {
    package enum Content: Sendable {
      case item(PlanSnapshot.Kind)
      case role
      case date
      case minutes(ClosedRange<Int>)
      case flag
      case workingDays
      case zone
      case text
    }

    /// As in the schema.
    package let name: String
    package let content: Content
    package let isRequired: Bool
    /// As the schema fills it in, as text; nil: it stays empty.
    package let `default`: String?
    /// Rows of the same key are about the same thing: a file that says otherwise changes it.
    package let isKey: Bool

    init(
      _ name: String, _ content: Content, isRequired: Bool = false, isKey: Bool = false, default: String? = nil
    ) {
      self.name = name
      self.content = content
      self.isRequired = isRequired
      self.isKey = isKey
      self.default = `default`
    }

    /// `person_id` is also called `person`.
    package func isCalled(_ header: String) -> Bool {
      header == name || (name.hasSuffix("_id") && header == name.dropLast(3))
    }
  }

  package struct Noun: Sendable, Equatable {
    package let one: String
    package let many: String
  }

  /// As in the schema.
  package let name: String
  /// What a row is called, one and many.
  package let noun: Noun
  package let columns: [Column]

  package static let assignment = PlanTable(
    name: "assignment", noun: Noun(one: "assignment", many: "assignments"),
    columns: [
      Column("person_id", .item(.person), isRequired: true, isKey: true),
      Column("project_id", .item(.project), isRequired: true, isKey: true), Column("role_id", .role),
      Column("starts_on", .date, isRequired: true, isKey: true), Column("ends_on", .date, isRequired: true),
      Column("minutes_per_day", .minutes(0...1440), default: "480"), Column("is_non_working_day", .flag, default: "0"),
    ])

  package static let timeOff = PlanTable(
    name: "time_off", noun: Noun(one: "absence", many: "absences"),
    columns: [
      Column("person_id", .item(.person), isRequired: true, isKey: true),
      Column("starts_on", .date, isRequired: true, isKey: true), Column("ends_on", .date),
      Column("minutes_per_day", .minutes(1...1440)), Column("kind", .text, default: "leave"),
    ])

  package static let holiday = PlanTable(
    name: "holiday", noun: Noun(one: "holiday", many: "holidays"),
    columns: [
      Column("date", .date, isRequired: true, isKey: true), Column("name", .text, default: "Holiday"),
      Column("holiday_group", .text, isKey: true),
    ])

  package static let contract = PlanTable(
    name: "contract", noun: Noun(one: "contract", many: "contracts"),
    columns: [
      Column("person_id", .item(.person), isRequired: true, isKey: true), Column("role_id", .role, isRequired: true),
      Column("starts_on", .date, isKey: true), Column("ends_on", .date),
      Column("minutes_per_day", .minutes(0...1440), default: "480"),
      Column("working_days", .workingDays, default: "mon,tue,wed,thu,fri"),
    ])

  package static let person = PlanTable(
    name: "person", noun: Noun(one: "person", many: "people"),
    columns: [
      Column("name", .text, isRequired: true), Column("email", .text), Column("time_zone", .zone),
      Column("holiday_group", .text), Column("actuals_from", .date),
    ])

  package static let project = PlanTable(
    name: "project", noun: Noun(one: "project", many: "projects"),
    columns: [
      Column("client_id", .item(.client), isRequired: true), Column("name", .text, isRequired: true),
      Column("is_billable", .flag), Column("actuals_from", .date),
    ])

  package static let client = PlanTable(
    name: "client", noun: Noun(one: "client", many: "clients"), columns: [Column("name", .text, isRequired: true)])
}
