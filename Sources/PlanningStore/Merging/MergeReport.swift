import Planning

/// What a merge did, or would do (rule 76).
package struct MergeReport: Sendable, Equatable {
  package var merge: Int64 = 0
  package var kept = ""
  package var dropped = ""
  package var links = 0
  package var projects = 0
  package var assignments = 0
  package var contracts = 0
  /// Contracts of the dropped person that overlap one of the kept person: they go with the person.
  package var contractsDropped = 0
  package var absences = 0
  package var tags = 0
  package var actuals = 0
  package var minutes = 0
  /// Cells that both had in the same role: recomputed from the ledger, or, where they are frozen, added up.
  package var actualsCombined = 0
  /// Hours typed by hand on both sides, added up.
  package var manualAddedUp = 0
  /// Hours typed by hand on one side and imported on the other: the typed ones stay, the next import lists the conflict.
  package var manualKept = 0
}

package struct MergeRecord: Sendable {
  package let id: Int64
  package let kind: PlanSnapshot.Kind
  package let kept: Int64
  package let dropped: Int64
  package let droppedName: String
}
