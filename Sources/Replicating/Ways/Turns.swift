import ClockifyAPI
import Planning
import PlanningStore

/// What is asked for person by person: some each run, who was read longest ago first.
extension ReplicaEngine {
  /// After so many nights everybody was read.
  private static let nights = 30

  func readTurns(_ kind: ReplicaKind, into intake: inout ReplicaIntake) async throws {
    guard case .turns(let path) = kind.request else { return }
    let members = try context.database.read { try $0.replica.activeMembers(in: context.workspace) }
    let readAt = try intake.column("read_at")
    let turn = members.sorted { (readAt[$0].text, $0) < (readAt[$1].text, $1) }
    let today = "\(context.now.utcDay)"
    let quota = options.isFull ? members.count : options.isSlow ? 1 : (members.count + Self.nights - 1) / Self.nights
    // A second run on the same day asks nobody else.
    let wanted = options.isFull ? quota : quota - members.count { readAt[$0].text.hasPrefix(today) }
    var read = 0
    for id in turn where read < wanted {
      do {
        let tree = try await source.rawObject(at: path.replacing("{id}", with: id), in: context.workspace)
        try intake.take([kind.table.row(id, tree, withMoney: context.withMoney)])
        try intake.note([(id, [("read_at", .text(context.now.description))])])
        read += 1
      } catch let error as ClockifyError where error.code == .entityMissing {
        // Left since the list of people was read.
      }
    }
    let here = try context.database.read { try $0.replica.ids(of: "clockify_user", in: context.workspace) }
    try intake.markGone(try intake.missing().filter { !Set(here).contains($0) })
    let done = members.count { intake.came.contains($0) || readAt[$0] != nil }
    if done < members.count {
      intake.outcome.state = .waiting
      intake.outcome.turns = (done, members.count)
      intake.outcome.code = "by_turns"
    }
  }
}

extension ReplicaField? {
  /// Never read sorts first.
  fileprivate var text: String { if case .text(let text) = self { text } else { "" } }
}
