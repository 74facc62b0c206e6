import ArgumentParser
import Foundation
import Importing
import Planning
import PlanningStore
import Steering

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "Show what earlier imports did.", subcommands: [List.self, Show.self, Export.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List runs, newest first.",
      discussion: """
          rota runs list --status failed --since 2026-11-01
          rota runs list --trigger scheduled --limit 7
        """)
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Option(help: "How many.") var limit = 20
    @Option(help: "Only runs that are running, done, partial, held or failed.") var status: String?
    @Option(
      help: "Only runs started by manual, scheduled or demo; webhook: hours of live changes. Default: all but those.")
    var trigger: String?
    @Option(help: "Only runs that started on or after this date (UTC).") var since: CalendarDay?

    func validate() throws {
      if limit < 1 { throw ValidationError("--limit must be 1 or more.") }
      guard status.map(["running", "done", "partial", "held", "failed"].contains) ?? true else {
        throw ValidationError("--status must be running, done, partial, held or failed.")
      }
      guard trigger.map(["manual", "scheduled", "demo", "webhook"].contains) ?? true else {
        throw ValidationError("--trigger must be manual, scheduled, demo or webhook.")
      }
    }

    func run() throws {
      let runs = try Composition(options).read {
        try $0.questions.runs(RunFilter(status: status, trigger: trigger, since: since), limit: limit)
      }
      TablePrinter.show(
        runs, asJSON: json.json,
        columns: [.id, .trigger, .status, .startedAt, .windowFrom, .windowTo, .requests, .entriesRead],
        empty: status == nil && trigger == nil && since == nil ? "No run yet. Next: rota import" : "No such run.")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one run with everything it found.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The run's id.") var id: Int64

    func run() throws {
      let composition = try Composition(options)
      let (found, findings) = try composition.read { (try $0.runs.run(id), try $0.findings.all(of: id)) }
      guard let found else { throw UserError("there is no run \(id)", next: .runs) }
      if json.json {
        let object = RunWords.object(found, findings)
        print(JSONText.of(object))
        return
      }
      for line in RunWords.lines(found, moment: { $0 }) {
        for part in Words.wrapped(line, indent: 10, width: 80) { Terminal.say(part) }
      }
      for line in FindingGroups(findings).lines { Terminal.say(line) }
      if findings.isEmpty { print("no findings") }
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write one run with everything it found as JSON, to send to somebody who helps.",
      discussion: """
        With --mask-names, names and e-mail addresses of people, projects and clients are replaced by kind and number.

          rota runs export 118 --mask-names > run-118.json
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "The run's id.") var id: Int64
    @Flag(name: .customLong("mask-names"), help: "Leave out names and e-mail addresses.") var masksNames = false

    func run() throws {
      try Composition(options).read { session in
        guard let found = try session.runs.run(id) else {
          throw UserError("there is no run \(id)", next: .runs)
        }
        let object = try RunWords.export(
          found, version: Rota.configuration.version, mask: masksNames ? NameMask(session) : nil, session)
        print(JSONText.of(object))
      }
    }
  }

}
