import Planning
package import PlanningStore

/// What `rota webhooks` keeps of the webhooks that it made in Clockify (live.md 3). Each write is a transaction of its own: a
/// row is there before its webhook is.
extension Desk {
  /// Before it is asked for.
  package func begin(hook: LiveHook) throws {
    try write("webhooks") { session in
      let isKnown = try session.liveHooks.all(in: hook.workspaceID).contains { $0.pathKey == hook.pathKey }
      if !isKnown { try session.liveHooks.add(hook) }
    }
  }

  /// What Clockify answered.
  package func keep(hook pathKey: String, id: String, tokenHash: String?, event: String) throws {
    try write("webhooks") { session in
      try session.liveHooks.set(pathKey, hook: id, tokenHash: tokenHash)
      try log("webhook.install", "Webhook \(event) is installed.", session)
    }
  }

  package func forget(hook pathKey: String, event: String) throws {
    try write("webhooks") { session in
      try session.liveHooks.remove(pathKey, at: now)
      try log("webhook.remove", "Webhook \(event) is removed.", session)
    }
  }

  /// Clockify delivers again, as far as a command has seen.
  package func hooksAreOn() throws {
    try write("webhooks") { session in
      guard var memory = try session.liveMemory(), memory.problems.contains(where: { $0.key == LiveMemory.hookOff })
      else { return }
      memory.clear(LiveMemory.hookOff)
      try session.setLiveMemory(memory, at: now)
    }
  }

  private func log(_ action: String, _ said: String, _ session: StoreSession) throws {
    _ = try session.changes.add(
      Change(
        at: now, actor: actor.name, surface: actor.surface.rawValue, action: action, kind: nil, planningID: nil,
        said: said, details: "{}"))
  }
}
