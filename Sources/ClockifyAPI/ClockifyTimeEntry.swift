/// One time entry, whichever way it was read: detailed report, list, or by id.
package struct ClockifyTimeEntry: Sendable, Equatable {
  package var id: String
  package var userID: String
  /// Only the report states the person's name and e-mail.
  package var userName: String?
  package var userEmail: String?
  /// nil: no project. Clockify writes null, "" or nothing.
  package var projectID: String?
  package var taskID: String?
  /// Only the report states it; read with details only.
  package var taskName: String?
  package var description: String?
  package var billable: Bool?
  /// REGULAR, BREAK, HOLIDAY, TIME_OFF; nil in older answers.
  package var type: String?
  /// Seconds since 1970, UTC.
  package var start: Int
  /// Seconds since 1970, UTC; nil: the timer is running.
  package var end: Int?
  /// The duration that Clockify states, seconds.
  package var statedSeconds: Int?
  /// IANA name, where the answer states it: the recording person's zone.
  package var timeZone: String?
  /// nil: it was read without details.
  package var isLocked: Bool?
  package var details: EntryDetails?
  package var source: EntryDetails.Source?

  package init(id: String, userID: String, start: Int) {
    self.id = id
    self.userID = userID
    self.start = start
  }
}

/// One page of the detailed report.
package struct ClockifyReportPage: Sendable, Equatable {
  package var entries: [ClockifyTimeEntry] = []
  /// Over all pages of the report; nil where the server states none.
  package var statedEntries: Int?
  /// Seconds over all pages of the report.
  package var statedSeconds: Int?

  package init() {}
}
