import ArgumentParser
import Steering
import Planning
import PlanningStore

/// A table of the plan as the commands `delete` and `import` see it.
protocol PlanSubject {
  static var table: PlanTable { get }
  /// The command above, as typed: `assignments`.
  static var command: String { get }
}

extension PlanSubject {
  /// What tells a row from others, in words.
  static var key: String {
    let words = table.columns.filter(\.isKey).map { $0.name.replacing("_id", with: "").replacing("_", with: " ") }
    return words.dropLast().joined(separator: ", ") + (words.count > 1 ? " and " : "") + words.last!
  }
}

/// `rota assignments delete ID…`, and the same for its sisters.
struct DeleteRows<Subject: PlanSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "delete", abstract: "Delete \(Subject.table.noun.many) by id.",
      discussion: "  rota \(Subject.command) list\n  rota \(Subject.command) delete 12 13 --dry-run")
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "Ids, as 'list' shows them.") var ids: [Int64]
  @OptionGroup var dryRun: DryRunOption

  func run() throws {
    let composition = try Composition(options)
    try composition.write(dryRun: dryRun.dryRun) { session in
      for id in ids { try session.rows.delete(id, from: Subject.table) }
    }
    composition.say("\(dryRun.verb("Deleted")) \(Subject.table.count(ids.count)).")
  }
}

/// `rota assignments import FILE`, and the same for its sisters: all lines or none.
struct ImportRows<Subject: PlanSubject>: ParsableCommand {
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
        the same \(Subject.key) is refused unless --replace lets it change what is there.

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
    let columns = try csv.header.map { try column($0, in: csv) }
    if let missing = Subject.table.columns.first(where: { column in
      column.isRequired && !columns.contains { $0.name == column.name }
    }) {
      throw UserError(
        "\(csv.path) line 1: the column \(missing.name) is missing", next: .outside("rota \(Subject.command) import -h")
      )
    }
    let progress = composition.options.quiet ? nil : Progress()
    defer { Terminal.endProgress() }
    let result = try composition.write(dryRun: dryRun.dryRun) { try add(csv, columns, to: $0, progress) }
    Terminal.endProgress()
    var words = ["\(dryRun.verb("Imported")) \(Subject.table.count(result.added)) from \(csv.path)"]
    if result.replaced > 0 {
      words.append("\(dryRun.dryRun ? "would have changed" : "changed") \(Words.count(result.replaced))")
    }
    if result.same > 0 {
      words.append("\(Words.count(result.same)) \(result.same == 1 ? "was" : "were") there already")
    }
    composition.say(words.joined(separator: "; ") + ".")
  }

  private func column(_ header: String, in csv: CSVFile) throws -> PlanTable.Column {
    guard let column = Subject.table.columns.first(where: { $0.isCalled(header) }) else {
      let names = Subject.table.columns.map(\.name)
      let meant = NearestWord.to(header, among: names).map { ". Did you mean \"\($0)\"?" } ?? ""
      throw UserError(
        "\(csv.path) line 1: there is no column \"\(header)\"\(meant)",
        next: .outside("the columns are \(names.joined(separator: ", "))"))
    }
    return column
  }

  /// Every bad line is told, and then nothing is written.
  private func add(
    _ csv: CSVFile, _ columns: [PlanTable.Column], to session: StoreSession, _ progress: Progress?
  ) throws -> PlanImport {
    let lines = csv.lines.map { line in
      var fields: [String: String] = [:]
      for (header, column) in zip(csv.header, columns) { fields[column.name] = line.fields[header] }
      return PlanLine(number: line.number, fields: fields)
    }
    let result = try session.files.importRows(
      lines, into: Subject.table, skipsSame: skipExisting, replaces: replace
    ) { done in
      progress?.say("Reading \(csv.path): \(Words.count(done)) of \(Words.count(lines.count)) lines")
    }
    let problems = result.refusals
    guard let first = problems.first else { return result }
    let shown = problems.prefix(10).map { "\(csv.path) line \($0.line): \($0.refusal.message)" }
    let rest = problems.count > 10 ? ["and \(Words.plural(problems.count - 10, "more line"))"] : []
    throw UserError(
      (shown + rest).joined(separator: "\n       ") + "  (nothing was imported)",
      next: first.refusal.next ?? .outside("correct the file and try again"))
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

extension PlanTable {
  func count(_ rows: Int) -> String { Words.plural(rows, noun.one, noun.many) }
}

extension DryRunOption {
  /// `Deleted`, or `Would have deleted`; `participle` where it differs from the past tense.
  func verb(_ past: String, participle: String? = nil) -> String {
    dryRun ? "Would have \(participle ?? past.lowercased())" : past
  }
}

extension Composition {
  /// Adds one row of the plan, and says so.
  func add(_ fields: KeyValuePairs<String, String?>, to table: PlanTable, dryRun: DryRunOption) throws {
    let id = try write(dryRun: dryRun.dryRun) { try $0.rows.add(given(fields), to: table) }
    say(dryRun.dryRun ? "Would add the \(table.noun.one)." : "\(table.noun.one.capitalized) \(id) added.")
  }

  /// Changes one row of the plan, and says so.
  func edit(
    _ fields: KeyValuePairs<String, String?>, of table: PlanTable, dryRun: DryRunOption,
    _ find: (StoreSession) throws -> Int64
  ) throws {
    let given = given(fields)
    guard !given.isEmpty else {
      throw UserError("nothing to change was given", next: .outside("see the options with --help"))
    }
    let changed = try write(dryRun: dryRun.dryRun) { try $0.rows.edit(find($0), given, of: table) }
    say(
      changed
        ? "\(dryRun.verb("Changed")) the \(table.noun.one). The next import takes it into account."
        : "The \(table.noun.one) says that already; nothing was changed.")
  }

  private func given(_ fields: KeyValuePairs<String, String?>) -> [String: String] {
    Dictionary(fields.compactMap { name, value in value.map { (name, $0) } }, uniquingKeysWith: { $1 })
  }
}
