import Foundation

/// How the simulated Clockify behaves where the real one was seen to differ, fails, or is not known for sure.
public struct Controls: Sendable {
  // Budget (clockify-api.md 1.3)
  public enum Budget: Sendable {
    case none
    case perSecond(Int)
    case perHour(Int)
  }
  public var budget = Budget.none
  /// The `Retry-After` header of a 429, seconds; absent by default.
  public var retryAfter: Int?
  public var rateLimitHasBody = true

  // Paging (1.5)
  public var sendsLastPage = true
  /// More is a 400.
  public var maximumListPageSize = 5000
  public var maximumReportPageSize = 1000
  /// More is silently cut to this.
  public var silentPageCap: Int?

  // Reports (6)
  public var totals = Totals.right
  public enum Totals: Sendable {
    case right, absent, null
    /// States this many entries more than it sends.
    case overstated(by: Int)
  }
  /// The longest range that one report takes, in days; nil: as the plan says. Sources disagree (clockify-api.md 6.1).
  public var longestReportDays: Double?
  public var reportsListRunningTimers = true
  /// Whether an entry that starts exactly at `dateRangeEnd` belongs to the range.
  public var reportIncludesEnd = true
  public var reportStatesZones = true
  public var reportRootKey = "timeentries"
  public var reportIDKey = "_id"
  /// `isLocked` or `locked`.
  public var reportLockKey = "isLocked"
  /// Self-hosted servers may have no reports service: 404.
  public var hasReports = true

  /// A hydrated project shows so many tasks at most; nil: all.
  public var shownTasks: Int?

  /// Every field that was seen to be null or absent is.
  public var nullsWherePossible = false
  /// Enum values and fields that nobody documented.
  public var unknownValues = false
  /// The zone that shifts the windows of core lists; nil: that of the key's owner (5.1, window trap).
  public var coreWindowZone: String?

  public var faults: [Fault] = []

  // Writing
  /// Off, every writing request is refused, so that a test sees an importer that would write.
  public var acceptsWrites = false
  /// Seconds since 1970 by the server's clock, for ids and timers; nil: the machine's.
  public var clock: (@Sendable () -> Int)?
  /// Sources disagree whether an entry takes an archived tag (clockify-api.md 5.3).
  public var refusesArchivedTags = false
  /// Sources disagree whether the name of what was deleted is free again.
  public var keepsDeletedNames = false
  /// Lists with a window lack entries that are younger than this, seconds.
  public var hidesFreshEntriesFor = 0
  /// Whether two clients may each have a project of one name.
  public var projectNamesAreOfTheirClient = true
  /// Ids without their creation moment.
  public var idsTellNoTime = false
  /// Error messages repeat the key, as a careless server would.
  public var echoesKeys = false

  // Webhooks (8)
  /// Off, every request that makes, changes or removes one is refused.
  public var acceptsWebhooks = false
  public var deliveries = DeliveryControls()
  /// Lists of webhooks without their tokens.
  public var hidesWebhookTokens = false
  /// An entry by its id is not there for anybody: what a key that lost its rights may see.
  public var knowsNoEntry = false
  /// An entry by its id is as it was, for so many seconds after it changed.
  public var readsLag = 0.0

  var now: Int { clock?() ?? Int(Date().timeIntervalSince1970) }

  public init() {}
}

/// Something that goes wrong on requests whose path contains `path`.
public struct Fault: Sendable {
  public enum Effect: Sendable {
    /// A status with an HTML body, as an edge server sends it.
    case status(Int)
    case emptyBody
    /// The right body, cut after so many bytes.
    case truncated(Int)
    /// This text, with status 200.
    case body(String)
    case redirect(to: String)
    /// Answers after so many seconds.
    case delay(Double)
    /// The connection ends without an answer.
    case close
    /// 503; with the header where seconds are given.
    case unavailable(retryAfter: Int?)
    /// 429, with or without header and body.
    case rateLimited(retryAfter: Int?, hasBody: Bool)
    /// These bytes, with status 200.
    case bytes([UInt8])
    /// The right body under another content type.
    case labelled(String)
    /// A page for people, with status 200, as a network's log-in shows it.
    case page(html: String)
    /// What the same path was answered with before: a page twice.
    case previous
    /// The connection ends without an answer, and with a reset.
    case reset
    /// The right body, a byte each so many seconds.
    case drip(Double)
    /// A body without an end.
    case endless
    /// A small body that unpacks to so many megabytes.
    case bomb(megabytes: Int)
  }

  public var path: String
  /// Only requests of this verb; nil: all.
  public var method: String?
  /// What was asked for is not done; else it is, and only the answer is spoiled.
  public var comesBeforeWork: Bool
  /// Only the report page with this number; nil: every request.
  public var page: Int?
  public var effect: Effect
  /// Matching requests to let pass first.
  public var skip: Int
  /// Matching requests to spoil after that.
  public var times: Int

  public init(
    _ effect: Effect, on path: String, method: String? = nil, beforeWork: Bool = false, page: Int? = nil, skip: Int = 0,
    times: Int = .max
  ) {
    self.path = path
    self.method = method
    comesBeforeWork = beforeWork
    self.page = page
    self.effect = effect
    self.skip = skip
    self.times = times
  }
}

/// What the server was asked.
public struct RequestRecord: Sendable {
  public let method: String
  public let path: String
  public let query: String
  /// Of a report request.
  public let page: Int?
  public let status: Int
  /// Empty for reports.
  public let body: String
  public let headers: [(String, String)]
}
