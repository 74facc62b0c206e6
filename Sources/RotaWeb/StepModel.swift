import Planning
import Steering

/// What one can do next: a page to go to, or what to type where there is no page for it.
struct StepModel: Sendable {
  let link: LinkModel?
  let command: String?

  init(_ step: NextStep, _ visit: Visit) {
    link = step.page.map { LinkModel(path: $0.path, label: $0.label) }
    command = link == nil ? step.command : nil
  }
}

struct LinkModel: Sendable {
  let path: String
  let label: String
}

extension NextStep {
  /// Where a page does it; nil: nowhere yet.
  package var page: (path: String, label: String)? {
    switch self {
    case .importNow: ("/integration#import", "Import now")
    case .importDates(let since, let until):
      ("/integration?since=\(since)\(until.map { "&until=\($0)" } ?? "")#import", "Import these dates")
    case .confirmDeletes(let run): ("/runs/\(run)#held", "Look first")
    case .check: ("/integration?check=now#connection", "Check the connection")
    case .status: ("/", "Home")
    case .runs: ("/runs", "See the runs")
    case .run(let run): ("/runs/\(run)", "See run \(run)")
    case .fixUnknownRoles, .giveRolesOrAllowUnknown: ("/people?role=Unknown", "Give roles")
    case .giveRoleFrom(_, let person): ("/people/\(person)#role", "Say from when")
    case .enableActuals: ("/integration#actuals", "Turn actuals on")
    case .explain(let cell): ("/cells/\(cell.person)/\(cell.project)/\(cell.day)", "See why")
    case .items(.person): ("/people", "See people")
    case .contracts(let person): ("/people/\(person)", "See the contracts")
    case .unarchive(.person, let person), .archive(.person, let person): ("/people/\(person)", "See the person")
    case .either(let one, let other): one.page ?? other.page
    default: nil
    }
  }
}
