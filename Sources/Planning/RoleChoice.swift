/// Which role the time of one person on one project on one date counts for (rules 43 and 44).
package struct RoleChoice: Hashable, Sendable {
  /// The letter of rule 43 that gave the answer.
  package enum Step: String, Codable, Sendable {
    case assignedThatDay = "a"
    case assignedOnProject = "b"
    case contractThatDay = "c"
    case nearestContract = "d"
    case unknown = "e"
  }

  package let role: RoleID
  package let step: Step

  /// - Parameters:
  ///   - assignments: the person's assignments on this project only.
  ///   - contracts: all contracts of the person, any order.
  ///   - unknown: the role "Unknown".
  package init(
    on day: CalendarDay, assignments: [Assignment], contracts: [Contract], unknown: RoleID
  ) {
    let covering = assignments.filter { $0.covers(day) }
    let contractRole = contracts.first { $0.covers(day) }?.role
    if !covering.isEmpty {
      self.init(role: Self.preferred(among: covering, contractRole: contractRole), step: .assignedThatDay)
    } else if let only = assignments.first?.role, assignments.allSatisfy({ $0.role == only }) {
      self.init(role: only, step: .assignedOnProject)
    } else if let contractRole {
      self.init(role: contractRole, step: .contractThatDay)
    } else if let nearest = Self.nearest(to: day, among: contracts) {
      self.init(role: nearest.role, step: .nearestContract)
    } else {
      self.init(role: unknown, step: .unknown)
    }
  }

  private init(role: RoleID, step: Step) {
    self.role = role
    self.step = step
  }

  /// Rule 44: the contract's role if it is among them, else most assigned minutes, else the lowest id.
  private static func preferred(among covering: [Assignment], contractRole: RoleID?) -> RoleID {
    if let contractRole, covering.contains(where: { $0.role == contractRole }) { return contractRole }
    let minutes = Dictionary(covering.map { ($0.role, $0.minutesPerDay) }, uniquingKeysWith: +)
    return minutes.max { ($0.value, $1.key) < ($1.value, $0.key) }!.key
  }

  /// Rule 43d: fewest days away; on a tie the earlier contract.
  private static func nearest(to day: CalendarDay, among contracts: [Contract]) -> Contract? {
    contracts.min { distance($0, to: day) < distance($1, to: day) }
  }

  private static func distance(_ contract: Contract, to day: CalendarDay) -> (Int, Int) {
    if let start = contract.startsOn, day < start { return (start - day, 1) }
    return (contract.endsOn.map { day - $0 } ?? 0, 0)
  }
}
