import ClockifyAPI
import Planning
import PlanningStore

/// One entry as it arrived: its row of the mirror, and what no row keeps.
struct ArrivedEntry: Sendable {
  let mirrored: MirrorEntry
  let userName: String?
  let userEmail: String?
  /// nil: it has no task, or was read without details.
  let taskName: String?
  /// The duration that Clockify states.
  let statedSeconds: Int?

  init(_ entry: ClockifyTimeEntry) {
    mirrored = MirrorEntry(entry)
    userName = entry.userName
    userEmail = entry.userEmail
    taskName = entry.taskName
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
    let details = MirrorEntryDetails.Values(entry)
    self.init(
      id: entry.id, userID: entry.userID, projectID: entry.projectID, taskID: entry.taskID,
      description: entry.description, billable: entry.billable, type: entry.type, start: Instant(seconds: entry.start),
      end: entry.end.map { Instant(seconds: $0) }, timeZone: entry.timeZone,
      contentHash: Int64(bitPattern: content.value),
      detailHash: Int64(bitPattern: entry.detailHash(details)))
    isLocked = entry.isLocked
    source =
      switch entry.source {
      case .report: .report
      case .entry: .entry
      case nil: nil
      }
    self.details = details.map(MirrorEntryDetails.init)
  }
}

extension ClockifyTimeEntry {
  /// Of all that does not decide where the time goes. Read without details it is that of task and description.
  fileprivate func detailHash(_ details: MirrorEntryDetails.Values?) -> UInt64 {
    var hash = ContentHash()
    hash.add(taskID)
    hash.add(description)
    guard let source, let isLocked else { return hash.value }
    // One number for where it was read, whether with money, and the lock.
    let way =
      switch source {
      case .report(let withMoney): withMoney ? 2 : 0
      case .entry(let withMoney): withMoney ? 6 : 4
      }
    hash.add(way + (isLocked ? 1 : 0))
    guard let details else { return hash.value }
    hash.add(details.statedSeconds)
    guard let values = self.details?.values else { return hash.value }
    for id in values.tagIDs.sorted() { hash.add(id) }
    for field in values.customFields.sorted(by: { $0.id < $1.id }) {
      for text in [field.id, field.name, field.type, field.value] { hash.add(text) }
    }
    for text in [values.approvalRequestID, values.kioskID, values.currency, values.invoicingInfo, details.raw] {
      hash.add(text)
    }
    for amount in [values.hourlyRate, values.earned, values.costRate, values.cost] {
      hash.add(amount.map { Int(truncatingIfNeeded: $0.bitPattern) })
    }
    return hash.value
  }
}

extension MirrorEntryDetails.Values {
  /// nil: there is nothing to say.
  fileprivate init?(_ entry: ClockifyTimeEntry) {
    var stated: Int?
    if entry.source != nil, let length = entry.statedSeconds, let end = entry.end, length != end - entry.start {
      stated = length
    }
    guard let values = entry.details?.values else {
      if stated == nil { return nil }
      self.init()
      statedSeconds = stated
      return
    }
    self.init()
    statedSeconds = stated
    tagIDs = values.tagIDs
    customFields = values.customFields.map { .init(id: $0.id, name: $0.name, type: $0.type, value: $0.value) }
    approvalRequestID = values.approvalRequestID
    kioskID = values.kioskID
    currency = values.currency
    hourlyRate = values.hourlyRate
    earned = values.earned
    costRate = values.costRate
    cost = values.cost
    invoicingInfo = values.invoicingInfo
    if !values.unknown.isEmpty {
      let members = values.unknown.sorted { $0.name < $1.name }.map { "\"\($0.name)\":\($0.json)" }
      raw = "{\(members.joined(separator: ","))}"
    }
  }
}
