import Planning
import Steering

/// What one can do next: a page to go to, or what to type where there is no page for it.
struct StepModel: Sendable {
  let link: LinkModel?
  let command: String?
  /// What is done elsewhere. Named as nothing around it is: a name that holds nothing is looked up there.
  let elsewhere: String?

  init(_ step: NextStep, _ visit: Visit) {
    link = step.page.map { LinkModel(path: $0.path, label: $0.label) }
    switch step {
    case _ where link != nil, .options: (command, elsewhere) = (nil, nil)
    case .outside(let text): (command, elsewhere) = (nil, text.sentence)
    default: (command, elsewhere) = (step.command, nil)
    }
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
    case .replica: nil
    case .run(let run): ("/runs/\(run)", "See run \(run)")
    case .fixUnknownRoles, .giveRolesOrAllowUnknown: ("/people?role=Unknown", "Give roles")
    case .giveRoleFrom(_, let person): ("/people/\(person)#role", "Say from when")
    case .enableActuals: ("/integration#actuals", "Turn actuals on")
    case .explain(let cell): ("/cells/\(cell.person)/\(cell.project)/\(cell.day)", "See why")
    case .items(let kind): ("/\(kind.pages)", "See \(kind.pages)")
    case .unarchive(let kind, let item), .archive(let kind, let item), .cascade(let kind, let item):
      ("/\(kind.pages)/\(item)", "See the \(kind.rawValue)")
    case .untagSyncOff(let project): ("/projects/\(project)", "See the project")
    case .turnOn: ("/integration#switches", "Switch it on")
    case .typeAnyway: ("#anyway", "Tick below if it is meant")
    case .duplicatesOf(let kind): ("/duplicates?kind=\(kind.rawValue)", "Review")
    case .reviewDuplicates, .mergeDuplicates: ("/duplicates", "Review")
    case .merges: ("/duplicates/merges", "See the merges")
    case .undoMerge(let merge): ("/duplicates/merges#merge\(merge)", "Undo it")
    case .conflicts: ("/conflicts", "Settle")
    case .drift, .dismissDrift: ("/drift", "Look")
    case .acknowledge: ("/unsettled", "See")
    case .references: ("/references", "See the links")
    case .referencesOf(let kind), .unlink(let kind): ("/references?kind=\(kind.rawValue)", "See the links")
    case .findReference(let name, let kind):
      ("/references?kind=\(kind.rawValue)&q=\(Fields.encoded(name))", "Find it")
    case .link(let kind, let item?, _): ("/references/\(kind.rawValue)/\(item)", "Link it")
    case .ignore, .unignore: ("/references?state=ignored", "See what is never imported")
    case .exportReferences: ("/references/export", "Get the file as it must be")
    case .pushes: ("/push", "Look at what waits for Clockify")
    case .roles, .addRole: ("/roles", "See the roles")
    case .contracts(let person): ("/people/\(person)/plan", "See the contracts")
    case .addHoliday: ("/holidays", "See the holidays")
    case .columns: nil
    case .locks, .lock: ("/locks", "See the locks")
    case .either(let one, let other): one.page ?? other.page
    default: nil
    }
  }
}
