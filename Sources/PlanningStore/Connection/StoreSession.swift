import Foundation
import GRDB

/// The database inside one transaction: one small struct for each subject.
package struct StoreSession {
  let db: Database
  let statements: StatementCache
  let textKeys: TextKeys
  /// nil: this session may write, and sees what it wrote.
  var keptPlan: KeptPlan?
  /// Where new entries and placements of this transaction are noted.
  let dirtyMonths = DirtyMonths()

  // What Clockify said
  package var mirror: Mirror { Mirror(session: self) }
  package var accounts: Accounts { Accounts(session: self) }
  var texts: Texts { Texts(session: self) }
  package var groups: Groups { Groups(session: self) }
  package var entries: Entries { Entries(session: self) }

  // Every other kind of Clockify's
  package var replica: Replica { Replica(session: self) }
  package var replicaStates: ReplicaStates { ReplicaStates(session: self) }
  package var replicaPlan: ReplicaPlan { ReplicaPlan(session: self) }
  package var taken: TakenRows { TakenRows(session: self) }

  // Where its time goes
  package var ledger: Ledger { Ledger(session: self) }
  package var waiting: WaitingEntries { WaitingEntries(session: self) }
  package var work: WorkList { WorkList(session: self) }
  package var removals: Removals { Removals(session: self) }

  // What planners see of it
  package var actuals: Actuals { Actuals(session: self) }
  package var writer: ActualWriter { ActualWriter(session: self) }
  package var late: LateChanges { LateChanges(session: self) }
  package var conflicts: Conflicts { Conflicts(session: self) }
  package var purging: Purging { Purging(session: self) }
  package var audit: Audit { Audit(session: self) }

  // The plan
  package var plan: Plan { Plan(session: self) }
  package var items: Items { Items(session: self) }
  package var rows: PlanRows { PlanRows(session: self) }
  package var files: PlanFiles { PlanFiles(session: self) }
  package var contracts: Contracts { Contracts(session: self) }
  package var roles: Roles { Roles(session: self) }
  package var references: References { References(session: self) }
  package var pushes: PendingPushes { PendingPushes(session: self) }
  package var acknowledgements: Acknowledgements { Acknowledgements(session: self) }
  package var locks: Locks { Locks(session: self) }
  package var drift: Drift { Drift(session: self) }

  // What rota did
  package var runs: Runs { Runs(session: self) }
  package var findings: Findings { Findings(session: self) }
  package var coverage: Coverage { Coverage(session: self) }
  package var settings: Settings { Settings(session: self) }
  package var liveHooks: LiveHooks { LiveHooks(session: self) }
  package var changes: Changes { Changes(session: self) }

  // What others have of it
  package var published: Published { Published(session: self) }
  package var publishStates: PublishStates { PublishStates(session: self) }

  // Two items that are one
  package var merging: Merging { Merging(session: self) }
  package var undo: MergeUndo { MergeUndo(session: self) }
  package var dismissals: Dismissals { Dismissals(session: self) }

  // What one may ask
  package var questions: Questions { Questions(session: self) }
  package var faults: Faults { Faults(session: self) }
}

/// One subject of the database, over the session that it is asked in.
protocol Subject {
  var session: StoreSession { get }
}

extension Subject {
  var db: Database { session.db }

  /// Compiled once per connection; at most one use of the same text at a time.
  func statement(_ sql: StaticString) throws -> FastStatement { try session.statements.statement(sql, db: db) }

  /// A list for `json_each`.
  func json<Value: Encodable & Comparable>(_ values: some Sequence<Value>) throws -> String {
    String(decoding: try JSONEncoder().encode(values.sorted()), as: UTF8.self)
  }
}

extension Subject {
  /// Runs `body` without some parts of the schema, and makes them again. Nobody else sees the schema without them: all is
  /// one transaction.
  ///
  /// - Parameter chosen: a condition on `sqlite_master`.
  func without<Value>(_ chosen: String, _ body: () throws -> Value) throws -> Value {
    let parts = try Row.fetchAll(
      db, sql: "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND (\(chosen))")
    for part in parts { try db.execute(sql: "DROP \(part["type"] as String) \(part["name"] as String)") }
    let value = try body()
    for part in parts { try db.execute(sql: part["sql"]) }
    return value
  }
}
