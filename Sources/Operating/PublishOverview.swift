package import PlanningStore
import Publishing

/// How a target of the settings stands.
package struct PublishOverviewRow: TabularRow, Sendable {
  package let target: String
  /// Without secrets.
  package let address: String
  package let generation: Int?
  /// The last run that it has.
  package let run: Int64?
  package let publishedAt: String?
  /// Months that changed since, and runs that ended since.
  package let months: Int?
  package let runs: Int?
  package let rows: Int?
  package let failure: String?
  package let failedSince: String?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case target, generation, run
    case publishedAt = "published_at"
    case months = "lag_months"
    case runs = "lag_runs"
    case rows, failure
    case failedSince = "failed_since"
    case address
  }
}

extension Publication {
  /// The targets of the settings, in their order.
  package func list(_ session: StoreSession) throws -> [PublishOverviewRow] {
    let known = try session.publishStates.targets()
    return try settings.targets.map { target in
      let address = settings.target(target).address
      let row = known.first { $0.target == target.name && $0.address == address }
      let isPublished = row?.publishedAt != nil
      return PublishOverviewRow(
        target: target.name, address: address, generation: isPublished ? row?.generation : nil, run: row?.run,
        publishedAt: row?.publishedAt,
        months: try isPublished ? session.publishStates.changedMonths(of: target.name) : nil,
        runs: try isPublished ? session.publishStates.runs(after: row?.run ?? 0) : nil,
        rows: isPublished ? row?.rows : nil, failure: row?.failure, failedSince: row?.failedSince)
    }
  }
}
