import ArgumentParser
import ClockifyAPI
import Foundation
import Planning
import Sending
import Steering

typealias JSONRow = JSONTree

/// What every command that talks to Clockify takes.
struct ToolboxOptions: ParsableArguments {
  @OptionGroup var common: CommonOptions
  @Option(help: "The workspace, by id or exact name. Default: that of the settings, else the only one the key sees.")
  var workspace: String?
  @Option(
    name: .customLong("time-zone"), help: "Where times without an offset are. Default: the zone of the key's owner.")
  var timeZone: String?
  @Flag(name: .customLong("no-diagnosis"), help: "Make no further requests to find out why Clockify refused one.")
  var noDiagnosis = false

  func validate() throws {
    if let timeZone, Zone(timeZone) == nil {
      throw ValidationError("\"\(timeZone)\" is no time zone that is known here.")
    }
  }

  /// Opens the way to Clockify: who the key belongs to, and in which workspace one is.
  func open(needsWorkspace: Bool = true) async throws -> ToolboxSession {
    let way = try await ToolboxWay(self)
    return ToolboxSession(
      composition: way.composition, toolbox: try await way.toolbox(workspace, isNeeded: needsWorkspace))
  }
}

/// The way to Clockify for one person, into any workspace.
struct ToolboxWay {
  let composition: Composition
  let link: ClockifyLink
  private let options: ToolboxOptions
  private let owner: ClockifyUser

  /// - Parameters:
  ///   - waitsForHour: waits until the hour has requests again.
  ///   - patience: how long what nothing came of is tried again; nil: as often as the import does.
  init(
    _ options: ToolboxOptions, waitsForHour: Bool = false, patience: ClockifyWriter.Patience? = nil
  ) async throws {
    self.options = options
    composition = try Composition(options.common)
    link = try composition.link(waitsForHour: waitsForHour, patience: patience)
    owner = try await link.source.currentUser().user
  }

  /// - Parameters:
  ///   - workspace: by id or name; nil: that of the settings, or the only one.
  ///   - timeZone: where times without an offset are, unless the command line says so; nil: the owner's.
  func toolbox(
    _ workspace: String?, isNeeded: Bool = true, timeZone: String? = nil, settlesDoubt: Bool = true
  ) async throws -> Toolbox {
    let found = isNeeded ? try await self.workspace(workspace) : nil
    if found?.isFree == true {
      await link.source.budget.limitPerHour(to: composition.settings.imports.freeRequestsPerHour)
    }
    let place = Diagnosis.Place(
      id: found?.id ?? "", name: found?.name ?? found?.id ?? "", ownerID: owner.id,
      ownerName: owner.name ?? owner.email ?? owner.id)
    let zone = Zone(options.timeZone ?? timeZone ?? owner.timeZone ?? "UTC") ?? .utc
    let clock = SendingClock.machine(link.waits)
    let writer = ClockifyWriter(exchange: link.exchange, retry: link.retry, patience: link.patience, clock: clock)
    var carrier = Carrier(
      source: link.source, writer: writer, place: place,
      diagnosis: Diagnosis(source: link.source, workspace: place, zone: zone, reads: !options.noDiagnosis),
      clock: clock)
    carrier.settlesDoubt = settlesDoubt
    let now = { @Sendable [composition] in composition.now }
    return Toolbox(
      source: link.source, carrier: carrier,
      names: Names(source: link.source, workspace: place.id, owner: owner.id), times: TimeReader(zone: zone, now: now))
  }

  /// - Throws: `UserError` with the list where it is not clear which one.
  private func workspace(_ named: String?) async throws -> ClockifyWorkspace {
    let configured = composition.settings.imports.workspaces.filter { $0 != "all" }
    let wanted = named ?? (configured.count == 1 ? configured[0] : nil)
    let seen = try await link.source.workspaces()
    if let wanted {
      let found = seen.filter { $0.id == wanted.lowercased() || $0.name == wanted }
      if found.count == 1 { return found[0] }
      if found.isEmpty, wanted.lowercased().isClockifyID { return ClockifyWorkspace(id: wanted.lowercased()) }
      throw UserError(
        found.isEmpty
          ? "the key sees no workspace \"\(wanted)\": it sees \(Self.list(seen))"
          : "\(found.count) workspaces are called \"\(wanted)\": \(Self.list(found))",
        next: .outside("the same with --workspace ID"))
    }
    guard seen.count == 1 else {
      throw UserError(
        seen.isEmpty
          ? "the key sees no workspace" : "the key sees \(seen.count) workspaces: \(Self.list(seen))",
        next: .outside("the same with --workspace ID"))
    }
    return seen[0]
  }

  private static func list(_ workspaces: [ClockifyWorkspace]) -> String {
    workspaces.map { "\($0.name ?? "without a name") (\($0.id))" }.joined(separator: ", ")
  }
}

/// A way to Clockify that can write.
struct ToolboxSession {
  let composition: Composition
  let toolbox: Toolbox

  var place: Diagnosis.Place { toolbox.place }

  /// A warning, on stderr.
  func warn(_ text: String) { Terminal.note("Warning: \(text)") }
}

/// Everything live that speaks to Clockify, reading and writing, in one budget.
struct ClockifyLink {
  let source: ClockifySource
  let exchange: ClockifyExchange
  let retry: RetryPolicy
  let patience: ClockifyWriter.Patience
  let waits: Waits
}

extension Composition {
  /// Where a database is, what earlier runs spent of the hour counts.
  ///
  /// - Parameter waitsForHour: waits until the hour opens again instead of giving up.
  func link(waitsForHour: Bool, patience: ClockifyWriter.Patience?) throws -> ClockifyLink {
    let isThere = FileManager.default.fileExists(atPath: settings.database)
    let database = isThere ? try? openDatabase() : nil
    let progress = options.quiet ? nil : Progress()
    let budget = try budget(database, waits: waitsForHour, progress: progress)
    let retry = RetryPolicy(firstPause: settings.retrySeconds)
    return ClockifyLink(
      source: try source(budget: budget, progress: progress),
      exchange: ClockifyExchange(
        addresses: try addresses(), credential: try credential(), budget: budget, logger: logger),
      retry: retry, patience: patience ?? .tries(retry.attempts), waits: Waits { progress?.say($0) })
  }
}

extension ErrorReport {
  /// What went wrong on the way to Clockify, as the toolbox says it.
  static func words(_ error: any Error) -> UserError? {
    switch error {
    case let error as SendingError:
      UserError(error.message, next: error.next.map { .outside($0) }, status: ExitStatus(error.ending))
    case let stop as SendStopped:
      UserError(
        "stopped at record \(stop.record) (line \(stop.line)): \(stop.message)",
        next: stop.next.map { .outside($0) }, status: .failed)
    default: nil
    }
  }
}

extension ExitStatus {
  init(_ ending: SendingError.Ending) {
    self =
      switch ending {
      case .input: .usage
      case .refused: .failed
      case .partial: .partial
      case .unreachable: .unreachable
      case .busy: .alreadyRunning
      }
  }
}

/// Asks before something is done that cannot be taken back.
struct Confirmation: ParsableArguments {
  @Flag(help: "Do not ask.") var yes = false

  /// - Throws: exit 4 where nobody can be asked, and where the answer is no: nothing was sent.
  func ask(_ question: String) throws {
    guard !yes else { return }
    guard Terminal.isInteractive, isatty(STDIN_FILENO) == 1 else {
      throw UserError(
        "\(question) needs a yes, and nothing was sent", next: .outside("the same with --yes"),
        status: .needsConfirmation)
    }
    FileHandle.standardError.write(Data("\(Words.harmless(question))? [y/N] ".utf8))
    guard let answer = readLine()?.trimmingCharacters(in: .whitespaces).lowercased(), ["y", "yes"].contains(answer)
    else { throw UserError("nothing was sent", status: .needsConfirmation) }
  }
}
