import Planning
package import PlanningStore

/// Why a change to the plan was refused, for people.
extension PlanRefusal {
  package var message: String {
    switch self {
    case .noItem(let kind, let text, let meant): "there is no \(kind.rawValue) \"\(text)\"\(Self.suggestion(meant))"
    case .noItemWithID(let kind, let id): "there is no \(kind.rawValue) \(id)"
    case .ambiguous(let text, let kind, let candidates):
      "\"\(text)\" is ambiguous: "
        + candidates.map { "\(kind.rawValue) \($0.id) \($0.name)" }.joined(separator: ", ")
    case .noRole(let name, let meant): "there is no role \"\(name)\"\(Self.suggestion(meant))"
    case .noRow(let noun, let id): "there is no \(noun.one) \(id)"
    case .missing(let column): "\(column) is missing"
    case .cannotBeEmpty(let column): "\(column) cannot be empty"
    case .badValue(let column, let text, let wanted): Self.badValue(column, text, wanted)
    case .roleNeeded: "the person has no contract on the first date, so the role must be given"
    case .endsBeforeStart(let end, let start): "it ends (\(end)) before it starts (\(start))"
    case .same(let noun, let id): "\(noun.one) \(id) says the same already"
    case .repeatsLine(let line): "it repeats line \(line)"
    case .mayChange(let noun, let ids, let key):
      "it may change \(noun.many) \(ids.map(String.init).joined(separator: ", ")): they have the same \(Self.words(key))"
    case .saysOtherwise(let noun, let id, let key, let differences):
      "\(noun.one) \(id) has the same \(Self.words(key)) and says otherwise: "
        + differences.map { "\($0.column) \($0.there ?? "empty"), here \($0.here ?? "empty")" }.joined(separator: "; ")
    case .overlapsContract(let id, let from, let to):
      "it overlaps contract \(id) of the same person, from \(from ?? "the beginning") \(to.map { "to \($0)" } ?? "on")"
    case .severalContracts(let count): "the person has \(count) contracts: say from when"
    case .firstContractNeedsRole: "the person has no contract yet, so the role must be given"
    case .laterContract(let id, let from): "contract \(id) begins later, on \(from)"
    case .noContract(_, let day): "the person has no contract on \(day)"
    case .locked(let day): "\(day) is locked; nothing was changed"
    case .noConflict: "there is no conflict on that person, project and date"
    case .nothingTyped: "nothing was typed there in that role"
    case .notClockifyID(let text): "\"\(text)\" is no Clockify id: it must have 24 hexadecimal digits"
    case .linkedAlready(let id, let kind, let item): "\(id) is already linked to \(kind.rawValue) \(item)"
    case .otherKind(let id, let kind, let wanted):
      "\(id) is a \(kind.rawValue) in Clockify, not a \(wanted.rawValue)"
    case .clientNotLinked(let project, let client):
      "project \(project) moved in Clockify to client \(client ?? "NULL"), which is not linked here"
    case .takesTimeWithoutProject(let project):
      "project \(project) takes the time without a project (setting import: catch_all_project); nothing was changed"
    case .mergedWithItself(let kind, let id): "\(kind.rawValue) \(id) cannot be merged with itself"
    case .isBeingPushed(let kind, let id):
      "\(kind.rawValue) \(id) is being created in Clockify, and whether it was is not known yet"
    case .isIgnored(_, let id): "the Clockify id \(id) of one of them is on the ignore list"
    case .noMerge(let merge): merge.map { "there is no merge \($0)" } ?? "there is no merge to undo"
    case .undoneAlready(let merge): "merge \(merge) was undone already"
    case .laterMerge(let merge): "merge \(merge) came later and builds on it"
    case .changedSince(let merge, let table, let key): "\(table) \(key) was changed after merge \(merge)"
    case .goneSince(let merge, let constraint):
      "something that merge \(merge) builds on was deleted or replaced since (\(constraint)); nothing was changed"
    }
  }

  package var next: NextStep? {
    switch self {
    case .noItem(let kind, _, _): .items(kind)
    case .ambiguous: .outside("name it by id")
    case .noRole(let name, _): .either(.roles, .addRole(name))
    case .mayChange: .outside("change them by id: edit, delete")
    case .saysOtherwise:
      .outside("add --replace to change what is there, or enter a second one beside it with 'add'")
    case .overlapsContract: .endContract
    case .severalContracts: .outside("add --from YYYY-MM-DD")
    case .firstContractNeedsRole: .outside("add --role ROLE")
    case .laterContract(let id, _): .deleteContract(id)
    case .noContract(let person, _): .contracts(person)
    case .locked: .locks
    case .noConflict: .conflicts
    case .clientNotLinked(let project, let client):
      client.map { .link(.client, item: nil, clockifyID: $0) } ?? .dismissDrift(.project, project)
    case .takesTimeWithoutProject: .outside("name another project there, or none, and run this again")
    case .isBeingPushed: .either(.pushes, .importNow)
    case .isIgnored(let kind, let id): .either(.unignore(kind, id), .unlink(kind))
    case .noMerge: .merges
    case .laterMerge(let merge): .undoMerge(merge)
    case .changedSince: .outside("change it back, or correct the items by hand")
    case .goneSince: .outside("correct the items by hand")
    default: nil
    }
  }

  private static func badValue(_ column: String, _ text: String, _ wanted: Wanted) -> String {
    let value = "\(column) \"\(text)\""
    return switch wanted {
    case .date: "\(value) is no date that exists; write YYYY-MM-DD"
    case .minutes(let range): "\(value) must be whole minutes from \(range.lowerBound) to \(range.upperBound)"
    case .flag: "\(value) must be yes or no"
    case .weekdays: "\(value) must be weekdays, as in mon,tue,wed"
    case .zone: "\(value) is no time zone known here"
    case .text: "\(column) is blank"
    }
  }

  private static func suggestion(_ meant: String?) -> String { meant.map { ". Did you mean \"\($0)\"?" } ?? "" }

  /// `person_id` is called person.
  private static func words(_ columns: [String]) -> String {
    columns.map { $0.hasSuffix("_id") ? String($0.dropLast(3)) : $0 }.joined(separator: ", ")
  }
}

extension Hanging {
  /// `2 assignments`, `1 row typed by hand`.
  package var words: String {
    let (one, many) =
      switch what {
      case .project: ("project", "projects")
      case .assignment: ("assignment", "assignments")
      case .actual: ("actual", "actuals")
      case .contract: ("contract", "contracts")
      case .absence: ("absence", "absences")
      case .typed: ("row typed by hand", "rows typed by hand")
      case .locked: ("row on locked dates", "rows on locked dates")
      }
    return "\(count) \(count == 1 ? one : many)"
  }
}
