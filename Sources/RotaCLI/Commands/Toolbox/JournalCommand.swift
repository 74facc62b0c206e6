import ArgumentParser
import PlanningStore
import Sending
import Steering

struct JournalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "See what sends did: how many records, and how each ended.",
    discussion: """
        rota clockify journal list .
        rota clockify journal show hours.csv.send --state failed
      """, subcommands: [List.self, Show.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the sends whose journals are in a folder.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "The folder.") var folder: String
    @OptionGroup var json: JSONOption

    func run() throws {
      let rows = try SendReport.all(in: folder).map(SendRow.init)
      TablePrinter.show(rows, asJSON: json.json, empty: "There are no journals of sends in \(folder).")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show how each record of one send ended.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "The journal's folder.") var folder: String
    @Option(help: "Only records that are done, failed or unknown.") var state: State?
    @Option(help: "At most so many.") var limit = 1000
    @Option(help: "Where the results are, if not in the folder.") var results: String?
    @OptionGroup var json: JSONOption

    enum State: String, ExpressibleByArgument, CaseIterable { case done, failed, unknown }

    func validate() throws {
      if limit < 1 { throw ValidationError("--limit must be 1 or more.") }
    }

    func run() throws {
      _ = try SendReport(folder: folder, results: results)
      let lines = try SendReport.lines(folder: folder, results: results, state: state?.rawValue)
      TablePrinter.show(
        lines.prefix(limit).map(SentRow.init), asJSON: json.json,
        columns: [.record, .line, .state, .clockifyID, .status, .error], empty: "No such record.")
      if lines.count > limit { Terminal.note("There are \(Words.count(lines.count)): --limit shows more.") }
    }
  }
}

/// A send.
private struct SendRow: TabularRow {
  let name: String
  let records: Int
  let done: Int
  let failed: Int
  let unknown: Int
  let lastAt: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, records, done, failed, unknown
    case lastAt = "last_at"
  }

  init(_ report: SendReport) {
    (name, records, done, failed, unknown, lastAt) =
      (report.name, report.records, report.done, report.failed, report.unknown, report.lastAt)
  }
}

/// A record of a send.
private struct SentRow: TabularRow {
  let record: Int
  let line: Int
  let state: String
  let clockifyID: String?
  let status: Int?
  let request: String?
  let error: String?
  let next: String?
  let at: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case record, line, state
    case clockifyID = "clockify_id"
    case status, request, error, next, at
  }

  init(_ line: SendReport.Line) {
    (record, self.line, state, clockifyID, status) = (line.record, line.line, line.state, line.id, line.status)
    (request, error, next, at) = (line.request, line.error, line.next, line.at)
  }
}
