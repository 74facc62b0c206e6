package import Publishing
package import Steering

/// What a publication has to say.
package struct PublishWords {
  let target: String

  package init(_ target: String) {
    self.target = target
  }

  /// - Parameter isDryRun: nothing was written.
  package func line(_ report: PublishReport, isDryRun: Bool) -> String {
    guard !report.written.isEmpty else { return "\(target): up to date, generation \(report.generation)." }
    let tables = Set(report.written.map(\.key.table)).count
    let verb = isDryRun ? "would write" : "wrote"
    let what = report.isFull ? "everything" : Words.plural(report.written.count, "part")
    return
      "\(target): \(verb) \(what), \(Words.plural(report.rows, "row")) of \(Words.plural(tables, "table")), generation \(report.generation)\(report.run.map { ", as of run \($0)" } ?? "")."
  }

  package func words(_ error: PublishError) -> UserError {
    Self.words(error, before: "publishing to \(target) failed: ")
  }

  static func words(_ error: PublishError, before: String = "") -> UserError {
    func said(_ text: String, _ next: String, _ status: ExitStatus = .failed) -> UserError {
      UserError(before + text, next: .outside(next), status: status)
    }
    let again = "then run 'rota publish' again, or leave it to the next night"
    switch error {
    case .unreachable(let detail):
      return said(
        "no connection to the database: \(detail)",
        "check address, password (PGPASSWORD, PGPASSFILE) and network, \(again)", .unreachable)
    case .busy(let detail):
      return said(
        "somebody else is publishing there, or an import is writing here (\(detail))",
        "wait until it has ended, \(again)",
        .alreadyRunning)
    case .noRights(let detail):
      return said(
        "the database refused the rights: \(detail)", "as its owner run what 'rota publish sql' prints, \(again)")
    case .newer(let found, let ours):
      return said("a newer rota made it (version \(found), this one writes \(ours))", "install the newer rota")
    case .altered(let table, let detail):
      return said(
        "the table \(table) was altered: \(detail)",
        "put it back as 'rota publish sql' prints it, or drop the whole schema: the next publication makes it anew")
    case .refused(let table, let detail):
      return said(
        "the database refused \(table.map { "the table \($0)" } ?? "it"): \(detail)",
        "rota database check, which names rows that are not as they must be")
    case .folder(let path, let detail):
      return said("\(path) cannot be written: \(detail)", "make room, or check owner and rights, \(again)")
    case .foreign(let path, let detail):
      return said("\(path) is not ours: \(detail)", "name another folder under publish: targets:", .usage)
    case .noDuckDB(let program):
      return said(
        "Parquet needs the program \(program), which is not there",
        "install it (PyPI: duckdb-cli), or set publish: duckdb: to its path", .usage)
    case .duckDB(let detail):
      return said("duckdb failed: \(detail)", "rota check, which tries it")
    case .noTenant(let workspaces):
      return said(
        workspaces.isEmpty
          ? "no workspace was read yet, so there is nothing to publish"
          : "there are \(workspaces.count) workspaces, so whose data it is must be said",
        workspaces.isEmpty ? "rota import" : "set publish: tenant: to a name of your own", .usage)
    }
  }
}
