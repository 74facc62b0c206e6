package import Planning

/// Something that a run found and a person may want to know, as facts and numbers. `Steering` words it.
package struct Finding: Sendable, Equatable {
  package enum Level: String, Sendable { case info, warning, error }

  /// What it is about; the ids of an `entry` are those of its person.
  package enum Kind: String, Sendable {
    case client, project, person, entry, cell, setting

    package init(_ kind: PlanSnapshot.Kind) {
      switch kind {
      case .client: self = .client
      case .project: self = .project
      case .person: self = .person
      }
    }
  }

  package var level: Level
  package var fact: FindingFact
  package var kind: Kind?
  package var externalID: String?
  package var planningID: Int64?
  package var name: String?
  package var entries = 0
  package var seconds = 0

  package init(
    _ level: Level, _ fact: FindingFact, kind: Kind? = nil, externalID: String? = nil, planningID: Int64? = nil,
    name: String? = nil, entries: Int = 0, seconds: Int = 0
  ) {
    self.level = level
    self.fact = fact
    self.kind = kind
    self.externalID = externalID
    self.planningID = planningID
    self.name = name
    self.entries = entries
    self.seconds = seconds
  }

  package var code: FindingCode { fact.code }
}

/// What a finding is called in the database.
package enum FindingCode: Hashable, Sendable {
  /// Why an item, or entries, are not where they could be (rule 80).
  case reason(Reason)
  case unknownRole, sourceMissing, probableDuplicate, notCovered, projectArchivedHere, unknownZone, totalsDisagree
  case longEntry, overlap, noBillableFlag
  case runFailed
  case kindNotAvailable, kindFailed, unknownField, unexpectedValue, manyGone
  case liveUnproved
  /// Of an earlier version.
  case other(String)

  private static let own: [(code: FindingCode, text: String)] = [
    (.unknownRole, "unknown_role"), (.sourceMissing, "source_missing"), (.probableDuplicate, "probable_duplicate"),
    (.notCovered, "not_covered"), (.projectArchivedHere, "project_archived_here"), (.unknownZone, "unknown_zone"),
    (.totalsDisagree, "totals_disagree"), (.longEntry, "long_entry"), (.overlap, "overlap"),
    (.noBillableFlag, "no_billable_flag"), (.runFailed, "run_failed"), (.kindNotAvailable, "kind_not_available"),
    (.kindFailed, "kind_failed"), (.unknownField, "unknown_field"), (.unexpectedValue, "unexpected_value"),
    (.manyGone, "many_gone"), (.liveUnproved, "live_unproved"),
  ]

  package init(rawValue: String) {
    self =
      Reason(rawValue: rawValue).map { .reason($0) } ?? Self.own.first { $0.text == rawValue }?.code
      ?? .other(rawValue)
  }

  package var rawValue: String {
    switch self {
    case .reason(let reason): reason.rawValue
    case .other(let text): text
    default: Self.own.first { $0.code == self }!.text
    }
  }
}

/// What is the case, with the values that a sentence about it needs beside those of its finding. Kept as JSON.
package enum FindingFact: Codable, Sendable, Equatable {
  /// The item was not imported.
  case notImported(reason: Reason)
  /// The person is new and has the role Unknown.
  case unknownRole
  /// The linked item is not in Clockify any more (rule 16).
  case sourceMissing
  /// Items of one name or e-mail (rule 12); some have no link.
  case probableDuplicate(ids: [Int64], unlinked: [Int64])
  /// The person's time is only in reports, and lists were read (rule 36).
  case notCovered(workspace: String)
  /// Entries of one person and project are skipped or held; what else is odd about them (rules 31, 93).
  case entries(reason: Reason, isOldTimer: Bool, absurd: Absurd?)
  /// Entries that count, and look wrong.
  case odd(Oddity)
  case projectArchivedHere
  case unknownZone
  /// What a frozen cell keeps out or in, minutes; 0: other roles only (rules 47, 55).
  case late(minutes: Int, reason: Reason, project: String, person: String, day: CalendarDay)
  /// The catch-all project of the settings is gone (rule 91).
  case catchAllGone
  /// Slices whose totals differ from what was sent, twice the same.
  case totalsDisagree(slices: Int)
  /// The brake held: entries of so many people (nil: everybody) did not come back (rule 53).
  case vanished(workspace: String, people: Int?)
  /// The brake held: a filter would take away entries of so many people (rule 89).
  case leaving(people: Int)
  /// The run broke; what broke it, as it was said then.
  case runFailed(cause: String)
  /// The plan or the key does not allow a kind of the replica, from now on; or it does again.
  case kindNotAvailable(kind: String, isBack: Bool)
  /// A kind of the replica could not be read; as it was said then.
  case kindFailed(kind: String, cause: String)
  /// Clockify sends a member that rota does not know: it is in `raw`.
  case unknownField(kind: String, path: String)
  /// Clockify sends a value of another form than expected: it is in `raw`.
  case unexpectedValue(kind: String, path: String)
  /// So many rows of a kind went at once that the key may have lost rights.
  case manyGone(kind: String, rows: Int)
  /// Clockify says that entries are unknown, and no control read proves that it would know them (live.md 4).
  case liveUnproved
  /// Of an earlier version: as it was said then.
  case told(code: String, message: String)

  package enum Oddity: String, Codable, Sendable {
    case longEntry = "long_entry"
    case overlap
    case noBillableFlag = "no_billable_flag"
  }

  /// Entries that cannot be somebody's working time, and the seconds that Clockify states.
  package struct Absurd: Codable, Sendable, Equatable {
    package let entries: Int
    package let seconds: Int

    package init(entries: Int, seconds: Int) {
      self.entries = entries
      self.seconds = seconds
    }
  }

  package var code: FindingCode {
    switch self {
    case .notImported(let reason), .entries(let reason, _, _), .late(_, let reason, _, _, _): .reason(reason)
    case .unknownRole: .unknownRole
    case .sourceMissing: .sourceMissing
    case .probableDuplicate: .probableDuplicate
    case .notCovered: .notCovered
    case .odd(.longEntry): .longEntry
    case .odd(.overlap): .overlap
    case .odd(.noBillableFlag): .noBillableFlag
    case .projectArchivedHere: .projectArchivedHere
    case .unknownZone: .unknownZone
    case .catchAllGone: .reason(.noProject)
    case .totalsDisagree: .totalsDisagree
    case .vanished, .leaving: .reason(.deleteBrake)
    case .runFailed: .runFailed
    case .kindNotAvailable: .kindNotAvailable
    case .kindFailed: .kindFailed
    case .unknownField: .unknownField
    case .unexpectedValue: .unexpectedValue
    case .manyGone: .manyGone
    case .liveUnproved: .liveUnproved
    case .told(let code, _): FindingCode(rawValue: code)
    }
  }
}
