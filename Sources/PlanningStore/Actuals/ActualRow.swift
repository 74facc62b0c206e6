package import Planning

/// A row of `actual`, minutes.
package struct ActualRow: Hashable, Sendable {
  package var cell: Cell
  package var role: RoleID
  package var billable: Int
  package var nonbillable: Int
  package var origin: Origin
  package var isManual: Bool

  package init(cell: Cell, role: RoleID, billable: Int, nonbillable: Int, origin: Origin, isManual: Bool = false) {
    self.cell = cell
    self.role = role
    self.billable = billable
    self.nonbillable = nonbillable
    self.origin = origin
    self.isManual = isManual
  }

  package var minutes: Int { billable + nonbillable }
}

/// Seconds of the placed entries of one cell in one role.
package struct PlacedSeconds: Sendable {
  package let cell: Cell
  package let role: RoleID
  package let billable: Int
  package let nonbillable: Int
}

extension FastStatement {
  /// A cell of three columns: person, project, date.
  func cell(_ column: Int32) -> Cell {
    Cell(
      person: int64(column), project: int64(column + 1),
      day: day(column + 2) ?? CalendarDay(number: 0))
  }

  /// nil where there is no person or no project.
  func optionalCell(_ column: Int32) -> Cell? {
    isNull(column) || isNull(column + 1) ? nil : cell(column)
  }

  func actual() -> ActualRow {
    ActualRow(
      cell: cell(0), role: int64(3), billable: int(4), nonbillable: int(5),
      origin: Origin(rawValue: text(6)) ?? .manual, isManual: int(7) == 1)
  }
}
