import ArgumentParser
import Operating
import Planning
import PlanningStore
import Publishing
import Steering

struct PublishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Publish the planning data to databases and folders (docs/publishing.md).",
    discussion: """
      Brings every target of the settings up to date: what changed is replaced, table by table and month by month. Whoever
      reads there sees the state before or the state after, never between. It runs by itself after each import.

        rota publish
        rota publish --target bi --dry-run
      """, subcommands: [Run.self, List.self, SQL.self], defaultSubcommand: Run.self)

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Bring the targets up to date.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var dryRun: DryRunOption
    @Option(help: "Only this target. Default: all of the settings.") var target: String?
    @Flag(help: "Write everything again, also what did not change.") var full = false

    func run() async throws {
      let composition = try Composition(options)
      let targets = composition.settings.publish.targets
      var publication = composition.publication(composition.desk())
      (publication.only, publication.isFull, publication.isDryRun) = (target, full, dryRun.dryRun)
      let database = try composition.openDatabase()
      if !dryRun.dryRun { try publication.forgetOthers(database) }
      try PublishCommand.refuse(target, targets)
      var status: ExitStatus?
      try publication.run(on: database) { outcome in
        switch outcome.result {
        case .success(let report):
          composition.say(PublishWords(outcome.target).line(report, isDryRun: dryRun.dryRun))
        case .failure(let error):
          status = status ?? error.status
          ErrorReport.report(error)
        }
      }
      if let status { throw status }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the targets: what they hold, how far they lag, and what failed.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      let composition = try Composition(options)
      let targets = composition.settings.publish.targets
      let publication = composition.publication(composition.desk())
      TablePrinter.show(
        try composition.read { try publication.list($0) }, asJSON: json.json,
        empty: targets.isEmpty ? PublishCommand.nowhere : "")
    }
  }

  struct SQL: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "sql",
      abstract: "Print the tables and views for PostgreSQL, and the rights of a role that only reads.",
      discussion: """
        rota makes the tables itself where its role may; else their owner runs what this prints.

          rota publish sql | psql planning
        """)
    @OptionGroup var options: CommonOptions
    @Flag(help: "Print only the rights.") var grants = false
    @Option(help: "The schema. Default: that of the first target in PostgreSQL, else rota.") var schema: String?

    func run() throws {
      let composition = try Composition(options)
      let named = composition.settings.publish.targets.lazy.compactMap { target in
        if case .postgres(let address) = target.place { address.schema } else { nil }
      }.first
      let tables = try composition.read { try $0.published.tables(kinds: Publication.kinds) }
      let sql = PostgresSchema(tables, schema: schema ?? named ?? "rota")
      if !grants { for statement in ["BEGIN"] + sql.statements + ["COMMIT"] { Terminal.data("\(statement);") } }
      Terminal.data("-- A role that only reads: GRANT rota_reader TO those who log in.")
      for statement in sql.grants { Terminal.data("\(statement);") }
    }
  }

  static let nowhere = "The settings name no target. Next: name one under publish: targets: (docs/publishing.md)"

  private static func refuse(_ name: String?, _ targets: [PublishSettings.Target]) throws {
    guard !targets.isEmpty else {
      throw UserError(
        "the settings name no target to publish to",
        next: .outside("name one under publish: targets: (docs/publishing.md)"))
    }
    guard let name, !targets.contains(where: { $0.name == name }) else { return }
    throw UserError(
      "there is no target \"\(name)\": the settings name \(targets.map(\.name).joined(separator: ", "))",
      next: .outside("rota publish list"))
  }
}
