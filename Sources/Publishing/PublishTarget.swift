package import PlanningStore

/// A database or folder that a publication goes to.
package protocol PublishTarget: Sendable {
  var name: String { get }
  /// Where it is, without secrets.
  var address: String { get }

  /// Connects, locks out everybody else who publishes there for the tenant, and looks at what it holds.
  ///
  /// - Parameter tables: what is going to be published; a target that lacks some of it is brought up to date when something is
  ///   written.
  /// - Throws: `PublishError`.
  func open(tenant: String, tables: [PublishedTable]) throws -> any OpenTarget

  /// Whether it answers and takes what we have; nothing is written.
  ///
  /// - Returns: what it is, in words.
  /// - Throws: `PublishError`.
  func probe(tenant: String) throws -> String
}

/// A target that nobody else publishes to as long as it is open.
package protocol OpenTarget: AnyObject {
  var form: RowForm { get }
  /// The state that it holds of this tenant; nil: none.
  var generation: Int? { get }

  /// Before the first part is written.
  ///
  /// - Parameters:
  ///   - generation: that it is going to hold.
  ///   - isFull: whatever it holds of the tenant goes.
  func begin(generation: Int, isFull: Bool) throws

  /// Before any of the new rows comes: a row may have moved from one part to another, and must not be there twice.
  ///
  /// - Parameter parts: those that are replaced, a table or a month of it each; not called where all goes.
  func clear(_ parts: [(table: PublishedTable, partition: String)]) throws

  /// Puts rows in the place of those that the target has of a table, or of a month of it.
  ///
  /// - Parameter rows: hands over bytes in the target's form, several times.
  func replace(
    _ table: PublishedTable, _ partition: String, rows: ((UnsafeRawBufferPointer) throws -> Void) throws -> Int
  ) throws

  /// From here on whoever reads sees the new state, all of it.
  func commit(_ publication: PublicationRow) throws

  func close()
}

/// How fresh a target is, as it says itself.
package struct PublicationRow: Sendable {
  package let tenant: String
  package let generation: Int
  /// The last import that ended before.
  package let run: Int64?
  /// UTC.
  package let publishedAt: String
  package let rows: Int
  package let version: String
}

/// What keeps a publication from a target. Words are made elsewhere; `detail` is the system's own, without secrets.
package enum PublishError: Error, Sendable, Equatable {
  case unreachable(detail: String)
  /// Somebody else publishes there, or an import writes here.
  case busy(detail: String)
  case noRights(detail: String)
  /// The schema or the folder was made by a newer rota.
  case newer(found: Int, ours: Int)
  /// Somebody changed a table.
  case altered(table: String, detail: String)
  /// The database said no.
  case refused(table: String?, detail: String)
  /// The folder cannot be written.
  case folder(path: String, detail: String)
  /// The folder holds another tenant's publication, or a file that is none of ours.
  case foreign(path: String, detail: String)
  case noDuckDB(program: String)
  case duckDB(detail: String)
  /// There is no tenant: several workspaces, or none was read.
  case noTenant(workspaces: [String])
}
