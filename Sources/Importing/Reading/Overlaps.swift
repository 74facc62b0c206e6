import ClockifyAPI
import Planning
import PlanningStore

/// Finds entries that begin before the same person's last one ended (rule 32), slice by slice, newest slice first; a page
/// of somebody's own list is such a slice.
struct Overlaps {
  private struct Begin {
    let start: Int
    let project: String
  }

  /// Each person's first entry in the newer slices that were read: from there on everything has been looked at.
  private var firstOfNewer: [String: Begin] = [:]

  private var firstOfPass: [String: Begin] = [:]
  private var busyUntil: [String: Int] = [:]
  private var found: [(warning: EntryWarning, seconds: Int)] = []

  mutating func beginPass() {
    firstOfPass = [:]
    busyUntil = [:]
    found = []
  }

  /// Pages come in order of start.
  mutating func note(_ page: ArrivedPage) {
    for index in page.byStart where page.entries[index].isCounted { note(page.entries[index].entry) }
  }

  private mutating func note(_ entry: ClockifyTimeEntry) {
    guard let end = entry.end, entry.start < firstOfNewer[entry.userID]?.start ?? .max else { return }
    let project = entry.projectID ?? ""
    if let busy = busyUntil[entry.userID] {
      if entry.start < busy { note(entry.userID, project, seconds: min(end, busy) - entry.start) }
      if end > busy { busyUntil[entry.userID] = end }
    } else {
      firstOfPass[entry.userID] = Begin(start: entry.start, project: project)
      busyUntil[entry.userID] = end
    }
  }

  /// Takes the last pass over the slice for true, and looks over its edge into the newer ones.
  mutating func endSlice(into reading: inout EntryReading) {
    for (user, next) in firstOfNewer {
      if let busy = busyUntil[user], next.start < busy { note(user, next.project, seconds: busy - next.start) }
    }
    for overlap in found { reading.warn(overlap.warning, seconds: overlap.seconds) }
    firstOfNewer.merge(firstOfPass) { _, older in older }
    beginPass()
  }

  private mutating func note(_ user: String, _ project: String, seconds: Int) {
    found.append((EntryWarning(code: .overlap, user: user, project: project), seconds))
  }
}
