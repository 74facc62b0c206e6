import ClockifyAPI
import Planning
import PlanningStore

/// One entry as it arrived, with its row of the mirror.
struct ArrivedEntry: Sendable {
  let entry: ClockifyTimeEntry
  let mirrored: MirrorEntry

  init(_ entry: ClockifyTimeEntry) {
    self.entry = entry
    mirrored = MirrorEntry(entry)
  }

  /// Working time that counts, wherever it goes (rules 31, 32, 93).
  var isCounted: Bool { mirrored.seconds > 0 && (entry.type == nil || entry.type == "REGULAR") }
}

/// A page of entries, with all that can be done before it is its turn: made beside the writing of the page before it.
struct ArrivedPage: Sendable {
  /// In order of id, in which the mirror is written fastest: ids begin with the time at which they were made.
  let entries: [ArrivedEntry]
  /// The same in order of start, for overlaps.
  let byStart: [Int]

  init(_ page: [ClockifyTimeEntry]) {
    let entries = page.sorted { $0.id < $1.id }.map(ArrivedEntry.init)
    self.entries = entries
    byStart = entries.indices.sorted { entries[$0].entry.start < entries[$1].entry.start }
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
