import ArgumentParser
import Planning
import PlanningStore
import Replicating
import Steering

struct ReplicaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replica", abstract: "See what of Clockify is kept beside the plan (docs/replica.md).",
    subcommands: [List.self, Show.self, Schema.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the kinds: how many rows, when they were read, and why one was not.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Flag(help: "Print CSV.") var csv = false
    @Option(help: "Only this workspace, by Clockify id.") var workspace: String?

    func run() throws {
      let composition = try Composition(options)
      let overview = try composition.read {
        try ReplicaOverview($0, composition.settings.replica, workspace: workspace)
      }
      if csv {
        for line in CSVFile.lines(Table(overview.rows)) { Terminal.data(line) }
      } else {
        let several = Set(overview.rows.map(\.workspaceID)).count > 1
        TablePrinter.show(
          overview.rows, asJSON: json.json,
          columns: ReplicaKindRow.CodingKeys.allCases.filter { several || $0 != .workspaceID },
          empty: "No workspace was read yet. Next: rota import")
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the rows of a kind.",
      discussion: """
          rota replica show tags
          rota replica show invoices --changed-since 12 --csv
        """)
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The kind, as 'rota replica list' names it.") var kind: String
    @Flag(help: "Print CSV: all columns.") var csv = false
    @Flag(help: "Only rows that are gone from Clockify.") var deleted = false
    @Option(name: .customLong("changed-since"), help: "Only rows that this run or a later one changed.")
    var changedSince: Int64?
    @Option(help: "Only this workspace, by Clockify id.") var workspace: String?

    func run() throws {
      let kind = try ReplicaCommand.kind(kind)
      let rows = try Composition(options).read { session in
        Table(
          try session.replica.rows(
            of: kind.table.name, in: workspace, isDeleted: deleted, changedSince: changedSince))
      }
      if csv {
        for line in CSVFile.lines(rows) { Terminal.data(line) }
      } else if json.json {
        TablePrinter.show(rows, asJSON: true, empty: "")
      } else {
        let internals = ["workspace_id", "raw", "row_hash", "first_seen_run", "changed_run", "list_hash", "detail_run"]
        let shown = rows.keeping(rows.columns.filter { !internals.contains($0) }).withoutEmptyColumns
        // What a terminal takes; programs get all.
        TablePrinter.show(
          shown.keeping(Array(shown.columns.prefix(8))), asJSON: false,
          empty: "No rows. 'rota replica list' says when they were read")
      }
    }
  }

  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show tables and columns: where each comes from, and what it means.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Only this kind. Default: all.") var kind: String?

    func run() throws {
      let kinds = try kind.map { [try ReplicaCommand.kind($0)] } ?? ReplicaKind.all
      if json.json {
        print(JSONText.of(kinds.map(\.object)))
      } else {
        for kind in kinds {
          for line in kind.guide { Terminal.data(line) }
        }
      }
    }
  }

  static func kind(_ name: String) throws -> ReplicaKind {
    if let kind = ReplicaKind.all.first(where: { $0.name == name }) { return kind }
    if name == ReplicaKind.entryDetails {
      throw UserError(
        "\(name) are columns and tables beside the time entries, no table of their own",
        next: .outside("sqlite3 rota.sqlite 'SELECT * FROM time_entry_detail LIMIT 5'"))
    }
    let near = NearestWord.to(name, among: ReplicaKind.all.map(\.name))
    throw UserError(
      "there is no kind \"\(name)\"\(near.map { "; did you mean \($0)?" } ?? "")", next: .outside("rota replica list"))
  }
}
