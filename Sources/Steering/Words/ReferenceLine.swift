package import PlanningStore
import Reconciling

/// A planning item with its link, or what is likely to be its link: a line of the file that goes out and comes back filled
/// in.
package struct ReferenceLine: TabularRow {
  package let kind: PlanSnapshot.Kind
  package let planningID: Int64
  package let name: String
  /// A project's client, a person's e-mail address.
  package let detail: String?
  package let externalID: String?
  package let candidateID: String?
  package let candidateName: String?
  package let reason: String?

  private init(_ item: ItemLinkRow, _ candidate: LinkCandidates.Candidate?) {
    kind = item.kind
    planningID = item.planningID
    name = item.name
    detail = item.detail
    externalID = item.externalID
    candidateID = candidate?.externalID
    candidateName = candidate?.name
    reason = candidate?.reason.words
  }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case kind
    case planningID = "planning_id"
    case name, detail
    case externalID = "external_id"
    case candidateID = "candidate_id"
    case candidateName = "candidate_name"
    case reason
  }

  /// Every planning item, once for each of its links.
  package static func all(_ session: StoreSession) throws -> [ReferenceLine] {
    let candidates = try LinkCandidates(session: session)
    return try session.questions.itemsWithLinks().map { item in
      ReferenceLine(item, item.externalID == nil ? candidates[item.kind, item.planningID] : nil)
    }
  }

  /// - Throws: `UserError` where a column is none of these, or one that must be there is missing.
  package static func file(_ csv: CSVFile) throws -> FileLines {
    try csv.check(
      columns: columns, required: ["kind", "planning_id", "external_id"], next: .exportReferences)
    return FileLines(path: csv.path, lines: csv.lines)
  }
}
