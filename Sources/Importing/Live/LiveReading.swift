import ClockifyAPI
import Foundation
import Planning
import PlanningStore

/// What a live batch read from Clockify, all of it before anything is written.
struct LiveReading: Sendable {
  /// As they stand now.
  var arrived: [ArrivedEntry] = []
  /// Clockify's word, a second time, that they are gone.
  var gone: [LiveWanted.Entry] = []
  /// To be asked for again, after so many seconds.
  var again: [(entry: LiveWanted.Entry, seconds: Double)] = []
  var unproved = 0
  /// nil: they were not read.
  var lists: LiveLists?
}

/// Lists of one workspace, read whole.
struct LiveLists: Sendable {
  let users: [MirrorUser]
  let clients: [MirrorClient]
  let projects: [MirrorProject]
  /// nil: no filter names any.
  let groups: [MirrorGroup]?
  /// When reading them began, by the machine's clock.
  let readAt: Instant
}

extension LiveImport {
  /// How many requests are under way at once.
  private static let atOnce = 5
  /// How many entries of a person are asked for as a control: the newest may just be gone, too.
  private static let controls = 3
  /// How many lost entries of one report are asked for by id; the night looks for the others.
  private static let suspects = 20

  func read(_ wanted: LiveWanted) async throws -> LiveReading {
    var reading = LiveReading()
    if wanted.lists == .yes { reading.lists = try await readLists(of: wanted.workspace) }
    for answers in try await inParallel(wanted.reports, { try await report($0, in: wanted.workspace) }) {
      reading.arrived += answers.arrived
      reading.again += answers.suspects.map { ($0, 0) }
    }
    let answers = try await inParallel(wanted.entries) {
      (entry: $0, answer: try await answer(to: $0, in: wanted.workspace))
    }
    for (entry, answer) in answers {
      switch answer {
      case .there(let arrived):
        reading.arrived.append(arrived)
        if entry.isSaidGone, entry.sightings < LivePatience.afterSighting.count {
          var again = entry
          again.isMissed = false
          again.sightings += 1
          reading.again.append((again, LivePatience.afterSighting[entry.sightings]))
        }
      case .unknown where entry.isMissed: reading.gone.append(entry)
      case .unknown: break
      case .noWord: reading.unproved += 1
      }
    }
    let missed = answers.compactMap { entry, answer in
      if case .unknown = answer, !entry.isMissed { entry } else { nil }
    }
    try await prove(missed, of: wanted, into: &reading)
    if wanted.lists == .ifNeeded, try needsLists(reading, in: wanted.workspace) {
      reading.lists = try await readLists(of: wanted.workspace)
    }
    return reading
  }

  /// The results in the order of the inputs.
  private func inParallel<Input: Sendable, Output: Sendable>(
    _ inputs: [Input], _ body: @escaping @Sendable (Input) async throws -> Output
  ) async throws -> [Output] {
    var outputs = [Output?](repeating: nil, count: inputs.count)
    try await withThrowingTaskGroup(of: (Int, Output).self) { group in
      for (index, input) in inputs.enumerated() {
        if index >= Self.atOnce, let (done, output) = try await group.next() { outputs[done] = output }
        group.addTask { (index, try await body(input)) }
      }
      while let (done, output) = try await group.next() { outputs[done] = output }
    }
    return outputs.compactMap(\.self)
  }

  // MARK: One entry

  private enum Answer: Sendable {
    case there(ArrivedEntry)
    /// 400 with code 501: deleted, foreign or never there (clockify-api.md 1.4).
    case unknown
    /// Neither: 403, 404, HTML.
    case noWord
  }

  private func answer(to entry: LiveWanted.Entry, in workspace: String) async throws -> Answer {
    do {
      return try await source.timeEntry(entry.id, in: workspace).map { .there(ArrivedEntry($0)) } ?? .unknown
    } catch let error as ClockifyError where [.forbidden, .routeMissing, .redirected, .malformed].contains(error.code) {
      return .noWord
    }
  }

  /// "Gone" and "never there" look alike, and so does a key that lost its rights: only an id that the mirror holds can be
  /// gone, and only while Clockify shows another entry of the same person.
  private func prove(_ missed: [LiveWanted.Entry], of wanted: LiveWanted, into reading: inout LiveReading) async throws
  {
    let asked = Set(wanted.entries.map(\.id)).union(wanted.suspected)
    let known = try database.read { session in
      try missed.compactMap { entry in try session.entries.known(entry.id, in: wanted.workspace).map { (entry, $0) } }
    }.filter { ![.deleted, nil].contains($0.1.state) }
    for (user, entries) in Dictionary(grouping: known, by: \.1.user).sorted(by: { $0.key < $1.key }) {
      let isProved = try await isShown(another: user, besides: asked, in: wanted.workspace)
      for (entry, _) in entries {
        guard isProved else {
          reading.unproved += 1
          continue
        }
        var again = entry
        again.isMissed = true
        reading.again.append((again, LivePatience.betweenAnswers))
      }
    }
  }

  /// The control: the person's newest placed entries that are not themselves in question; where they have none, anybody's.
  private func isShown(another user: String, besides asked: Set<String>, in workspace: String) async throws -> Bool {
    let controls = try database.read { session in
      func newest(of user: String?) throws -> [String] {
        let newest = try session.entries.newestPlaced(of: user, in: workspace, limit: asked.count + Self.controls)
        return Array(newest.filter { !asked.contains($0) }.prefix(Self.controls))
      }
      let own = try newest(of: user)
      return try own.isEmpty ? newest(of: nil) : own
    }
    for control in controls {
      guard case .there(let shown) = try await answer(to: .init(id: control), in: workspace) else { continue }
      return shown.mirrored.id == control
    }
    return false
  }

  // MARK: Reports

  private func report(
    _ wanted: LiveWanted.Report, in workspace: String
  ) async throws -> (arrived: [ArrivedEntry], suspects: [LiveWanted.Entry]) {
    func sought(_ entries: [LiveWanted.Entry]) -> [LiveWanted.Entry] {
      entries.map { entry in
        var entry = entry
        entry.wasSought = true
        return entry
      }
    }
    // Without reports only what is named can be read.
    guard settings.source != .entries else { return ([], sought(wanted.entries)) }
    let plan = ReadingPlan(ranges: [wanted.days], historyFrom: nil, isDeepPass: false, nextRotation: nil)
    var slicing = plan.slicing
    var arrived: [ArrivedEntry] = []
    var whole: [ReportSlice] = []
    while let stretch = slicing.next {
      let result: SliceReading
      do {
        result = try await source.readReport(
          in: workspace, slice: stretch.slice, users: wanted.user.map { [$0] }, prepare: { $0.map(ArrivedEntry.init) }
        ) { page, _ in arrived += page }
      } catch let error as ClockifyError where error.saysNoReports && settings.source == .auto {
        return ([], sought(wanted.entries))
      }
      if result.reachedEnd, result.agreesWithTotals { whole.append(stretch.slice) }
      slicing.advance(entries: nil)
    }
    let came = Set(arrived.map(\.mirrored.id))
    // What it was hoped to show, and did not, is asked for by id, and so is what it should have shown.
    var suspects = wanted.entries.filter { !came.contains($0.id) }
    let asked = Set(suspects.map(\.id))
    suspects += try database.read { session in
      var lost: [LiveWanted.Entry] = []
      for slice in whole {
        try session.entries.forEach(
          in: workspace, from: Instant(seconds: slice.from), to: Instant(seconds: slice.to)
        ) { entry in
          // Running timers need not be in a report, and count nothing.
          guard !entry.isGone, entry.ledgerSeconds != nil, entry.mirrorSeconds > 0,
            wanted.user ?? entry.userID == entry.userID,
            !came.contains(entry.id), !asked.contains(entry.id)
          else { return }
          lost.append(LiveWanted.Entry(id: entry.id))
        }
      }
      return Array(lost.prefix(Self.suspects))
    }
    return (arrived, sought(suspects))
  }

  // MARK: Lists

  private func readLists(of workspace: String) async throws -> LiveLists {
    let readAt = Instant(seconds: Int(Date().timeIntervalSince1970))
    return LiveLists(
      users: try await source.users(in: workspace).map(MirrorUser.init),
      clients: try await source.clients(in: workspace).map(MirrorClient.init),
      projects: try await source.projects(in: workspace).map(MirrorProject.init),
      groups: settings.namedGroups.isEmpty
        ? nil
        : try await source.userGroups(in: workspace).map(MirrorGroup.init),
      readAt: readAt)
  }

  /// Whether an entry is of somebody or something that is not there, and that the lists may bring.
  func needsLists(_ reading: LiveReading, in workspace: String) throws -> Bool {
    guard !reading.arrived.isEmpty else { return false }
    let matching = try database.read { try matchingAsItIs($0) }
    return reading.arrived.contains { arrived in
      let project = arrived.mirrored.projectID.map { matching.projects[$0] }
      return matching.users[arrived.mirrored.userID].mayComeWithLists || project?.mayComeWithLists ?? false
    }
  }
}

extension Match? {
  fileprivate var mayComeWithLists: Bool {
    switch self {
    case nil, .some(.none(.projectNotLinked)), .some(.none(.personNotLinked)), .some(.none(.archivedUnused)): true
    default: false
    }
  }
}
