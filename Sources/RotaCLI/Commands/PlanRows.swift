import ArgumentParser
import Planning
import PlanningStore

/// A table of the plan as the commands `delete` and `import` see it.
protocol PlanSubject {
  static var table: PlanTable { get }
  /// The command above, as typed: `assignments`.
  static var command: String { get }
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
      for id in ids { try session.deleteRow(id, from: Subject.table) }
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

          rota \(Subject.command) import plan.csv --dry-run
        """)
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "The CSV file.", completion: .file(extensions: ["csv"])) var file: String
  @Flag(name: .customLong("skip-existing"), help: "Pass over lines that are there already, word for word.")
  var skipExisting = false
  @OptionGroup var dryRun: DryRunOption

  func run() throws {
    let composition = try Composition(options)
    let csv = try CSVFile(path: file)
    let columns = try csv.header.map { try column($0, in: csv) }
    if let missing = Subject.table.columns.first(where: { column in
      column.isRequired && !columns.contains { $0.name == column.name }
    }) {
      throw UserError(
        "\(file) line 1: the column \(missing.name) is missing", next: "rota \(Subject.command) import -h")
    }
    let (added, skipped) = try composition.write(dryRun: dryRun.dryRun) { try add(csv, columns, to: $0) }
    composition.say(
      "\(dryRun.verb("Imported")) \(Subject.table.count(added)) from \(file)\(skipped == 0 ? "" : "; \(Words.count(skipped)) \(skipped == 1 ? "was" : "were") there already")."
    )
  }

  private func column(_ header: String, in csv: CSVFile) throws -> PlanTable.Column {
    guard let column = Subject.table.columns.first(where: { $0.isCalled(header) }) else {
      let names = Subject.table.columns.map(\.name)
      let meant = NearestWord.to(header, among: names).map { ". Did you mean \"\($0)\"?" } ?? ""
      throw UserError(
        "\(file) line 1: there is no column \"\(header)\"\(meant)",
        next: "the columns are \(names.joined(separator: ", "))")
    }
    return column
  }

  /// Every bad line is told, and then nothing is written.
  private func add(_ csv: CSVFile, _ columns: [PlanTable.Column], to session: StoreSession) throws -> (Int, Int) {
    var problems: [(line: Int, refusal: PlanRefusal)] = []
    var skipped = 0
    var lineOfRow: [Int64: Int] = [:]
    for line in csv.lines {
      var fields: [String: String] = [:]
      for (header, column) in zip(csv.header, columns) { fields[column.name] = line.fields[header] }
      do {
        lineOfRow[try session.addRow(fields, to: Subject.table)] = line.number
      } catch let duplicate as PlanDuplicate {
        if skipExisting {
          skipped += 1
        } else {
          let first = lineOfRow[duplicate.id].map { PlanRefusal("it repeats line \($0)") }
          problems.append((line.number, first ?? duplicate.refusal))
        }
      } catch let refusal as PlanRefusal {
        problems.append((line.number, refusal))
      }
    }
    guard let first = problems.first else { return (lineOfRow.count, skipped) }
    let shown = problems.prefix(10).map { "\(file) line \($0.line): \($0.refusal.message)" }
    let rest = problems.count > 10 ? ["and \(problems.count - 10) more lines"] : []
    throw UserError(
      (shown + rest).joined(separator: "\n       ") + "  (nothing was imported)",
      next: first.refusal.next ?? "correct the file and try again")
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
    let id = try write(dryRun: dryRun.dryRun) { try $0.addRow(given(fields), to: table) }
    say(dryRun.dryRun ? "Would add the \(table.noun.one)." : "\(table.noun.one.capitalized) \(id) added.")
  }

  /// Changes one row of the plan, and says so.
  func edit(
    _ fields: KeyValuePairs<String, String?>, of table: PlanTable, dryRun: DryRunOption,
    _ find: (StoreSession) throws -> Int64
  ) throws {
    let given = given(fields)
    guard !given.isEmpty else { throw UserError("nothing to change was given", next: "see the options with --help") }
    let changed = try write(dryRun: dryRun.dryRun) { try $0.editRow(find($0), given, of: table) }
    say(
      changed
        ? "\(dryRun.verb("Changed")) the \(table.noun.one). The next import takes it into account."
        : "The \(table.noun.one) says that already; nothing was changed.")
  }

  private func given(_ fields: KeyValuePairs<String, String?>) -> [String: String] {
    Dictionary(fields.compactMap { name, value in value.map { (name, $0) } }, uniquingKeysWith: { $1 })
  }
}
