import Crypto
import Foundation
package import Planning
package import PlanningStore

/// Brings targets up to date with the planning database: tables and months that changed are replaced whole. The same step
/// serves every kind of change, and repeating it changes nothing.
package struct Publisher: Sendable {
  package let database: PlanningDatabase
  package let tenant: String
  /// What columns of Clockify's kinds hold (`Published.tables`).
  package let kinds: [String: [String: PublishedTable.Form]]
  package let version: String
  /// UTC.
  package let now: Instant
  package var isFull = false
  package var isDryRun = false
  /// Where only the import's own books changed, nothing is done: a quiet night.
  package var skipsBooks = false
  /// Hears which table is being written.
  package var progress: @Sendable (String) -> Void = { _ in }

  package init(
    database: PlanningDatabase, tenant: String, kinds: [String: [String: PublishedTable.Form]], version: String,
    now: Instant
  ) {
    self.database = database
    self.tenant = tenant
    self.kinds = kinds
    self.version = version
    self.now = now
  }

  /// The tables and what they hold, in versions: what a newer rota published, an older one leaves alone.
  package static let schema = PlanningDatabase.schemaVersion * 100 + 1

  /// - Throws: `PublishError`, `StoreError`, `CancellationError`; then the target holds what it held.
  package func publish(to target: any PublishTarget) throws -> PublishReport {
    // One after the other: who comes second reads what the first has remembered.
    guard let turn = try WriteLock(database: "\(database.path).publish", patience: 60) else {
      throw PublishError.busy(detail: database.path)
    }
    defer { withExtendedLifetime(turn) {} }
    let tables = try database.read { try $0.published.tables(kinds: kinds) }
    let open = try target.open(tenant: tenant, tables: tables)
    defer { open.close() }
    // Between here and the first row that is read nobody writes: what is taken over is what is read.
    var lock = try WriteLock(database: database.path, patience: 10)
    guard lock != nil else { throw PublishError.busy(detail: database.path) }
    if !isDryRun { try takeOver(target, tables) }
    let (report, parts) = try database.read { session in
      let plan = try PublicationPlan(
        session, target: target.name, tables: tables, held: open.generation, isFull: isFull)
      lock = nil
      return try write(plan, session, to: open)
    }
    withExtendedLifetime(lock) {}
    if !isDryRun { try remember(report, parts, of: target) }
    return report
  }

  private func takeOver(_ target: any PublishTarget, _ tables: [PublishedTable]) throws {
    try database.write { session in
      try session.publishStates.begin(target.name, address: target.address, schema: Self.schema, at: now)
      try session.publishStates.takeOver(
        noted: tables.compactMap { table in table.notedAs.map { (table.name, $0) } })
    }
  }

  private typealias Parts = [PublishStates.Key: PublishStates.Part?]

  private func write(
    _ plan: PublicationPlan, _ session: StoreSession, to open: any OpenTarget
  ) throws -> (PublishReport, Parts) {
    var report = PublishReport(isFull: plan.isFull, generation: plan.generation)
    var known = plan.known
    var parts: Parts = [:]
    var changed: [PublicationPlan.Item] = []
    for item in plan.items {
      try Task.checkCancellation()
      if plan.isFull {
        changed.append(item)
        continue
      }
      let (before, now) = (plan.known[item.key], try digest(of: item, session, open.form))
      if let before, before.hash == now.hash {
        parts[item.key] = .init(hash: now.hash, rows: now.rows, generation: before.generation)
      } else if item.month != nil, now.rows == 0, before?.rows ?? 0 == 0 {
        parts[item.key] = .some(nil)
      } else {
        changed.append(item)
      }
    }
    if skipsBooks, changed.allSatisfy({ PublishedTable.books.contains($0.table.name) }) { changed = [] }
    guard !changed.isEmpty || plan.isFull else { return (report, parts) }
    // Below 0: what was broken off.
    report.generation = max(plan.generation, abs(open.generation ?? 0)) + 1
    if isDryRun {
      report.written = try changed.map { .init(key: $0.key, rows: try digest(of: $0, session, open.form).rows) }
      return (report, parts)
    }
    try open.begin(generation: report.generation, isFull: plan.isFull)
    if !plan.isFull { try open.clear(changed.map { ($0.table, $0.key.partition) }) }
    for item in changed {
      let written = try send(item, session, to: open)
      report.written.append(.init(key: item.key, rows: written.rows))
      let part = PublishStates.Part(hash: written.hash, rows: written.rows, generation: report.generation)
      // A month that is empty now is none any more.
      parts[item.key] = item.month != nil && written.rows == 0 ? .some(nil) : part
    }
    if plan.isFull { known = [:] }
    for (key, part) in parts { known[key] = part }
    try open.commit(
      PublicationRow(
        tenant: tenant, generation: report.generation, run: plan.run, publishedAt: self.now.description,
        rows: known.values.reduce(0) { $0 + $1.rows }, version: version))
    report.run = plan.run
    return (report, parts)
  }

  private func digest(
    of item: PublicationPlan.Item, _ session: StoreSession, _ form: RowForm
  ) throws -> (hash: String, rows: Int) {
    let writer = RowWriter(form, item.table, tenant: tenant, lookUp: session.published.text)
    var hash = SHA256()
    try session.published.forEach(of: item.table, in: item.month) { row in
      try writer.add(row)
      if writer.bytes.count >= RowWriter.enough {
        hash.update(bufferPointer: writer.bytes.raw)
        writer.bytes.clear()
      }
    }
    hash.update(bufferPointer: writer.bytes.raw)
    return (hash.finalize().hex, writer.rows)
  }

  private func send(
    _ item: PublicationPlan.Item, _ session: StoreSession, to open: any OpenTarget
  ) throws -> (hash: String, rows: Int) {
    progress("\(item.key.table)\(item.month.map { " \($0)" } ?? "")")
    let writer = RowWriter(open.form, item.table, tenant: tenant, lookUp: session.published.text)
    var hash = SHA256()
    try open.replace(item.table, item.key.partition) { sink in
      func pass() throws {
        try Task.checkCancellation()
        hash.update(bufferPointer: writer.bytes.raw)
        try sink(writer.bytes.raw)
        writer.bytes.clear()
      }
      try session.published.forEach(of: item.table, in: item.month) { row in
        try writer.add(row)
        if writer.bytes.count >= RowWriter.enough { try pass() }
      }
      try pass()
      return writer.rows
    }
    return (hash.finalize().hex, writer.rows)
  }

  /// The target has it already: what keeps us from remembering costs a whole publication the next time, so an import that
  /// writes meanwhile is waited for.
  private func remember(_ report: PublishReport, _ parts: Parts, of target: any PublishTarget) throws {
    var tries = 0
    while true {
      do {
        return try database.write { session in
          if report.written.isEmpty, !report.isFull {
            try session.publishStates.keep(parts, of: target.name)
            try session.publishStates.note(target.name, failure: nil, at: now)
          } else {
            try session.publishStates.record(
              target.name, generation: report.generation, run: report.run, parts: parts, isFull: report.isFull, at: now)
          }
        }
      } catch let error as StoreError where error.code == .busy && tries < 60 {
        tries += 1
      }
    }
  }
}

extension Digest {
  var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

/// What one publication did to one target.
package struct PublishReport: Sendable {
  package struct Written: Sendable {
    package let key: PublishStates.Key
    package let rows: Int
  }

  /// Everything was written, whatever the target had.
  package let isFull: Bool
  /// That the target holds now; in a dry run, would hold.
  package var generation: Int
  package var run: Int64?
  /// Empty: the target was up to date.
  package var written: [Written] = []
  package var rows: Int { written.reduce(0) { $0 + $1.rows } }
}
