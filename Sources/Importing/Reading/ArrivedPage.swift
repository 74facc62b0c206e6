import ClockifyAPI
import Planning
import PlanningStore

/// One entry as it arrived: its row of the mirror, and what no row keeps.
struct ArrivedEntry: Sendable {
  let mirrored: MirrorEntry
  let userName: String?
  let userEmail: String?
  /// The duration that Clockify states.
  let statedSeconds: Int?

  init(_ entry: ClockifyTimeEntry) {
    mirrored = MirrorEntry(entry)
    userName = entry.userName
    userEmail = entry.userEmail
    statedSeconds = entry.statedSeconds
  }

  /// Working time that counts, wherever it goes (rules 31, 32, 93).
  var isCounted: Bool { mirrored.seconds > 0 && (mirrored.type == nil || mirrored.type == "REGULAR") }
}

/// A page of entries, with all that can be done before it is its turn: made beside the writing of the page before it.
struct ArrivedPage: Sendable {
  /// As they came: mostly in order of start.
  let entries: [ArrivedEntry]
  /// In order of id, in which the mirror is written fastest: ids begin with the time at which they were made.
  let byID: [Int]
  /// In order of start, for overlaps.
  let byStart: [Int]

  init(_ page: [ClockifyTimeEntry]) {
    entries = page.map(ArrivedEntry.init)
    byID = page.indices.sorted { page[$0].id < page[$1].id }
    byStart = page.indices.sorted { page[$0].start < page[$1].start }
  }
}

extension MirrorEntry {
  fileprivate init(_ entry: ClockifyTimeEntry) {
    var content = ContentHash()
    content.add(entry.userID)
    content.add(entry.projectID)
    content.add(entry.start)
    content.add(entry.end)
    content.add(entry.billable.map { $0 ? "1" : "0" })
    content.add(entry.type)
    self.init(
      id: entry.id, userID: entry.userID, projectID: entry.projectID, taskID: entry.taskID,
      description: entry.description, billable: entry.billable, type: entry.type, start: Instant(seconds: entry.start),
      end: entry.end.map { Instant(seconds: $0) }, timeZone: entry.timeZone,
      contentHash: Int64(bitPattern: content.value),
      detailHash: Int64(bitPattern: ContentHash.of(entry.taskID, entry.description)))
  }
}
