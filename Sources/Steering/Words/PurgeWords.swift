import PlanningStore

/// What a purge removed, or would remove.
enum PurgeWords {
  /// - Parameter comesBack: whether the next import writes it again.
  static func lines(_ purged: Purged, _ context: ActionContext, comesBack: Bool = true) -> [String] {
    var lines = [
      "\(context.verb("Removed")) \(Words.plural(purged.actuals, "actual")) (\(Words.clock(minutes: purged.minutes)) h, \(Words.plural(purged.zeros, "zero")) among them)."
    ]
    if purged.manual > 0 {
      lines.append(
        "\(Words.plural(purged.manual, "row")) typed or edited by hand \(purged.manual == 1 ? "stays" : "stay").")
    }
    if purged.locked > 0 {
      lines.append("\(Words.plural(purged.locked, "row")) on locked dates \(purged.locked == 1 ? "stays" : "stay").")
    }
    let items = [
      (purged.people, "person", "people"), (purged.projects, "project", nil), (purged.clients, "client", nil),
    ]
    .filter { $0.0 > 0 }.map { Words.plural($0.0, $0.1, $0.2) }
    if !items.isEmpty { lines.append("\(context.verb("Removed")) \(items.joined(separator: ", ")).") }
    if comesBack, purged.actuals > 0 || !items.isEmpty {
      lines.append("What Clockify has comes back with the next import.")
    }
    return lines
  }
}
