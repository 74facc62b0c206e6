import Synchronization

/// The plan as one connection read it last, and for which version of the file: for whoever asks again before anybody
/// commits.
final class KeptPlan: Sendable {
  private let kept = Mutex<(version: Int, plan: PlanSnapshot)?>(nil)

  func plan(of version: Int) -> PlanSnapshot? {
    kept.withLock { kept in kept.flatMap { $0.version == version ? $0.plan : nil } }
  }

  func keep(_ plan: PlanSnapshot, of version: Int) { kept.withLock { $0 = (version, plan) } }
}
