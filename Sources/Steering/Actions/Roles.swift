package import PlanningStore

/// Adds a role that is not there yet.
package struct AddRole: Action {
  package static let name = "roles.add"
  /// Letter case does not count.
  let name: String

  package init(name: String) {
    self.name = name
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    guard name.contains(where: { !$0.isWhitespace }) else { throw UserError("a role needs a name") }
    if try session.roles.find(named: name) != nil {
      throw UserError("there is a role \"\(name)\" already", next: .roles)
    }
    let id = try session.roles.add(name)
    return Said(context.isDryRun ? "Would add the role \(name)." : "Role \(id), \(name).")
  }
}

/// Gives a role another name.
package struct RenameRole: Action {
  package static let name = "roles.edit"
  let name: String
  let newName: String

  package init(name: String, newName: String) {
    self.name = name
    self.newName = newName
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    try session.roles.rename(session.roles.id(name), to: newName)
    return Said(context.isDryRun ? "Would rename \(name) to \(newName)." : "\(name) is now \(newName).")
  }
}

/// Deletes a role that nothing uses.
package struct DeleteRole: Action {
  package static let name = "roles.delete"
  let name: String

  package init(name: String) {
    self.name = name
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    try session.roles.delete(session.roles.id(name))
    return Said(context.isDryRun ? "Would delete \(name)." : "\(name) is deleted.")
  }
}
