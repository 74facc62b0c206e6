package import Importing
import PlanningStore

/// What an import did for the replica: a line, or one for each kind.
package struct ReplicaWords {
  private let kinds: [RunSummary.Kind]

  package init(_ kinds: [RunSummary.Kind]) {
    self.kinds = kinds
  }

  package func lines(eachKind: Bool) -> [String] {
    guard eachKind else { return ["replica   \(summary)"] }
    return ["replica   \(summary)"]
      + kinds.filter { $0.new + $0.changed + $0.gone > 0 }.map { kind in
        "          \(Words.padded(kind.name, 18)) \(Self.counts([kind]))"
      }
  }

  private var summary: String {
    let read = kinds.filter { $0.state == ReplicaState.State.complete.rawValue || $0.requests > 0 }
    let requests = kinds.reduce(0) { $0 + $1.requests }
    var parts = [
      "\(Words.plural(Set(read.map(\.name)).count, "kind")), \(Words.plural(requests, "request")): \(Self.counts(kinds))"
    ]
    for (state, words) in [
      (ReplicaState.State.notAvailable, "not on this plan"), (.waiting, "waiting"), (.failed, "failed"),
    ] {
      let names = kinds.filter { $0.state == state.rawValue }.map { kind in
        kind.read.map { "\(kind.name) (\(Words.count($0)) of \(Words.count(kind.of ?? 0)))" } ?? kind.name
      }
      let each = names.indices.filter { !names[..<$0].contains(names[$0]) }.map { names[$0] }
      if !each.isEmpty { parts.append("\(words): \(each.joined(separator: ", "))") }
    }
    return parts.joined(separator: " · ")
  }

  private static func counts(_ kinds: [RunSummary.Kind]) -> String {
    let sums = [
      (kinds.reduce(0) { $0 + $1.new }, "new"), (kinds.reduce(0) { $0 + $1.changed }, "changed"),
      (kinds.reduce(0) { $0 + $1.gone }, "gone"),
    ]
    let said = sums.filter { $0.0 > 0 }.map { "\(Words.count($0.0)) \($0.1)" }
    return said.isEmpty ? "nothing new" : said.joined(separator: ", ")
  }
}
