import ArgumentParser
import ClockifyAPI
import Sending

/// `find` of what has a name.
struct NameSearch: ToolboxSearch {
  @Option(help: "Only what has this in its name.") var name: String?
  @Flag(help: "--name is the whole name.") var exact = false

  func validate() throws {
    if exact, name == nil { throw ValidationError("--exact needs --name.") }
  }

  func list(_ kind: Kind, project: String?, _ toolbox: Toolbox) async throws -> ToolboxList {
    var list = ToolboxList(path: kind.path(in: toolbox.place.id, project: project))
    guard let name else { return list }
    list.query.append(("name", name))
    if exact {
      // Clients are not searched so (clockify-api.md 3): looked at here.
      if kind != .client { list.query.append(("strict-name-search", "true")) }
      list.keeps = { $0["name"] == .text(name) }
    }
    return list
  }
}

// MARK: Clients

struct ToolboxClients: ParsableCommand, ToolboxSubject {
  static let configuration = CommandConfiguration(
    commandName: "clients", abstract: "Clients in Clockify.",
    discussion: "  rota clockify clients add --name Acme",
    subcommands: [
      ToolboxFind<ToolboxClients>.self, ToolboxGet<ToolboxClients>.self, ToolboxAdd<ToolboxClients>.self,
      ToolboxUpdate<ToolboxClients>.self, ToolboxDelete<ToolboxClients>.self,
    ])
  typealias Scope = WholeWorkspace
  typealias Search = NameSearch
  static let kind = Kind.client
  static let columns = [
    ToolboxColumn("id"), ToolboxColumn("name"), ToolboxColumn("archived"), ToolboxColumn("email"),
    ToolboxColumn("address"), ToolboxColumn("note"),
  ]

  struct Fields: ToolboxFields {
    @Option(help: "The name, 1 to 100 characters.") var name: String
    @OptionGroup var rest: Details

    func body(_ toolbox: Toolbox, project: String?) async throws -> ToolboxBody {
      var body = ToolboxBody()
      body.set("name", text: name)
      rest.lay(on: &body)
      return body
    }
  }

  struct Changes: ToolboxFields {
    @Option(help: "Another name.") var name: String?
    @OptionGroup var rest: Details
    @OptionGroup var archive: ArchiveFlags

    func body(_ toolbox: Toolbox, project: String?) async throws -> ToolboxBody {
      var body = ToolboxBody()
      body.set("name", text: name)
      rest.lay(on: &body)
      body.set("archived", flag: try archive.chosen)
      return body
    }
  }

  struct Details: ParsableArguments {
    @Option(help: "The e-mail address.") var email: String?
    @Option(help: "The postal address.") var address: String?
    @Option(help: "A note.") var note: String?

    func lay(on body: inout ToolboxBody) {
      body.set("email", text: email)
      body.set("address", text: address)
      body.set("note", text: note)
    }
  }
}

struct ArchiveFlags: ParsableArguments {
  @Flag(help: "Put it into the archive.") var archived = false
  @Flag(name: .customLong("no-archived"), help: "Take it out of the archive.") var notArchived = false

  func validate() throws { _ = try chosen }

  var chosen: Bool? { get throws { try RotaCLI.chosen(archived, notArchived, "archived") } }
}

// MARK: Tags

struct ToolboxTags: ParsableCommand, ToolboxSubject {
  static let configuration = CommandConfiguration(
    commandName: "tags", abstract: "Tags in Clockify.",
    discussion: "  rota clockify tags add --name on-site",
    subcommands: [
      ToolboxFind<ToolboxTags>.self, ToolboxGet<ToolboxTags>.self, ToolboxAdd<ToolboxTags>.self,
      ToolboxUpdate<ToolboxTags>.self,
      ToolboxDelete<ToolboxTags>.self,
    ])
  typealias Scope = WholeWorkspace
  typealias Search = NameSearch
  static let kind = Kind.tag
  static let columns = [ToolboxColumn("id"), ToolboxColumn("name"), ToolboxColumn("archived")]

  struct Fields: ToolboxFields {
    @Option(help: "The name, 1 to 100 characters.") var name: String

    func body(_ toolbox: Toolbox, project: String?) async throws -> ToolboxBody {
      var body = ToolboxBody()
      body.set("name", text: name)
      return body
    }
  }

  struct Changes: ToolboxFields {
    @Option(help: "Another name.") var name: String?
    @OptionGroup var archive: ArchiveFlags

    func body(_ toolbox: Toolbox, project: String?) async throws -> ToolboxBody {
      var body = ToolboxBody()
      body.set("name", text: name)
      body.set("archived", flag: try archive.chosen)
      return body
    }
  }
}

// MARK: Workspaces

struct ToolboxWorkspaces: ParsableCommand, ToolboxSubject {
  static let configuration = CommandConfiguration(
    commandName: "workspaces",
    abstract: "Workspaces that the key sees. Clockify lets nobody change or delete one this way.",
    discussion: "  rota clockify workspaces find",
    subcommands: [ToolboxFind<ToolboxWorkspaces>.self, Get.self, ToolboxAdd<ToolboxWorkspaces>.self])
  typealias Scope = WholeWorkspace
  typealias Changes = Fields
  static let kind = Kind.workspace
  static let columns = [
    ToolboxColumn("id"), ToolboxColumn("name"), ToolboxColumn("plan", "featureSubscriptionType"),
  ]

  struct Search: ToolboxSearch {
    func list(_ kind: Kind, project: String?, _ toolbox: Toolbox) async throws -> ToolboxList {
      ToolboxList(path: "/workspaces")
    }
  }

  struct Fields: ToolboxFields {
    @Option(help: "The name, 1 to 50 characters.") var name: String

    func body(_ toolbox: Toolbox, project: String?) async throws -> ToolboxBody {
      var body = ToolboxBody()
      body.set("name", text: name)
      return body
    }
  }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "get", abstract: "Show one workspace with its settings.")
    @OptionGroup var options: ToolboxOptions
    @Argument(help: "Its id. Default: the one that --workspace, the settings or the key name.") var id: String?
    @OptionGroup var json: JSONOption

    func run() async throws {
      var options = options
      if let id { options.workspace = id }
      let session = try await options.open()
      let row = try await session.toolbox.source.row(at: "/workspaces/\(session.place.id)")
      guard let row else {
        throw SendingError("the key sees no workspace \(session.place.id)", next: "rota clockify workspaces find")
      }
      let settings = (row["workspaceSettings"]?.members ?? []).filter { member in
        if case .object = member.value { false } else { true }
      }
      ToolboxRows.show(
        row, ToolboxWorkspaces.columns + settings.map { ToolboxColumn($0.name, "workspaceSettings", $0.name) },
        asJSON: json.json)
    }
  }
}
