import Foundation

/// A Clockify workspace in memory, as values. Tests and the demo change it; the server shows it.
public struct SimulatedWorkspace: Sendable {
  public var id: String
  public var name: String
  /// `featureSubscriptionType`: FREE, PRO_2021, …
  public var plan: String
  public var users: [User] = []
  public var groups: [Group] = []
  public var clients: [Client] = []
  public var projects: [Project] = []
  public var tags: [Tag] = []
  /// Records of the kinds that are kept as plain JSON (`ThingRoute`), by kind.
  public var things: [String: [SimulatedThing]] = [:]
  /// What the plan has.
  public var features: Set<String> = ["CUSTOM_FIELDS", "TIME_OFF", "SCHEDULING", "EXPENSES", "INVOICING", "APPROVAL"]
  /// Further members of its row.
  public var members: SimulatedThing = [:]
  public var settings = Settings()
  /// Of what was deleted, by kind.
  public var deletedNames: [String: Set<String>] = [:]
  public var webhooks: [SimulatedWebhook] = []
  /// Any order; the server sorts.
  public private(set) var entries: [Entry] = []
  /// Where entries stand, once something asked: their starts by id.
  private var starts: [String: Int]?
  /// Since the webhooks were told last; nothing is noted where there are none.
  var entryChanges: [EntryChange] = []
  private var isQuiet = false
  /// What entries were before they changed last, and when.
  var formerEntries: [String: (entry: Entry?, changedAt: Date)] = [:]

  /// What a workspace asks of those who write (`workspaceSettings`, clockify-api.md 2.2).
  public struct Settings: Sendable {
    public var forceProjects = false
    public var forceTasks = false
    public var forceTags = false
    public var forceDescription = false
    public var onlyAdminsChangeBillable = false
    /// `timeTrackingMode` STOPWATCH_ONLY.
    public var onlyTimers = false
    /// Entries that start before are locked; seconds since 1970, UTC.
    public var lockedBefore: Int?
    public var projectsArePublic = true
    /// FULL, COMPACT or DECIMAL; nil: not sent.
    public var durationFormat: String?
  }

  public struct User: Sendable {
    public enum Role: Sendable { case owner, admin, member }
    public var id: String
    public var name: String?
    public var email: String
    /// nil: `settings` is null, as for people who have not finished signing up.
    public var timeZone: String?
    public var role: Role = .member
    public var status = "ACTIVE"
    public var membershipStatus = "ACTIVE"
    /// Removed from the workspace: in no list, but still in reports (clockify-api.md 2.3).
    public var isRemoved = false
    /// Further members of their profile.
    public var profile: SimulatedThing = [:]
    /// Further members of the row; `roles` are shown only where they are asked for.
    public var members: SimulatedThing = [:]

    public init(id: String, name: String?, email: String, timeZone: String?) {
      self.id = id
      self.name = name
      self.email = email
      self.timeZone = timeZone
    }
  }

  public struct Group: Sendable {
    public var id: String
    public var name: String
    public var userIDs: [String]
    /// Further members of the row; `teamManagers` are shown only where they are asked for.
    public var members: SimulatedThing = [:]

    public init(id: String, name: String, userIDs: [String], members: SimulatedThing = [:]) {
      self.id = id
      self.name = name
      self.userIDs = userIDs
      self.members = members
    }
  }

  public struct Client: Sendable {
    public var id: String
    public var name: String
    public var archived = false
    /// Further members of the row.
    public var members: SimulatedThing = [:]

    public init(id: String, name: String, archived: Bool = false) {
      self.id = id
      self.name = name
      self.archived = archived
    }
  }

  public struct Project: Sendable {
    public var id: String
    public var name: String
    /// nil: no client; the wire says "".
    public var clientID: String?
    public var billable = true
    public var archived = false
    public var template = false
    /// Deleted in Clockify: in no list, its entries keep the id.
    public var isDeleted = false
    public var tasks: [Task] = []
    /// Further members of the row; `customFields` and `currency` are shown only in hydrated ones.
    public var members: SimulatedThing = [:]

    public init(id: String, name: String, clientID: String?) {
      self.id = id
      self.name = name
      self.clientID = clientID
    }
  }

  public struct Task: Sendable {
    public var id: String
    public var name: String
    /// Further members of the row.
    public var members: SimulatedThing = [:]

    public init(id: String, name: String, members: SimulatedThing = [:]) {
      self.id = id
      self.name = name
      self.members = members
    }
  }

  public struct Tag: Sendable {
    public var id: String
    public var name: String
    /// Further members of the row.
    public var members: SimulatedThing = [:]

    public init(id: String, name: String, members: SimulatedThing = [:]) {
      self.id = id
      self.name = name
      self.members = members
    }
  }

  public struct Entry: Sendable {
    public var id: String
    public var userID: String
    public var projectID: String?
    public var taskID: String?
    /// Of a task that no project has any more.
    public var taskName: String?
    public var tagIDs: [String] = []
    public var description = ""
    /// nil: the field is absent from answers.
    public var billable: Bool? = true
    /// REGULAR, BREAK, HOLIDAY, TIME_OFF; nil: absent, as in older answers.
    public var type: String? = "REGULAR"
    /// Seconds since 1970, UTC.
    public var start: Int
    /// nil: the timer runs.
    public var end: Int?
    public var isLocked = false
    public var approvalRequestID: String?
    /// Only lists and entries by id show it.
    public var kioskID: String?
    /// Minor units an hour; shown to who may see rates, in reports only where amounts are asked for.
    public var hourlyRate: Int?
    public var costRate: Int?
    /// Field id and value.
    public var customFields: [(id: String, value: String)] = []

    public init(id: String, userID: String, projectID: String?, start: Int, end: Int?) {
      self.id = id
      self.userID = userID
      self.projectID = projectID
      self.start = start
      self.end = end
    }
  }

  public init(id: String, name: String, plan: String = "PRO_2021") {
    self.id = id
    self.name = name
    self.plan = plan
  }

  // MARK: Entries

  /// Replaces all entries; they are kept in order of start, then id.
  public mutating func setEntries(_ new: [Entry]) {
    entries = new.sorted { ($0.start, $0.id) < ($1.start, $1.id) }
    starts = nil
  }

  mutating func note(_ change: EntryChange) {
    guard !webhooks.isEmpty, !isQuiet else { return }
    entryChanges.append(change)
    if let id = (change.after ?? change.before)?.id { formerEntries[id] = (change.before, Date()) }
  }

  /// Without a word to the webhooks.
  mutating func quietly(_ body: (inout SimulatedWorkspace) -> Void) {
    let was = isQuiet
    isQuiet = true
    body(&self)
    isQuiet = was
  }

  /// An entry by its id; nil: there is none.
  func entry(_ id: String) -> Entry? { place(of: id).map { entries[$0] } }

  private func place(of id: String) -> Int? {
    guard let starts else { return entries.firstIndex { $0.id == id } }
    guard let start = starts[id] else { return nil }
    let at = entries.partitionPoint { ($0.start, $0.id) >= (start, id) }
    return at < entries.count && entries[at].id == id ? at : nil
  }

  public mutating func add(_ entry: Entry) {
    note(EntryChange(kind: .added, before: nil, after: entry))
    let at = entries.partitionPoint { ($0.start, $0.id) >= (entry.start, entry.id) }
    entries.insert(entry, at: at)
    starts?[entry.id] = entry.start
  }

  /// Lets the newest finished entries end later, as after a day of corrections.
  public mutating func lengthen(newest count: Int, by seconds: Int) {
    for index in entries.indices.reversed().filter({ entries[$0].end != nil }).prefix(count) {
      entries[index].end! += seconds
    }
  }

  /// - Returns: false if there is no entry with this id.
  @discardableResult
  public mutating func editEntry(_ id: String, _ edit: (inout Entry) -> Void) -> Bool {
    var changed: EntryChange?
    quietly { workspace in
      guard let old = workspace.removeEntry(id) else { return }
      var entry = old
      edit(&entry)
      workspace.add(entry)
      changed = EntryChange(kind: .edited, before: old, after: entry)
    }
    if let changed { note(changed) }
    return changed != nil
  }

  @discardableResult
  public mutating func removeEntry(_ id: String) -> Entry? {
    if starts == nil { starts = Dictionary(entries.map { ($0.id, $0.start) }, uniquingKeysWith: { $1 }) }
    guard let at = place(of: id) else { return nil }
    let old = entries.remove(at: at)
    starts?[id] = nil
    note(EntryChange(kind: .removed, before: old, after: nil))
    return old
  }
}

extension Array {
  /// The first index whose element satisfies `isSecond`, in an array partitioned by it.
  func partitionPoint(_ isSecond: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isSecond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
