package import Planning

/// One person, project and date.
package struct Cell: Codable, Hashable, Sendable, Comparable {
  package let person: PersonID
  package let project: ProjectID
  package let day: CalendarDay

  package init(person: PersonID, project: ProjectID, day: CalendarDay) {
    self.person = person
    self.project = project
    self.day = day
  }

  package static func < (left: Cell, right: Cell) -> Bool {
    (left.person, left.project, left.day) < (right.person, right.project, right.day)
  }
}

/// Where one entry's time is, or why it is nowhere: a row of `placement`.
package struct Placement: Hashable, Sendable {
  package enum State: String, Codable, Sendable { case placed, skipped, held, missing, deleted }

  package var pair: Int
  package var state: State
  package var reason: Reason?
  package var zone: String
  package var day: CalendarDay
  package var seconds: Int
  package var isBillable: Bool
  package var person: PersonID?
  package var project: ProjectID?
  package var role: RoleID?
  package var roleStep: RoleChoice.Step?
  /// The content whose seconds are in the actuals.
  package var counted: Int64?
  package var pinned: Int64

  package init(
    pair: Int, state: State, reason: Reason?, zone: String, day: CalendarDay, seconds: Int, isBillable: Bool,
    pinned: Int64
  ) {
    self.pair = pair
    self.state = state
    self.reason = reason
    self.zone = zone
    self.day = day
    self.seconds = seconds
    self.isBillable = isBillable
    self.pinned = pinned
  }

  /// The cell whose actuals hold this entry's time, if any.
  package var countedCell: Cell? {
    counted == nil ? nil : cell
  }

  package var cell: Cell? {
    guard let person, let project else { return nil }
    return Cell(person: person, project: project, day: day)
  }
}

/// What decides about an entry, with what the ledger said of it before this run.
package struct LedgerRow: Sendable {
  /// Its Clockify user and project by their keys, which are quicker to compare than ids; 0: no project.
  package struct Source: Hashable, Sendable {
    package let user: Int
    package let project: Int
  }

  package let key: Int
  package let source: Source
  package let billable: Bool?
  package let type: String?
  package let start: Instant
  package let end: Instant?
  package let timeZone: String?
  package let contentHash: Int64
  package let placement: Placement?

  package var seconds: Int { MirrorEntry.countedSeconds(from: start, to: end) }
  package var isAbsurd: Bool { MirrorEntry.isAbsurd(from: start, to: end) }
}

/// Everything of one Clockify user on one Clockify project.
package struct Pair: Hashable, Sendable {
  package let user: String
  /// "" = no project.
  package let project: String

  package init(user: String, project: String) {
    self.user = user
    self.project = project
  }
}

extension FastStatement {
  /// A placement whose columns begin here, in the order of the table but for the key.
  func placement(from column: Int32, _ texts: Texts) throws -> Placement {
    var placement = Placement(
      pair: int(column), state: Placement.State(rawValue: text(column + 1)) ?? .held,
      reason: optionalText(column + 2).flatMap(Reason.init), zone: try texts.text(int(column + 3)),
      day: day(column + 4) ?? CalendarDay(number: 0), seconds: int(column + 5),
      isBillable: int(column + 6) != 0, pinned: int64(column + 12))
    placement.person = optionalInt64(column + 7)
    placement.project = optionalInt64(column + 8)
    placement.role = optionalInt64(column + 9)
    placement.roleStep = optionalText(column + 10).flatMap(RoleChoice.Step.init)
    placement.counted = optionalInt64(column + 11)
    return placement
  }
}
