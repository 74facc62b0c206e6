import ArgumentParser
import Planning
import PlanningStore
import Steering

/// A table of the plan as the commands `delete` and `import` see it.
protocol PlanSubject {
  associatedtype Rows: RowSubject
}

extension PlanSubject {
  static var table: PlanTable { Rows.table }
  /// The command above, as typed: `assignments`.
  static var command: String { Rows.command }
}

/// `rota assignments delete ID…`, and the same for its sisters.
struct DeleteRowsCommand<Subject: PlanSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "delete", abstract: "Delete \(Subject.table.noun.many) by id.",
      discussion: "  rota \(Subject.command) list\n  rota \(Subject.command) delete 12 13 --dry-run")
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "Ids, as 'list' shows them.") var ids: [Int64]
  @OptionGroup var dryRun: DryRunOption

  func run() throws { try Composition(options).perform(DeleteRows<Subject.Rows>(ids), dryRun) }
}

/// `rota assignments import FILE`, and the same for its sisters: all lines or none.
struct ImportRowsCommand<Subject: PlanSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    let columns = Subject.table.columns.map { $0.isRequired ? $0.name : "[\($0.name)]" }
    return CommandConfiguration(
      commandName: "import", abstract: "Add \(Subject.table.noun.many) from a CSV file: all lines or none.",
      discussion: """
        UTF-8; the first line names the columns, those in brackets may be left out:
        \(columns.joined(separator: ", "))

        People, projects, clients and roles are given by id or exact name (the column may be called person instead of
        person_id). Fields with commas or quotes stand in double quotes.

        A line that is there word for word is refused unless --skip-existing passes over it. One that says otherwise of
        the same \(Subject.Rows.key) is refused unless --replace lets it change what is there.

          rota \(Subject.command) import plan.csv --dry-run
          rota \(Subject.command) export | rota \(Subject.command) import - --replace
        """)
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "The CSV file; - is standard input.", completion: .file(extensions: ["csv"])) var file: String
  @Flag(name: .customLong("skip-existing"), help: "Pass over lines that are there already, word for word.")
  var skipExisting = false
  @Flag(help: "Change what is there where a line says otherwise; pass over what it repeats.") var replace = false
  @OptionGroup var dryRun: DryRunOption

  func run() throws {
    let composition = try Composition(options)
    let csv = try CSVFile(path: file)
    let file = try Subject.Rows.lines(of: csv)
    let progress = options.quiet ? nil : Progress()
    defer { Terminal.endProgress() }
    let said = try composition.desk().perform(
      ImportRows<Subject.Rows>(file, skipsSame: skipExisting, replaces: replace) { done in
        progress?.say("Reading \(csv.path): \(Words.count(done)) of \(Words.count(csv.lines.count)) lines")
      }, isDryRun: dryRun.dryRun)
    Terminal.endProgress()
    for line in said.text { composition.say(line) }
  }
}

/// `rota assignments export`, and the same for its sisters: what `import` reads.
struct ExportRows<Subject: PlanSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "export", abstract: "Write all \(Subject.table.noun.many) as CSV, as 'import' reads them.",
      discussion: """
        Names stand for people, projects and roles, ids where a name would be ambiguous. Change the file and read it back:

          rota \(Subject.command) export > plan.csv
          rota \(Subject.command) import plan.csv --replace
        """)
  }

  @OptionGroup var options: CommonOptions

  func run() throws {
    let export = try Composition(options).read { try $0.files.exportRows(of: Subject.table) }
    for line in CSVFile.lines(Table(export)) { Terminal.data(line) }
  }
}
