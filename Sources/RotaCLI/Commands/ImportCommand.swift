import ArgumentParser
import ClockifyAPI
import Foundation
import Importing
import Planning
import PlanningStore

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Import now.",
    discussion: """
      Reads clients, projects and people, and, once actuals are enabled, the time of the last 45 days. A second import
      that finds nothing new writes nothing.

        rota import
        rota import --since 2026-01-01 --dry-run
      """)

  @OptionGroup var options: CommonOptions
  @OptionGroup var dryRun: DryRunOption
  @OptionGroup var json: JSONOption

  @Option(help: "What to import, of clients,projects,people,actuals. Default: all that are enabled.")
  var scope: String?

  @Option(help: "Read the time again from this date on (YYYY-MM-DD) instead of the usual window.")
  var since: CalendarDay?

  @Option(name: .customLong("confirm-deletes"), help: "Let through the removals that the held run RUN listed.")
  var confirmDeletes: Int64?

  func run() async throws {
    let composition = try Composition(options)
    let scopes = try Self.scopes(scope)
    let database = try composition.openOrCreateDatabase()
    let request = ImportRequest(
      trigger: .manual, scopes: scopes, since: since, confirmedRun: confirmDeletes, now: composition.now)
    let runner = ImportRunner(composition: composition, database: database)
    let report = try await runner.run(request, isDryRun: dryRun.dryRun)
    if json.json { print(ReportWords.json(report)) }
    if !options.quiet { ReportWords(report: report, isDryRun: dryRun.dryRun, database: database).show() }
    if let status = ReportWords.status(of: report) { throw status }
  }

  static func scopes(_ text: String?) throws -> Set<ImportScope> {
    guard let text else { return Set(ImportScope.allCases) }
    let words = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    let scopes = words.compactMap { ImportScope(rawValue: $0) }
    guard !words.isEmpty, scopes.count == words.count else {
      throw UserError("--scope must be some of clients,projects,people,actuals, not \"\(text)\"")
    }
    return Set(scopes)
  }
}

/// One import under the lock, for real or on a copy (rules 5 and 84).
struct ImportRunner {
  let composition: Composition
  let database: PlanningDatabase

  func run(_ request: ImportRequest, isDryRun: Bool) async throws -> ImportReport {
    guard let lock = try WriteLock(database: database.path, patience: 0) else { throw Composition.busy(database) }
    defer { withExtendedLifetime(lock) {} }
    guard isDryRun else { return try await run(request, on: database) }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rota-dry-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let copy = folder.appendingPathComponent("rota.sqlite").path
    try database.copy(to: copy)
    return try await run(request, on: PlanningDatabase(path: copy, creates: false))
  }

  private func run(_ request: ImportRequest, on database: PlanningDatabase) async throws -> ImportReport {
    let source = try composition.source(database)
    let showsProgress = !composition.options.quiet
    let logger = composition.logger
    let pipeline = ImportPipeline(
      database: database, source: source, settings: composition.settings.imports, request: request, logger: logger
    ) { text in
      logger.debug("\(text)")
      if showsProgress { Terminal.progress(text) }
    }
    let result: Result<ImportReport, any Error>
    do { result = .success(try await pipeline.run()) } catch { result = .failure(error) }
    await source.close()
    Terminal.endProgress()
    return try result.get()
  }
}
