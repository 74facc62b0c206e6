package import PlanningStore

/// Adds a client that is not in Clockify, or before it is.
package struct AddClient: Action {
  package static let name = "clients.add"
  let name: String

  package init(name: String) {
    self.name = name
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    var (id, said) = try session.add(["name": name], to: .client, context)
    said.item = Said.Item(.client, id)
    return said
  }
}

/// Adds a project that is not in Clockify, or before it is.
package struct AddProject: Action {
  package static let name = "projects.add"
  let name: String
  /// Id, exact name or Clockify id.
  let client: String
  /// Whether entries without a flag of their own are billable.
  let isBillable: Bool
  /// No zeros are filled before this date.
  let actualsFrom: String?

  package init(name: String, client: String, isBillable: Bool, actualsFrom: String?) {
    self.name = name
    self.client = client
    self.isBillable = isBillable
    self.actualsFrom = actualsFrom
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    var fields = ["name": name, "client_id": client]
    fields["is_billable"] = isBillable ? nil : "no"
    fields["actuals_from"] = actualsFrom
    var (id, said) = try session.add(fields, to: .project, context)
    said.item = Said.Item(.project, id)
    return said
  }
}
