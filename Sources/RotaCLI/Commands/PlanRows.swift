import ArgumentParser
import Planning
import PlanningStore
import Steering

/// A table of the plan as the commands `delete` and `import` see it.
protocol PlanSubject {
  associatedtype Rows: RowSubject
  associatedtype Source: ImportSource = FileOnly
}

/// Where `import` takes its rows from, besides a file.
protocol ImportSource: ParsableArguments {
  var fromClockify: Bool { get }
}

struct FileOnly: ImportSource {
  var fromClockify: Bool { false }
}

struct FileOrClockify: ImportSource {
  @Flag(
    name: .customLong("from-clockify"),
    help: "Take what Clockify plans, as the last import read it, instead of a file: new, changed and gone.")
  var fromClockify = false
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
  @Argument(help: "The CSV file; - is standard input.", completion: .file(extensions: ["csv"])) var file: String?
  @OptionGroup var source: Subject.Source
  @Flag(name: .customLong("skip-existing"), help: "Pass over lines that are there already, word for word.")
  var skipExisting = false
  @Flag(help: "Change what is there where a line says otherwise; pass over what it repeats.") var replace = false
  @OptionGroup var dryRun: DryRunOption

  func run() throws {
    let composition = try Composition(options)
    if source.fromClockify, let rows = Subject.Rows.self as? any ClockifyRowSubject.Type {
      return try composition.take(rows, dryRun)
    }
    guard let path = file else { return }
    let csv = try CSVFile(path: path)
    let lines = try Subject.Rows.lines(of: csv)
    let progress = options.quiet ? nil : Progress()
    defer { Terminal.endProgress() }
    let said = try composition.desk().perform(
      ImportRows<Subject.Rows>(lines, skipsSame: skipExisting, replaces: replace) { done in
        progress?.say("Reading \(csv.path): \(Words.count(done)) of \(Words.count(csv.lines.count)) lines")
      }, isDryRun: dryRun.dryRun)
    Terminal.endProgress()
    for line in said.text { composition.say(line) }
  }

  func validate() throws {
    if file == nil, !source.fromClockify { throw ValidationError("Missing expected argument '<file>'") }
    if file != nil, source.fromClockify { throw ValidationError("Either a file or --from-clockify.") }
  }
}

/// `rota assignments purge --from-clockify`, and the same for its sisters.
struct PurgeRowsCommand<Subject: PlanSubject>: ParsableCommand where Subject.Rows: ClockifyRowSubject {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "purge", abstract: "Remove \(Subject.table.noun.many) that were taken from Clockify.",
      discussion: """
        What a planner typed, or edited since, stays.

          rota \(Subject.command) purge --from-clockify --dry-run
        """)
  }

  @OptionGroup var options: CommonOptions
  @Flag(name: .customLong("from-clockify"), help: "Says that it is meant.") var fromClockify = false
  @OptionGroup var dryRun: DryRunOption

  func run() throws { try Composition(options).perform(PurgeFromClockify<Subject.Rows>(), dryRun) }

  func validate() throws {
    if !fromClockify { throw ValidationError("Say --from-clockify: nothing else is removed at once.") }
  }
}

extension Composition {
  fileprivate func take<Rows: ClockifyRowSubject>(_ rows: Rows.Type, _ dryRun: DryRunOption) throws {
    try perform(TakeFromClockify<Rows>(), dryRun)
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
