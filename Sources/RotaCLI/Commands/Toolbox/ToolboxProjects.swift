import ArgumentParser
import ClockifyAPI
import Foundation
import Sending

struct ToolboxProjects: ParsableCommand, ToolboxSubject {
  static let configuration = CommandConfiguration(
    commandName: "projects", abstract: "Projects in Clockify.",
    discussion: """
        rota clockify projects add --name Alpha --client Acme --color '#665F5E'
        rota clockify projects update Alpha --archived
      """,
    subcommands: [
      ToolboxFind<ToolboxProjects>.self, ToolboxGet<ToolboxProjects>.self, ToolboxAdd<ToolboxProjects>.self,
      ToolboxUpdate<ToolboxProjects>.self, ToolboxDelete<ToolboxProjects>.self,
    ])
  typealias Scope = WholeWorkspace
  typealias Search = NameSearch
  static let kind = Kind.project
  static let columns = [
    ToolboxColumn("id"), ToolboxColumn("name"), ToolboxColumn("client", "clientName"), ToolboxColumn("billable"),
    ToolboxColumn("public"), ToolboxColumn("archived"), ToolboxColumn("color"),
    ToolboxColumn("estimate", "estimate", "estimate"), ToolboxColumn("duration"), ToolboxColumn("note"),
  ]

  struct Fields: ToolboxFields {
    @Option(help: "The name, 2 to 250 characters.") var name: String
    @OptionGroup var rest: Details

    func body(_ toolbox: Toolbox, project: String?) async throws -> ToolboxBody {
      var body = ToolboxBody()
      body.set("name", text: name)
      try await rest.lay(on: &body, toolbox)
      body.set("estimate", rest.estimate.map { .object($0) })
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
      try await rest.lay(on: &body, toolbox)
      body.set("archived", flag: try archive.chosen)
      body.estimate = rest.estimate.map { .object($0 + [.init("active", .flag(rest.type == .manual))]) }
      return body
    }
  }

  enum EstimateType: String, ExpressibleByArgument, CaseIterable { case auto, manual }

  struct Details: ParsableArguments {
    @Option(help: "The colour, like #665F5E.") var color: String?
    @Option(help: "The client, by id or exact name.") var client: String?
    @Flag(name: .customLong("public"), help: "Everybody of the workspace sees it.") var isPublic = false
    @Flag(name: .customLong("no-public"), help: "Only its members see it.") var isPrivate = false
    @Flag(help: "Its time is billable.") var billable = false
    @Flag(name: .customLong("no-billable"), help: "Its time is not billable.") var notBillable = false
    @Option(help: "A note.") var note: String?
    @Option(name: .customLong("estimate"), help: "auto = from its tasks, manual = --estimate-hours.")
    var estimateType: EstimateType?
    @Option(name: .customLong("estimate-hours"), help: "Hours, like 12.5.") var estimateHours: Double?

    func validate() throws {
      _ = try chosen(isPublic, isPrivate, "public")
      _ = try chosen(billable, notBillable, "billable")
      if let color, color.wholeMatch(of: /#[0-9A-Fa-f]{6}/) == nil {
        throw ValidationError("--color must be like #665F5E.")
      }
      if let estimateHours, !(0...1_000_000).contains(estimateHours) {
        throw ValidationError("--estimate-hours must be 0 or more.")
      }
      if estimateType == .auto, estimateHours != nil {
        throw ValidationError("--estimate-hours goes with --estimate manual.")
      }
      if estimateType == .manual, estimateHours == nil {
        throw ValidationError("--estimate manual needs --estimate-hours.")
      }
    }

    var type: EstimateType { estimateType ?? .manual }

    var estimate: [JSONRow.Member]? {
      guard estimateType != nil || estimateHours != nil else { return nil }
      let seconds = Int(((estimateHours ?? 0) * 3600).rounded())
      return [
        .init("estimate", .text(ISODuration.text(seconds))), .init("type", .text(type.rawValue.uppercased())),
      ]
    }

    func lay(on body: inout ToolboxBody, _ toolbox: Toolbox) async throws {
      if let client { body.set("clientId", text: try await toolbox.names.id(of: client, .client)) }
      body.set("isPublic", flag: try chosen(isPublic, isPrivate, "public"))
      body.set("billable", flag: try chosen(billable, notBillable, "billable"))
      body.set("color", text: color)
      body.set("note", text: note)
    }
  }
}

struct ToolboxTasks: ParsableCommand, ToolboxSubject {
  static let configuration = CommandConfiguration(
    commandName: "tasks", abstract: "Tasks of a project in Clockify.",
    discussion: "  rota clockify tasks add --project Alpha --name Design --estimate-hours 3 --estimate-minutes 45",
    subcommands: [
      ToolboxFind<ToolboxTasks>.self, ToolboxGet<ToolboxTasks>.self, ToolboxAdd<ToolboxTasks>.self,
      ToolboxUpdate<ToolboxTasks>.self,
      ToolboxDelete<ToolboxTasks>.self,
    ])
  typealias Scope = OfProject
  static let kind = Kind.task
  static let columns = [
    ToolboxColumn("id"), ToolboxColumn("name"), ToolboxColumn("status"), ToolboxColumn("estimate"),
    ToolboxColumn("duration"), ToolboxColumn("billable"), ToolboxColumn("assignees", "assigneeIds"),
  ]

  struct Search: ToolboxSearch {
    @OptionGroup var name: NameSearch
    @Flag(help: "Only those that are not done.") var active = false
    @Flag(help: "Only those that are done.") var done = false

    func validate() throws {
      if active, done { throw ValidationError("--active and --done: one of them, or neither.") }
    }

    func list(_ kind: Kind, project: String?, _ toolbox: Toolbox) async throws -> ToolboxList {
      var list = try await name.list(kind, project: project, toolbox)
      if active || done { list.query.append(("is-active", "\(active)")) }
      return list
    }
  }

  struct Fields: ToolboxFields {
    @Option(help: "The name, 1 to 1000 characters.") var name: String
    @OptionGroup var rest: Details

    func body(_ toolbox: Toolbox, project: String?) async throws -> ToolboxBody {
      var body = ToolboxBody()
      body.set("name", text: name)
      try await rest.lay(on: &body, toolbox)
      return body
    }
  }

  struct Changes: ToolboxFields {
    @Option(help: "Another name.") var name: String?
    @OptionGroup var rest: Details
    @Flag(help: "It is done.") var done = false
    @Flag(help: "It is not done.") var active = false

    func validate() throws {
      if active, done { throw ValidationError("--active and --done: one of them.") }
    }

    func body(_ toolbox: Toolbox, project: String?) async throws -> ToolboxBody {
      var body = ToolboxBody()
      body.set("name", text: name)
      try await rest.lay(on: &body, toolbox)
      body.set("status", text: done ? "DONE" : active ? "ACTIVE" : nil)
      return body
    }
  }

  struct Details: ParsableArguments {
    @Option(name: .customLong("user"), help: "Whose it is, by id, e-mail or me; may be given again.")
    var users: [String] = []
    @Option(name: .customLong("estimate-hours"), help: "Whole hours.") var hours: Int?
    @Option(name: .customLong("estimate-minutes"), help: "Minutes, at most 60.") var minutes: Int?
    @Flag(help: "Its time is billable.") var billable = false
    @Flag(name: .customLong("no-billable"), help: "Its time is not billable.") var notBillable = false

    func validate() throws {
      _ = try chosen(billable, notBillable, "billable")
      if let hours, !(0...1_000_000).contains(hours) { throw ValidationError("--estimate-hours must be 0 or more.") }
      if let minutes, !(0...60).contains(minutes) { throw ValidationError("--estimate-minutes must be 0 to 60.") }
    }

    func lay(on body: inout ToolboxBody, _ toolbox: Toolbox) async throws {
      if !users.isEmpty {
        var ids: [JSONRow] = []
        for user in users { ids.append(.text(try await toolbox.names.id(of: user, .user))) }
        body.set("assigneeIds", .list(ids))
      }
      if hours != nil || minutes != nil {
        body.set("estimate", text: ISODuration.text((hours ?? 0) * 3600 + (minutes ?? 0) * 60))
      }
      body.set("billable", flag: try chosen(billable, notBillable, "billable"))
    }
  }
}
