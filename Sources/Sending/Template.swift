import ClockifyAPI

/// A writing request and what its body may hold: the one table behind `add`, `update`, `send`, help and docs.
package struct Template: Sendable {
  package enum Verb: String, Sendable { case create, update, delete, stop }

  package let verb: Verb
  package let kind: Kind
  package let fields: [TemplateField]

  package var name: String { verb == .stop ? "stop-timer" : "\(verb.rawValue)-\(kind.rawValue)" }

  package var method: String {
    switch verb {
    case .create: "POST"
    case .update: "PUT"
    case .delete: "DELETE"
    case .stop: "PATCH"
    }
  }

  /// Needs the id of what is changed.
  package var needsID: Bool { verb == .update || verb == .delete }
  /// Needs the project that its tasks are of.
  package var needsProject: Bool { kind == .task }
  /// May be done for somebody else.
  package var takesUser: Bool { verb == .stop || (verb == .create && kind == .timeEntry) }

  package func field(_ name: String) -> TemplateField? { fields.first { $0.name == name } }

  /// Below the address; each value is one part of the path.
  package func path(in workspace: String, id: String? = nil, project: String? = nil, user: String? = nil) -> String {
    if takesUser, let user {
      return "/workspaces/\(workspace)/user/\(user)/time-entries"
    }
    let list = kind.path(in: workspace, project: project)
    return id.map { "\(list)/\($0)" } ?? list
  }

  package static func named(_ name: String) -> Template? { all.first { $0.name == name } }
  package static func of(_ verb: Verb, _ kind: Kind) -> Template { all.first { $0.verb == verb && $0.kind == kind }! }

  /// The sixteen that `send` knows, and that of workspaces.
  package static let all: [Template] = [
    Template(
      verb: .create, kind: .timeEntry,
      fields: [
        TemplateField("start", .instant, isRequired: true), TemplateField("end", .instant),
        TemplateField("description", .text(0...3000)), TemplateField("projectId", .id(.project)),
        TemplateField("taskId", .id(.task)), TemplateField("tagIds", .ids(.tag)), TemplateField("billable", .flag),
        TemplateField("customFields", .list), TemplateField("type", .text(1...20)),
      ]),
    Template(
      verb: .update, kind: .timeEntry,
      fields: [
        TemplateField("start", .instant), TemplateField("end", .instant), TemplateField("description", .text(0...3000)),
        TemplateField("projectId", .id(.project)), TemplateField("taskId", .id(.task)),
        TemplateField("tagIds", .ids(.tag)), TemplateField("billable", .flag), TemplateField("customFields", .list),
        TemplateField("type", .text(1...20)),
      ]),
    Template(verb: .delete, kind: .timeEntry, fields: []),
    Template(verb: .stop, kind: .timeEntry, fields: [TemplateField("end", .instant, isRequired: true)]),
    Template(
      verb: .create, kind: .project,
      fields: [
        TemplateField("name", .text(2...250), isRequired: true), TemplateField("clientId", .id(.client)),
        TemplateField("isPublic", .flag), TemplateField("billable", .flag), TemplateField("color", .color),
        TemplateField("note", .text(0...16_384)), TemplateField("estimate", .object),
        TemplateField("hourlyRate", .object), TemplateField("costRate", .object), TemplateField("memberships", .list),
        TemplateField("tasks", .list),
      ]),
    Template(
      verb: .update, kind: .project,
      fields: [
        TemplateField("name", .text(2...250)), TemplateField("clientId", .id(.client)),
        TemplateField("isPublic", .flag), TemplateField("billable", .flag), TemplateField("color", .color),
        TemplateField("note", .text(0...16_384)), TemplateField("archived", .flag),
        TemplateField("hourlyRate", .object), TemplateField("costRate", .object),
      ]),
    Template(verb: .delete, kind: .project, fields: []),
    Template(
      verb: .create, kind: .task,
      fields: [
        TemplateField("name", .text(1...1000), isRequired: true), TemplateField("assigneeIds", .ids(nil)),
        TemplateField("estimate", .duration), TemplateField("status", .word(["ACTIVE", "DONE"])),
        TemplateField("billable", .flag), TemplateField("userGroupIds", .list),
        TemplateField("budgetEstimate", .number),
      ]),
    Template(
      verb: .update, kind: .task,
      fields: [
        TemplateField("name", .text(1...1000)), TemplateField("assigneeIds", .ids(nil)),
        TemplateField("estimate", .duration), TemplateField("status", .word(["ACTIVE", "DONE"])),
        TemplateField("billable", .flag), TemplateField("userGroupIds", .list),
        TemplateField("budgetEstimate", .number),
      ]),
    Template(verb: .delete, kind: .task, fields: []),
    Template(
      verb: .create, kind: .client,
      fields: [
        TemplateField("name", .text(1...100), isRequired: true), TemplateField("email", .text(0...3000)),
        TemplateField("address", .text(0...3000)), TemplateField("note", .text(0...3000)),
      ]),
    Template(
      verb: .update, kind: .client,
      fields: [
        TemplateField("name", .text(1...100)), TemplateField("email", .text(0...3000)),
        TemplateField("address", .text(0...3000)), TemplateField("note", .text(0...3000)),
        TemplateField("archived", .flag), TemplateField("currencyId", .text(1...100)), TemplateField("ccEmails", .list),
      ]),
    Template(verb: .delete, kind: .client, fields: []),
    Template(verb: .create, kind: .tag, fields: [TemplateField("name", .text(1...100), isRequired: true)]),
    Template(
      verb: .update, kind: .tag, fields: [TemplateField("name", .text(1...100)), TemplateField("archived", .flag)]),
    Template(verb: .delete, kind: .tag, fields: []),
    Template(
      verb: .create, kind: .workspace,
      fields: [TemplateField("name", .text(1...50), isRequired: true), TemplateField("organizationId", .text(1...100))]),
  ]

  /// What records can be sent by.
  package static let ofRecords = all.filter { $0.kind != .workspace }
}

/// One member of a body.
package struct TemplateField: Sendable {
  package enum Form: Sendable, Equatable {
    /// So many characters.
    case text(ClosedRange<Int>)
    case word([String])
    case flag, number
    /// RFC 3339.
    case instant
    /// `PT1H30M`.
    case duration
    /// `#RRGGBB`.
    case color
    case id(Kind)
    /// Of a kind; nil: of users.
    case ids(Kind?)
    case list, object
  }

  package let name: String
  package let form: Form
  package let isRequired: Bool

  init(_ name: String, _ form: Form, isRequired: Bool = false) {
    self.name = name
    self.form = form
    self.isRequired = isRequired
  }
}
