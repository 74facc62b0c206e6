import Planning
import PlanningStore

extension NextStep {
  /// As one types it.
  package var command: String {
    switch self {
    case .importNow: "rota import"
    case .importDates(let since, let until): "rota import --since \(since)\(until.map { " --until \($0)" } ?? "")"
    case .confirmDeletes(let run): "rota import --confirm-deletes \(run)"
    case .check: "rota check"
    case .status: "rota status"
    case .setUp: "rota init"
    case .setUpWith(let config): "rota init --config \(config)"
    case .checkDatabase: "rota database check"
    case .migrateDatabase: "rota database migrate"
    case .tryTelling: "rota notify test"
    case .publish(let target): "rota publish --target \(target)"
    case .restoreBackup: "restore a backup"
    case .webhooks: "rota webhooks list"
    case .installWebhooks: "rota webhooks install --again"
    case .runs: "rota runs list"
    case .replica: "rota replica list"
    case .run(let run): "rota runs show \(run)"
    case .fixUnknownRoles: "rota people list --unknown"
    case .giveRoleFrom(let role, let person):
      "say from when: rota people set-role \"\(role)\" \(person) --from YYYY-MM-DD"
    case .giveRolesOrAllowUnknown: "rota people set-role ROLE PERSON…   (or 'rota actuals enable --allow-unknown')"
    case .nameRole: "name the role with --role"
    case .enableActuals: "rota actuals enable"
    case .turnOn(let subject): "rota switch \(subject.rawValue) on"
    case .typeAnyway: "the same with --force, if it is meant"
    case .explain(let cell): "rota actuals explain \(cell.person) \(cell.project) \(cell.day)"
    case .auditFrom(let day): "rota actuals audit --from \(day)"
    case .duplicatesOf(let kind): "rota duplicates list --kind \(kind.rawValue)"
    case .reviewDuplicates: "rota duplicates review"
    case .mergeDuplicates: "rota duplicates merge KIND KEEP DROP --dry-run"
    case .merges: "rota duplicates merges"
    case .undoMerge(let merge): "rota duplicates undo \(merge)"
    case .conflicts: "rota conflicts list"
    case .drift: "rota drift list"
    case .dismissDrift(let kind, let item): "rota drift dismiss \(kind.rawValue) \(item)"
    case .acknowledge(let kind, let item):
      "rota references acknowledge \(kind?.rawValue ?? "KIND") \(item ?? "ID")"
    case .nameCatchAll: "name another under import: catch_all_project"
    case .references: "rota references list"
    case .referencesOf(let kind): "rota references list --kind \(kind.rawValue)"
    case .findReference(let name, let kind): "rota references find \"\(name)\" --kind \(kind.rawValue)"
    case .link(let kind, let item, let clockifyID):
      "rota references link \(kind.rawValue) \(item.map(String.init) ?? kind.rawValue.uppercased()) \(clockifyID ?? "CLOCKIFY_ID")"
    case .unlink(let kind): "rota references unlink \(kind.rawValue) ID"
    case .ignore(let kind, let ids):
      ids.map { "rota references ignore \(kind.rawValue) \($0)" }.joined(separator: "  and  ")
    case .unignore(let kind, let id): "rota references unignore \(kind.rawValue) \(id)"
    case .exportReferences: "rota references export"
    case .pushes: "rota push list"
    case .items(let kind): "rota \(kind.command) list"
    case .cascade(let kind, let item): "rota \(kind.command) delete \(item) --cascade"
    case .archive(let kind, let item): "rota \(kind.command) archive \(item)"
    case .unarchive(let kind, let item): "rota \(kind.command) unarchive \(item)"
    case .untagSyncOff(let project): "rota projects untag \(project) sync_off"
    case .tagSyncOff(let kind, let item, let tag):
      "rota \(kind.command) untag \"\(item)\" \"\(tag)\" && rota \(kind.command) tag \"\(item)\" sync_off"
    case .roles: "rota roles list"
    case .addRole(let name): "rota roles add \(name.map { "\"\($0)\"" } ?? "NAME")"
    case .contracts(let person): "rota people contract list \(person)"
    case .deleteContract(let contract): "rota people contract delete \(contract)"
    case .endContract: "rota people contract end PERSON --on DATE"
    case .addHoliday: "rota holidays add DATE --name NAME"
    case .locks: "rota lock show"
    case .lock: "rota lock set DATE"
    case .options: "see the options with --help"
    case .columns(let subject): "rota \(subject) import -h"
    case .serveDemo: "rota demo --serve --port 0"
    case .demoElsewhere: "rota demo --database ANOTHER.sqlite"
    case .either(let one, let other): "\(one.command)   or   \(other.command)"
    case .outside(let words): words
    }
  }
}

extension PlanSnapshot.Kind {
  /// The command that keeps items of the kind.
  package var command: String { self == .person ? "people" : "\(rawValue)s" }
}
