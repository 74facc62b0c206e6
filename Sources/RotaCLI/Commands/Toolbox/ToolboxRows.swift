import ArgumentParser
import ClockifyAPI
import Foundation
import PlanningStore
import Sending
import Steering

/// A column of the table that people see.
struct ToolboxColumn {
  let name: String
  let value: @Sendable (JSONRow) -> JSONRow?

  init(_ name: String, _ path: String...) {
    self.name = name
    value = { row in path.isEmpty ? row[name] : row.at(path) }
  }

  init(_ name: String, value: @escaping @Sendable (JSONRow) -> JSONRow?) {
    self.name = name
    self.value = value
  }
}

/// How rows are printed: a table, or as Clockify sent them.
enum ToolboxRows {
  static func show(_ rows: [JSONRow], _ columns: [ToolboxColumn], asJSON: Bool, empty: String) {
    if asJSON {
      print(rows.isEmpty ? "[]" : "[\n\(rows.map(\.json).joined(separator: ",\n"))\n]")
      return
    }
    TablePrinter.show(
      Table(columns: columns.map(\.name), rows: rows.map { row in columns.map { scalar($0.value(row)) } }),
      asJSON: false, empty: empty)
  }

  static func show(_ row: JSONRow, _ columns: [ToolboxColumn], asJSON: Bool) {
    if asJSON { return print(row.json) }
    for column in columns {
      let value = scalar(column.value(row))
      if value != .none { Terminal.say("\(Words.padded(column.name, 13)) \(value)") }
    }
  }

  private static func scalar(_ value: JSONRow?) -> Scalar {
    switch value {
    case nil, .null?, .text("")?: .none
    case .text(let text)?: .text(text)
    case .flag(let flag)?: .text(flag ? "yes" : "no")
    case .number(let digits)?: Int64(digits).map { .number($0) } ?? .text(digits)
    case .list(let elements)?:
      elements.isEmpty
        ? .none : .text(elements.map { $0.words ?? $0["name"]?.words ?? $0.json }.joined(separator: ", "))
    case .object?: .text(value?["name"]?.words ?? value?.json ?? "")
    }
  }
}

struct ToolboxFind<Subject: ToolboxSubject>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "find", abstract: "List \(Subject.kind.plural) as Clockify has them now.")
  }

  @OptionGroup var options: ToolboxOptions
  @OptionGroup var scope: Subject.Scope
  @OptionGroup var search: Subject.Search
  @Option(help: "At most so many rows; all = no end.") var limit = "1000"
  @OptionGroup var json: JSONOption
  @Flag(help: "Print one row a line as JSON, page by page.") var ndjson = false

  func validate() throws {
    guard limit == "all" || Int(limit).map({ $0 > 0 }) ?? false else {
      throw ValidationError("--limit must be a number above 0, or all.")
    }
    if json.json, ndjson { throw ValidationError("--json and --ndjson: one of them.") }
  }

  func run() async throws {
    let session = try await options.open(needsWorkspace: Subject.kind != .workspace)
    let list = try await search.list(
      Subject.kind, project: try await scope.projectID(session.toolbox), session.toolbox)
    var left = Int(limit) ?? .max
    var found: [JSONRow] = []
    var hasMore = false
    try await session.toolbox.source.readRows(of: list.path, query: list.query) { rows in
      let kept = rows.filter(list.keeps)
      let shown = kept.prefix(left)
      left -= shown.count
      if ndjson { for row in shown { Terminal.data(row.json) } } else { found += shown }
      hasMore = kept.count > shown.count
      return !hasMore
    }
    if !ndjson {
      let columns = try await (search as? any ColumnChooser)?.columns(session) ?? Subject.columns
      ToolboxRows.show(found, columns, asJSON: json.json, empty: "Clockify has no such \(Subject.kind.plural).")
    }
    if hasMore { session.composition.say("There are more than \(limit): --limit all shows them.") }
  }
}

/// A search that says itself how its rows are shown.
protocol ColumnChooser {
  func columns(_ session: ToolboxSession) async throws -> [ToolboxColumn]
}

struct ToolboxGet<Subject: ToolboxSubject>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "get", abstract: "Show one \(Subject.kind.noun) as Clockify has it now.")
  }

  @OptionGroup var options: ToolboxOptions
  @OptionGroup var scope: Subject.Scope
  @Argument(help: "\(ItemID.help(Subject.kind))") var id: String
  @OptionGroup var json: JSONOption

  func run() async throws {
    let toolbox = try await options.open().toolbox
    let project = try await scope.projectID(toolbox)
    let id = try await ItemID.of(id, Subject.kind, project, toolbox)
    ToolboxRows.show(
      try await toolbox.row(Subject.kind, id, project: project), Subject.columns, asJSON: json.json)
  }
}

/// What stands for an item on the command line.
enum ItemID {
  static func help(_ kind: Kind) -> String {
    kind == .timeEntry ? "The Clockify id, or running." : "The Clockify id or exact name."
  }

  static func of(_ text: String, _ kind: Kind, _ project: String?, _ toolbox: Toolbox) async throws -> String {
    switch kind {
    case .project: return try await toolbox.names.id(of: text, .project)
    case .client: return try await toolbox.names.id(of: text, .client)
    case .tag: return try await toolbox.names.id(of: text, .tag)
    case .task: return try await toolbox.names.id(of: text, .task(project: project ?? ""))
    case .workspace: return text
    case .timeEntry:
      if text.lowercased().isClockifyID { return text.lowercased() }
      guard text == "running" else {
        throw SendingError("\"\(text)\" is no id of a time entry", next: "rota clockify time-entries find")
      }
      guard let id = try await toolbox.running(of: toolbox.place.ownerID)?["id"]?.words else {
        throw Refusal(.noTimer(user: toolbox.place.ownerName), says: nil).error
      }
      return id
    }
  }
}
