extension AuditCause {
  var words: String {
    switch self {
    case .notImportedYet: "not imported yet"
    case .typed: "typed or edited by hand"
    case .locked: "locked"
    case .changedByHand: "rows removed or moved by hand"
    case .syncOff: "sync_off"
    case .personArchived: "person archived here"
    case .ignored: "on the ignore list: what was placed stays"
    case .withoutLink(let kind, _): "leftover: \(kind.rawValue) without a link"
    case .held(let reason, _): "held: \(reason.words)"
    case .nothingBehind: "leftover: no entry stands behind it"
    case .changedOutsideWindow(_, let run): "changed outside the window\(Self.lastRead(run))"
    case .changed(let run): "changed in Clockify\(Self.lastRead(run))"
    }
  }

  var next: NextStep {
    switch self {
    case .notImportedYet, .changedByHand, .changed: .importNow
    case .typed: .conflicts
    case .locked: .locks
    case .syncOff(let project): .untagSyncOff(project)
    case .personArchived(let person): .unarchive(.person, person)
    case .ignored(let kind, let id): .unignore(kind, id)
    case .withoutLink(let kind, let name): .findReference(name, kind)
    case .held(.deleteBrake, _): .status
    case .held(_, let cell), .nothingBehind(let cell): .explain(cell)
    case .changedOutsideWindow(let day, _): .importDates(since: day, until: day)
    }
  }

  private static func lastRead(_ run: Int64?) -> String { run.map { ", last read by run \($0)" } ?? "" }
}
