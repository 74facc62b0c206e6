import ClockifyAPI
import Planning
import PlanningStore

/// Everything that decides about the entries of one Clockify user on one Clockify project.
struct PairContext: Sendable {
  var personReason: Reason?
  var projectReason: Reason?
  var person: PersonID?
  var project: ProjectID?
  /// Time without a project waits for a catch-all that is gone (rule 91).
  var holdsNoProject = false
  var defaultBillable = true
  var assignments: [Assignment] = []
  var contracts: [Contract] = []
  /// Changes whenever any of the above does, or what freezes the cells of the pair.
  var fingerprint: Int64 = 0
}

/// Where time without a project goes (rules 33, 91).
enum CatchAll: Equatable {
  case none
  case project(ProjectID)
  /// The settings name one that was deleted: its time is held.
  case gone
}

/// Decides about pairs, each once: pure (rules 17 to 21, 33, 45).
struct PairContexts {
  private let matching: Matching
  private let plan: PlanSnapshot
  private let unknownRole: RoleID
  /// Where time without a project goes (rule 33).
  private let catchAll: CatchAll
  private let contractTexts: [PersonID: String]
  private let assignmentsByProject: [PersonID: [ProjectID: [Assignment]]]
  private var known: [Pair: PairContext] = [:]

  init(matching: Matching, plan: PlanSnapshot, unknownRole: RoleID, catchAll: CatchAll) {
    self.matching = matching
    self.plan = plan
    self.unknownRole = unknownRole
    self.catchAll = catchAll
    contractTexts = plan.people.mapValues { person in
      person.plan.contracts.map(\.fingerprintText).joined(separator: ";")
    }
    assignmentsByProject = plan.people.mapValues { Dictionary(grouping: $0.plan.assignments, by: \.project) }
  }

  mutating func of(_ pair: Pair) -> PairContext {
    if let context = known[pair] { return context }
    let made = make(pair)
    known[pair] = made
    return made
  }

  private func make(_ pair: Pair) -> PairContext {
    var context = PairContext()
    switch matching.users[pair.user] ?? .none(.personNotLinked) {
    case .linked(let id):
      context.person = id
      if plan.people[id]?.isFrozen ?? false { context.personReason = .personArchived }
    case .none(let reason): context.personReason = reason
    }
    switch (pair.project.isEmpty, catchAll) {
    case (true, .none): context.projectReason = .noProject
    case (true, .gone):
      context.projectReason = .noProject
      context.holdsNoProject = true
    case (true, .project(let project)): use(.linked(project), in: &context)
    case (false, _): use(matching.projects[pair.project] ?? .none(.projectNotLinked), in: &context)
    }
    if let person = context.person, let project = context.project {
      context.contracts = plan.people[person]?.plan.contracts ?? []
      context.assignments = assignmentsByProject[person]?[project] ?? []
    }
    context.fingerprint = Int64(
      bitPattern: ContentHash.of(
        context.personReason?.rawValue, context.projectReason?.rawValue, context.person.map(String.init),
        context.project.map(String.init), "\(context.defaultBillable)", context.person.flatMap { contractTexts[$0] },
        context.assignments.isEmpty ? nil : context.assignments.map(\.fingerprintText).joined(separator: ";"),
        "\(unknownRole)\(context.holdsNoProject ? "/held" : "")"))
    return context
  }

  private func use(_ match: Match, in context: inout PairContext) {
    switch match {
    case .linked(let id):
      context.project = id
      context.defaultBillable = plan.projects[id]?.isBillable ?? true
      if plan.projects[id]?.isSyncOff ?? false { context.projectReason = .syncOff }
    case .none(let reason): context.projectReason = reason
    }
  }
}

extension PairContext {
  /// The person or the project has no link, or is on the ignore list.
  var hasNoLink: Bool { person == nil || project == nil }
}

extension Contract {
  fileprivate var fingerprintText: String { "\(role)/\(startsOn?.number ?? .min)/\(endsOn?.number ?? .max)" }
}

extension Assignment {
  fileprivate var fingerprintText: String { "\(role)/\(startsOn.number)/\(endsOn.number)/\(minutesPerDay)" }
}
