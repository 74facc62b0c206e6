package import Planning

/// Why a change to the plan was refused, as facts; nothing was changed. `Steering` words it.
package enum PlanRefusal: Error, Sendable, Equatable {
  package typealias Kind = PlanSnapshot.Kind

  // What was named
  case noItem(Kind, String, meant: String?)
  case noItemWithID(Kind, Int64)
  case ambiguous(String, Kind, [Candidate])
  case noRole(String, meant: String?)
  case noRow(PlanTable.Noun, Int64)

  // One value of a row
  case missing(column: String)
  case cannotBeEmpty(column: String)
  case badValue(column: String, text: String, wanted: Wanted)

  // A row beside others
  case roleNeeded
  case endsBeforeStart(end: String, start: String)
  case same(PlanTable.Noun, Int64)
  case repeatsLine(Int)
  case mayChange(PlanTable.Noun, [Int64], key: [String])
  case saysOtherwise(PlanTable.Noun, Int64, key: [String], [Difference])

  // Contracts
  case overlapsContract(Int64, from: String?, to: String?)
  case severalContracts(Int)
  case firstContractNeedsRole
  case laterContract(Int64, from: CalendarDay)
  case noContract(PersonID, CalendarDay)

  // Actuals
  case locked(CalendarDay)
  case noConflict
  case nothingTyped

  // Links
  case isBeingPushed(Kind, Int64)
  case notClockifyID(String)
  case linkedAlready(String, Kind, Int64)
  case otherKind(String, is: Kind, not: Kind)
  /// A project moved in Clockify to a client that is not linked here; nil: to none.
  case clientNotLinked(project: Int64, client: String?)

  // Merges
  case takesTimeWithoutProject(ProjectID)
  case mergedWithItself(Kind, Int64)
  case isIgnored(Kind, String)
  /// nil: there is none at all.
  case noMerge(Int64?)
  case undoneAlready(Int64)
  case laterMerge(Int64)
  case changedSince(merge: Int64, table: String, key: String)
  /// - constraint: what the schema said.
  case goneSince(merge: Int64, constraint: String)

  package struct Candidate: Sendable, Equatable {
    package let id: Int64
    package let name: String
  }

  package struct Difference: Sendable, Equatable {
    package let column: String
    /// nil: empty.
    package let there: String?
    package let here: String?
  }

  package enum Wanted: Sendable, Equatable {
    case date, flag, weekdays, zone, text
    case minutes(ClosedRange<Int>)
  }
}
