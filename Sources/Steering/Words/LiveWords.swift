package import ClockifyAPI
import Foundation
import Planning
package import PlanningStore

/// What is said of live changes: problems, and the line of the status (live.md 6).
package enum LiveWords {
  package static func braked(_ entries: Int) -> Problem {
    Problem(
      LiveMemory.brake,
      "live: \(Words.plural(entries, "time entry", "time entries")) gone from Clockify stay as they were, too many since the last whole import: the night decides",
      next: .importNow)
  }

  package static func losing(_ entries: Int) -> Problem {
    Problem(
      LiveMemory.losing,
      "live: a reading found \(Words.plural(entries, "time entry", "time entries")) changed that no webhook told of: deliveries are being lost",
      next: .webhooks)
  }

  package static func keyRefused(_ why: String) -> Problem {
    Problem(LiveMemory.keyRefused, "live changes have stopped: \(why)", next: .check)
  }

  /// - Parameter off: what is off, from `off(_:_:)`.
  package static func hooksOff(_ off: [String]) -> Problem {
    let shown = off.prefix(3).joined(separator: ", ") + (off.count > 3 ? " and \(off.count - 3) more" : "")
    return Problem(LiveMemory.hookOff, "live: \(shown)", next: .installWebhooks)
  }

  /// What keeps a webhook from delivering; nil: nothing.
  ///
  /// - Parameter listed: as Clockify has it; nil: it has none.
  package static func off(_ hook: LiveHook, _ listed: ClockifyWebhook?) -> String? {
    if hook.hookID == nil { return "no answer came when \(hook.event) was asked for" }
    guard let listed else { return "Clockify has no webhook for \(hook.event) any more" }
    if !listed.isOnPlan { return "planEnabled is false for \(hook.event)" }
    if !listed.isDelivering { return "deliveryEnabled is false for \(hook.event)" }
    return listed.isEnabled ? nil : "enabled is false for \(hook.event)"
  }
}

extension LiveStatus {
  package var isWell: Bool { !isUnheard && !isStuck(at: Date().timeIntervalSince1970) }

  /// The line of the status.
  ///
  /// - Parameter moment: how an instant of the database is shown.
  func words(_ moment: (String) -> String) -> (words: String, next: NextStep?) {
    if let problem = memory.problems.first(where: { [LiveMemory.keyRefused, LiveMemory.hookOff].contains($0.key) }) {
      let since = memory.since[problem.key].map { " since \(moment($0))" } ?? ""
      return ("OFF\(since): \(problem.words.replacing("live: ", with: ""))", problem.next)
    }
    if isUnheard { return ("OFF: nobody takes what the webhooks deliver", .outside("rota serve")) }
    guard let sign else { return ("off; rota serve takes changes over as they happen", nil) }
    var words = sign.mode == "webhooks" ? "webhooks, \(hooks) of \(WebhookEvent.allCases.count)" : "polling"
    let next: NextStep? = sign.mode == "webhooks" && hooks == 0 ? .outside("rota webhooks install") : nil
    if let last = memory.lastDeliveryAt {
      let lag = memory.lag.map { ", in the actuals \(String(format: "%.1f", $0)) s later" } ?? ""
      words += "; last delivery \(moment(last))\(lag)"
    }
    let counts = memory.counts
    var parts = [
      Words.plural(counts.deliveries, "delivery", "deliveries"), Words.plural(counts.entries, "entry", "entries"),
      Words.plural(counts.deletions, "deletion", "deletions"),
    ]
    if counts.unproved > 0 { parts.append("\(counts.unproved) unproved") }
    if counts.unreadable > 0 { parts.append("\(counts.unreadable) unreadable") }
    words += "; today \(parts.joined(separator: ", "))"
    if sign.waiting > 0 {
      words += "; \(Words.count(sign.waiting)) wait"
      if let until = sign.until { words += " until \(moment(Instant(seconds: Int(until)).description))" }
    }
    return (words, next)
  }

  var object: [String: Any] {
    [
      "mode": sign.map { $0.mode as Any } ?? NSNull(), "hooks": hooks, "is_well": isWell,
      "waiting": sign?.waiting ?? 0, "last_delivery_at": memory.lastDeliveryAt.map { $0 as Any } ?? NSNull(),
      "lag_seconds": memory.lag.map { $0 as Any } ?? NSNull(), "day": memory.counts.day,
      "deliveries": memory.counts.deliveries, "entries": memory.counts.entries,
      "deletions": memory.counts.deletions, "unproved": memory.counts.unproved,
      "unreadable": memory.counts.unreadable, "problems": memory.problems.map(\.key),
    ]
  }
}
