package import Foundation
package import Planning
package import PlanningStore
package import Steering

/// What is told on every channel: the same facts as a subject, a text and JSON (docs/json.md).
package struct Message: Sendable {
  package enum Event: String, Sendable { case problems, resolved, test }

  package let event: Event
  package let workspace: String
  package let run: Int64?
  package let status: RunStatus?
  package let at: Instant
  package let problems: [Problem]
  /// Keys of those that were not told before, or of which there are more now.
  package let new: Set<String>
  /// The import works again after a night that did not.
  package var isRecovery = false
  /// Told at once, not after a night.
  package var isLive = false

  package init(
    event: Event, workspace: String, run: Int64?, status: RunStatus?, at: Instant, problems: [Problem],
    new: Set<String>,
    isRecovery: Bool = false
  ) {
    self.event = event
    self.workspace = workspace
    self.run = run
    self.status = status
    self.at = at
    self.problems = problems
    self.new = new
    self.isRecovery = isRecovery
  }

  package var subject: String {
    switch event {
    case .test: "rota: a test message"
    case .resolved: "rota: nothing waits any more\(place)"
    case .problems where isRecovery && new.isEmpty: "rota: the import works again\(place)"
    case .problems:
      problems.count == 1
        ? "rota: \(problems[0].words)\(place)" : "rota: \(problems.count) things wait for a person\(place)"
    }
  }

  private var place: String { workspace.isEmpty ? "" : " (\(workspace))" }

  package var text: String {
    var lines: [String] = []
    switch event {
    case .test: lines.append("This is what a message of rota looks like; nothing is wrong.")
    case .resolved: lines.append("What was told before is settled.")
    case .problems where isRecovery:
      lines.append("The import works again\(run.map { " (run \($0))" } ?? ""). What waits:")
    case .problems where isLive: lines.append("While changes are taken over as they happen:")
    case .problems:
      lines.append(
        "After the nightly import\(run.map { ", run \($0)\(status.map { " (\($0.rawValue))" } ?? "")" } ?? ""):")
    }
    for problem in problems {
      lines += ["", "\(new.contains(problem.key) ? "new:  " : "still: ")\(problem.words)", "  \(problem.next.command)"]
    }
    return (lines + ["", "All of it: rota status", ""]).joined(separator: "\n")
  }

  package var json: Data {
    var object: [String: Any] = [
      "event": event.rawValue, "workspace": workspace, "at": at.description, "subject": subject, "text": text,
      "is_recovery": isRecovery,
      "problems": problems.map { problem in
        [
          "key": problem.key, "count": problem.count, "message": problem.words, "next": problem.next.command,
          "is_new": new.contains(problem.key),
        ] as [String: Any]
      },
    ]
    object["run"] = run.map { $0 as Any } ?? NSNull()
    object["status"] = status.map { $0.rawValue as Any } ?? NSNull()
    return (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]))
      ?? Data()
  }

  /// RFC 5322, UTF-8; recipients are validated addresses (settings).
  package func mail(to recipients: [String], from sender: String?) -> String {
    let encoded = Data(subject.utf8).base64EncodedString()
    let isPlain = subject.utf8.allSatisfy { $0 >= 32 && $0 < 127 }
    var headers = sender.map { ["From: rota <\($0)>"] } ?? []
    headers += [
      "To: \(recipients.joined(separator: ", "))", "Subject: \(isPlain ? subject : "=?UTF-8?B?\(encoded)?=")",
      "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
      "Auto-Submitted: auto-generated",
    ]
    return headers.joined(separator: "\n") + "\n\n" + text
  }
}
