/// The schema as SQL text, embedded in the binary, in the order in which it is applied.
///
/// A shipped migration is never edited. Each file is one change; the name is its identity in the database.
package enum Migrations {
  package struct Step: Sendable {
    package let name: String
    package let sql: String
  }

  package static let all: [Step] = [
    Step(name: "m0001_planning", bytes: PackageResources.m0001_planning_sql),
    Step(name: "m0002_runs", bytes: PackageResources.m0002_runs_sql),
    Step(name: "m0003_actuals", bytes: PackageResources.m0003_actuals_sql),
    Step(name: "m0004_references", bytes: PackageResources.m0004_references_sql),
    Step(name: "m0005_clockify", bytes: PackageResources.m0005_clockify_sql),
    Step(name: "m0006_ledger", bytes: PackageResources.m0006_ledger_sql),
    Step(name: "m0007_views", bytes: PackageResources.m0007_views_sql),
    Step(name: "m0008_reconciling", bytes: PackageResources.m0008_reconciling_sql),
    Step(name: "m0009_corners", bytes: PackageResources.m0009_corners_sql),
    Step(name: "m0010_sound_rows", bytes: PackageResources.m0010_sound_rows_sql),
    Step(name: "m0011_acknowledgement", bytes: PackageResources.m0011_acknowledgement_sql),
    Step(name: "m0012_change_log", bytes: PackageResources.m0012_change_log_sql),
    Step(name: "m0013_lean_rows", bytes: PackageResources.m0013_lean_rows_sql),
    Step(name: "m0014_faces", bytes: PackageResources.m0014_faces_sql),
    Step(name: "m0015_covering", bytes: PackageResources.m0015_covering_sql),
    Step(name: "m0016_replica", bytes: PackageResources.m0016_replica_sql),
    Step(name: "m0017_publishing", bytes: PackageResources.m0017_publishing_sql),
    Step(name: "m0018_pushing", bytes: PackageResources.m0018_pushing_sql),
    Step(name: "m0019_live", bytes: PackageResources.m0019_live_sql),
  ]
}

extension Migrations.Step {
  fileprivate init(name: String, bytes: [UInt8]) {
    self.name = name
    self.sql = String(decoding: bytes, as: UTF8.self)
  }
}
