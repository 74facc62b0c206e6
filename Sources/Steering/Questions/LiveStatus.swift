package import PlanningStore

/// How live changes stand.
package struct LiveStatus {
  package let memory: LiveMemory
  /// Webhooks of ours that are not removed.
  package let hooks: Int
  /// Of the process that takes them; nil: none runs.
  package var sign: LockHolder.Live?

  /// After so many seconds what waits has waited too long.
  package static let longestWait = 300.0

  /// nil: nothing ever came live, and nobody asked for it.
  init?(_ session: StoreSession) throws {
    hooks = try session.liveHooks.all().count
    let known = try session.liveMemory()
    guard known != nil || hooks > 0 else { return nil }
    memory = known ?? LiveMemory()
  }

  /// Something waits for too long. Hooks that are off and a refused key wait for a person (`Waiting`).
  package func isStuck(at clock: Double) -> Bool { sign?.oldest.map { clock - $0 > Self.longestWait } ?? false }

  /// Webhooks deliver, and nobody takes it.
  package var isUnheard: Bool { hooks > 0 && sign == nil }
}
