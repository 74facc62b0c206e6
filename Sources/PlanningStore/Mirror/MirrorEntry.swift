package import Planning

/// A time entry as the mirror keeps it. Instants are UTC seconds.
package struct MirrorEntry: Sendable {
  package var id: String
  package var userID: String
  package var projectID: String?
  package var taskID: String?
  package var description: String?
  package var billable: Bool?
  package var type: String?
  package var start: Instant
  package var end: Instant?
  package var timeZone: String?
  /// Fingerprint of what decides where the time goes, and of the rest.
  package var contentHash: Int64
  package var detailHash: Int64
  /// nil: it was read without details.
  package var isLocked: Bool?
  /// nil: it was read without details.
  package var source: MirrorEntryDetails.Source?
  /// nil: it has none.
  package var details: MirrorEntryDetails?

  package init(
    id: String, userID: String, projectID: String?, taskID: String?, description: String?, billable: Bool?,
    type: String?, start: Instant, end: Instant?, timeZone: String?, contentHash: Int64, detailHash: Int64
  ) {
    self.id = id
    self.userID = userID
    self.projectID = projectID
    self.taskID = taskID
    self.description = description
    self.billable = billable
    self.type = type
    self.start = start
    self.end = end
    self.timeZone = timeZone
    self.contentHash = contentHash
    self.detailHash = detailHash
  }

  package var seconds: Int { Self.countedSeconds(from: start, to: end) }

  /// Cannot be somebody's working time: longer than a month, or outside the years that rota counts in (rule 93).
  package var isAbsurd: Bool { Self.isAbsurd(from: start, to: end) }

  private static let longest = 31 * 86_400
  private static let years = Instant("1970-01-01T00:00:00Z")!...Instant("2200-12-31T23:59:59Z")!

  static func isAbsurd(from start: Instant, to end: Instant?) -> Bool {
    guard let end else { return false }
    return !years.contains(start) || !years.contains(end) || end - start > longest
  }

  /// Running, invalid and absurd entries count nothing (rules 31, 32, 93).
  package static func countedSeconds(from start: Instant, to end: Instant?) -> Int {
    guard let end, !isAbsurd(from: start, to: end) else { return 0 }
    return max(0, end - start)
  }
}
