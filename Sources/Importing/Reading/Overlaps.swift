import Planning
import PlanningStore

/// Finds entries that begin before the same person's last one ended (rule 32), slice by slice, newest slice first; a page
/// of somebody's own list is such a slice.
struct Overlaps {
  fileprivate struct Begin {
    let start: Instant
    let project: String
  }

  fileprivate struct Person {
    /// The first entry in the newer slices that were read: from there on everything has been looked at.
    var firstOfNewer: Begin?
    var firstOfPass: Begin?
    var busyUntil: Int?
  }

  private var people: [String: Person] = [:]
  private var found: [(warning: EntryWarning, seconds: Int)] = []

  mutating func beginPass() {
    for index in people.values.indices {
      people.values[index].firstOfPass = nil
      people.values[index].busyUntil = nil
    }
    found = []
  }

  /// Pages come in order of start.
  mutating func note(_ page: ArrivedPage) {
    for index in page.byStart where page.entries[index].isCounted {
      let entry = page.entries[index].mirrored
      if let seconds = people[entry.userID, default: Person()].overlap(entry) {
        note(entry.userID, entry.projectID ?? "", seconds: seconds)
      }
    }
  }

  /// Takes the last pass over the slice for true, and looks over its edge into the newer ones.
  mutating func endSlice(into reading: inout EntryReading) {
    for (user, person) in people {
      if let busy = person.busyUntil, let next = person.firstOfNewer, next.start.seconds < busy {
        note(user, next.project, seconds: busy - next.start.seconds)
      }
    }
    for overlap in found { reading.warn(overlap.warning, seconds: overlap.seconds) }
    for index in people.values.indices {
      if let older = people.values[index].firstOfPass { people.values[index].firstOfNewer = older }
    }
    beginPass()
  }

  private mutating func note(_ user: String, _ project: String, seconds: Int) {
    found.append((EntryWarning(code: .overlap, user: user, project: project), seconds))
  }
}

extension Overlaps.Person {
  /// - Returns: how many seconds of the entry lie in the one before it, if any.
  fileprivate mutating func overlap(_ entry: MirrorEntry) -> Int? {
    guard let end = entry.end?.seconds, entry.start < firstOfNewer?.start ?? Instant(seconds: .max) else { return nil }
    if firstOfPass == nil { firstOfPass = .init(start: entry.start, project: entry.projectID ?? "") }
    let busy = busyUntil ?? .min
    busyUntil = max(end, busy)
    return entry.start.seconds < busy ? min(end, busy) - entry.start.seconds : nil
  }
}
