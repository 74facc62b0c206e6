import ArgumentParser
import Foundation
import Importing
import Planning
import PlanningStore

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "Show what earlier imports did.", subcommands: [List.self, Show.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List runs, newest first.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Option(help: "How many.") var limit = 20

    func validate() throws {
      if limit < 1 { throw ValidationError("--limit must be 1 or more.") }
    }

    func run() throws {
      var table = try Composition(options).read { try $0.runsTable(limit: limit) }
      if !json.json {
        table = table.keeping([
          "id", "trigger", "status", "started_at", "window_from", "window_to", "requests", "entries_read",
        ])
      }
      TablePrinter.show(table, asJSON: json.json, empty: "No run yet. Next: rota import")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one run with everything it found.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The run's id.") var id: Int64

    func run() throws {
      let composition = try Composition(options)
      let (found, findings) = try composition.read { (try $0.run(id), try $0.findings(of: id)) }
      guard let found else { throw UserError("there is no run \(id)", next: "rota runs list") }
      if json.json {
        let summary = (try? JSONSerialization.jsonObject(with: Data(found.summary.utf8))) ?? [String: Any]()
        let object: [String: Any] = [
          "id": found.id, "trigger": found.trigger, "scope": found.scope, "status": found.status,
          "started_at": found.startedAt, "finished_at": found.finishedAt ?? NSNull() as Any,
          "requests": found.requests, "entries_read": found.entriesRead, "seconds_read": found.secondsRead,
          "seconds_placed": found.secondsPlaced, "seconds_skipped": found.secondsSkipped,
          "seconds_held": found.secondsHeld, "summary": summary, "findings": findings.map(FindingWords.object),
        ]
        print(TablePrinter.json(object))
        return
      }
      print("Run \(found.id), \(found.trigger), \(found.status), \(found.startedAt), scope \(found.scope)")
      if let from = found.windowFrom, let to = found.windowTo { print("window    \(from) – \(to)") }
      print(
        "read      \(Words.clock(seconds: found.secondsRead)) in \(Words.plural(found.entriesRead, "entry", "entries")), \(Words.plural(found.requests, "request"))"
      )
      print(
        "placed    \(Words.clock(seconds: found.secondsPlaced)), skipped \(Words.clock(seconds: found.secondsSkipped)), held \(Words.clock(seconds: found.secondsHeld))"
      )
      for finding in findings {
        let time = finding.seconds > 0 ? "  \(Words.hours(seconds: finding.seconds))" : ""
        let id = finding.kind != "entry" ? finding.externalID.map { "  [\($0)]" } ?? "" : ""
        print(
          "\(Words.padded(finding.level.rawValue, 7)) \(Words.padded(finding.code, 23)) \(finding.message)\(time)\(id)")
      }
      if findings.isEmpty { print("no findings") }
    }
  }
}
