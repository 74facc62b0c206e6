import ArgumentParser
import Sending

struct ClockifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clockify",
    abstract: "Look into Clockify, and change it on purpose (docs/toolbox.md). The import never does.",
    subcommands: [
      ToolboxTimeEntries.self, ToolboxProjects.self, ToolboxTasks.self, ToolboxClients.self, ToolboxTags.self,
      ToolboxWorkspaces.self, CallCommand.self, SendCommand.self, TemplatesCommand.self,
      JournalCommand.self,
    ])
}

/// A kind of Clockify's as the generic commands see it.
protocol ToolboxSubject {
  /// Where its rows are, besides the workspace.
  associatedtype Scope: ToolboxScope
  associatedtype Search: ToolboxSearch
  /// Flags of `add`.
  associatedtype Fields: ToolboxFields
  /// Flags of `update`.
  associatedtype Changes: ToolboxFields

  static var kind: Kind { get }
  static var columns: [ToolboxColumn] { get }
}

extension ToolboxSubject {
  static var command: String { "rota clockify \(kind.plural)" }
}

/// Of tasks the project; of all others nothing.
protocol ToolboxScope: ParsableArguments {
  func projectID(_ toolbox: Toolbox) async throws -> String?
}

struct WholeWorkspace: ToolboxScope {
  func projectID(_ toolbox: Toolbox) async throws -> String? { nil }
}

struct OfProject: ToolboxScope {
  @Option(help: "The project, by Clockify id or exact name.") var project: String

  func projectID(_ toolbox: Toolbox) async throws -> String? { try await toolbox.names.id(of: project, .project) }
}

/// Options of `find`.
protocol ToolboxSearch: ParsableArguments {
  func list(_ kind: Kind, project: String?, _ toolbox: Toolbox) async throws -> ToolboxList
}

/// What `find` asks for.
struct ToolboxList {
  var path: String
  var query: [(String, String)] = []
  /// Looks again at each row here, where Clockify's own filter is not to be trusted.
  var keeps: @Sendable (JSONRow) -> Bool = { _ in true }
}

/// Flags that become the body of a request.
protocol ToolboxFields: ParsableArguments {
  func body(_ toolbox: Toolbox, project: String?) async throws -> ToolboxBody
}

struct ToolboxBody {
  /// In order; nothing takes a field out.
  var fields: [(name: String, value: JSONRow?)] = []
  /// Of a project that is changed: has a request of its own.
  var estimate: JSONRow?
  /// Whose it is.
  var user: String?

  mutating func set(_ name: String, _ value: JSONRow?) {
    if let value { fields.append((name, value)) }
  }

  mutating func set(_ name: String, text: String?) { set(name, text.map { .text($0) }) }
  mutating func set(_ name: String, flag: Bool?) { set(name, flag.map { .flag($0) }) }
}

/// `yes` and `no` flags that may be left out.
func chosen(_ yes: Bool, _ no: Bool, _ name: String) throws -> Bool? {
  if yes, no { throw ValidationError("--\(name) and --no-\(name): one of them.") }
  return yes ? true : no ? false : nil
}
