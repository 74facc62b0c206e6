import Foundation
package import PlanningStore

/// A folder of files, by table and month as Hive lays them out: `actual/month=2026-11/part-7.csv.gz`. `_publication.json` names
/// the files of the state that counts; it is replaced in one step once they are all there. `current` has links to just them.
package struct FolderTarget: PublishTarget {
  package enum Format: String, Sendable, CaseIterable { case parquet, csv, ndjson }

  package let name: String
  let folder: String
  let format: Format
  /// The program that writes Parquet.
  let duckDB: String

  package init(name: String, folder: String, format: Format, duckDB: String = "duckdb") {
    self.name = name
    self.folder = folder
    self.format = format
    self.duckDB = duckDB
  }

  package var address: String { "\(folder) (\(format.rawValue))" }

  package func open(tenant: String, tables: [PublishedTable]) throws -> any OpenTarget {
    try OpenFolder(self, tenant, tables)
  }

  package func probe(tenant: String) throws -> String {
    let program = format == .parquet ? try DuckDB(duckDB).version() : nil
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
    let parent = isThere ? folder : (folder as NSString).deletingLastPathComponent
    guard isThere ? isFolder.boolValue : true, access(parent, W_OK) == 0 else {
      throw isThere && !isFolder.boolValue
        ? PublishError.folder(path: folder, detail: "it is no folder") : FolderFile.failure(parent)
    }
    let held = try FolderPublication.read(folder)
    if let held, held.tenant != tenant, !tenant.isEmpty {
      throw PublishError.foreign(path: folder, detail: "it holds what \(held.tenant) publishes")
    }
    let words = held.map { "holds generation \($0.generation)" } ?? "nothing is there yet"
    return "\(folder), \(format.rawValue)\(program.map { " by duckdb \($0)" } ?? ""), \(words)"
  }

  var suffix: String {
    switch format {
    case .parquet: "parquet"
    case .csv: "csv.gz"
    case .ndjson: "ndjson.gz"
    }
  }
}

private final class OpenFolder: OpenTarget {
  var form: RowForm { target.format == .csv ? .csv : .ndjson }
  var generation: Int? { held?.generation }
  private let target: FolderTarget
  private let tenant: String
  private let tables: [PublishedTable]
  private let duckDB: DuckDB?
  /// -1: not taken yet, where there is no folder to be locked.
  private var lock: Int32 = -1
  private var held: FolderPublication?
  /// What the next state consists of, by table and partition.
  private var files: [PublishStates.Key: FolderPublication.File] = [:]
  private var next = 0

  init(_ target: FolderTarget, _ tenant: String, _ tables: [PublishedTable]) throws {
    self.target = target
    self.tenant = tenant
    self.tables = tables
    duckDB = target.format == .parquet ? try DuckDB(target.duckDB) : nil
    // Who only looks makes nothing.
    try takeLock(making: false)
    do { try look() } catch {
      close()
      throw error
    }
  }

  private func takeLock(making: Bool) throws {
    let path = "\(target.folder)/_publication.lock"
    lock = Foundation.open(path, O_RDWR | (making ? O_CREAT : 0) | O_CLOEXEC, 0o644)
    if lock < 0, !making, errno == ENOENT { return }
    guard lock >= 0 else { throw FolderFile.failure(target.folder) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close()
      throw PublishError.busy(detail: target.folder)
    }
  }

  private func look() throws {
    held = try FolderPublication.read(target.folder)
    if let held { try refuse(held) }
  }

  private func refuse(_ held: FolderPublication) throws {
    guard held.schema <= Publisher.schema else {
      throw PublishError.newer(found: held.schema, ours: Publisher.schema)
    }
    guard held.tenant == tenant else {
      throw PublishError.foreign(path: target.folder, detail: "it holds what \(held.tenant) publishes")
    }
  }

  /// Files of the state before count until those of the new one do, all at once.
  func clear(_ parts: [(table: PublishedTable, partition: String)]) {}

  func begin(generation: Int, isFull: Bool) throws {
    if lock < 0 {
      try FolderFile.makeFolder(target.folder)
      try takeLock(making: true)
      // Somebody else may have published in between.
      let before = held?.generation
      try look()
      guard held?.generation == before else { throw PublishError.busy(detail: target.folder) }
    }
    next = generation
    let known = held.map { Set($0.files.map(\.path) + $0.retired) } ?? []
    try FolderFile.removeParts(in: target.folder, tables: tables.map(\.name) + [Calendar.name], except: known)
    files = [:]
    guard let held, !isFull else { return try writeCalendar() }
    for table in held.tables {
      for file in table.files { files[.init(table.name, file.partition)] = file }
    }
  }

  func replace(
    _ table: PublishedTable, _ partition: String, rows: ((UnsafeRawBufferPointer) throws -> Void) throws -> Int
  ) throws {
    let key = PublishStates.Key(table.name, partition)
    let file = try write(key, isMonthly: table.isMonthly, Self.columns(of: table), rows)
    files[key] = file.rows == 0 && table.isMonthly ? nil : file
    if files[key] == nil { try? FileManager.default.removeItem(atPath: "\(target.folder)/\(file.path)") }
  }

  private func write(
    _ key: PublishStates.Key, isMonthly: Bool, _ columns: [(String, PublishedTable.Form)],
    _ rows: ((UnsafeRawBufferPointer) throws -> Void) throws -> Int
  ) throws -> FolderPublication.File {
    let folder = isMonthly ? "\(key.table)/month=\(key.partition)" : key.table
    let path = "\(folder)/part-\(next).\(target.suffix)"
    let whole = "\(target.folder)/\(path)"
    try FolderFile.makeFolder("\(target.folder)/\(folder)")
    let part = "\(whole).tmp"
    let file: any PartFile =
      try duckDB.map { try DuckDBFile(part, columns, $0) } ?? GzipFile(part)
    let count: Int
    do {
      count = try rows(file.write)
      try file.finish()
    } catch {
      file.abandon()
      throw error
    }
    let (bytes, sha256) = try FolderFile.settle(part, as: whole)
    return .init(path: path, partition: key.partition, rows: count, bytes: bytes, sha256: sha256)
  }

  /// Every date from 1970 to 2200, once.
  private func writeCalendar() throws {
    let key = PublishStates.Key(Calendar.name, PublishStates.whole)
    files[key] = try write(key, isMonthly: false, Calendar.columns) { sink in
      try Calendar.write(form, sink)
    }
  }

  func commit(_ publication: PublicationRow) throws {
    let old = held
    let named = Set(files.values.map(\.path))
    let new = FolderPublication(
      schema: Publisher.schema, tenant: tenant, generation: publication.generation, run: publication.run,
      publishedAt: publication.publishedAt, rows: publication.rows, rotaVersion: publication.version,
      format: target.format.rawValue,
      tables: tables.map {
        table($0.name, Self.columns(of: $0), key: ["tenant"] + $0.columns.filter(\.isKey).map(\.name))
      }
        + [table(Calendar.name, Calendar.columns, key: ["date"])],
      retired: old.map { $0.files.map(\.path).filter { !named.contains($0) } } ?? [])
    try new.write(target.folder)
    held = new
    try CurrentFiles.show(named.sorted(), of: new.generation, before: old?.generation, in: target.folder)
    // Whoever read the state before the last one has had a whole publication's time.
    for path in old?.retired ?? [] { FolderFile.remove("\(target.folder)/\(path)") }
  }

  /// In the order of a file, the tenant first.
  private static func columns(of table: PublishedTable) -> [(String, PublishedTable.Form)] {
    [("tenant", .text)] + table.columns.map { ($0.name, $0.form) }
  }

  private func table(
    _ name: String, _ columns: [(String, PublishedTable.Form)], key: [String]
  ) -> FolderPublication.Table {
    .init(
      name: name, columns: columns.map { .init(name: $0.0, type: $0.1.word) }, key: key,
      files: files.filter { $0.key.table == name }.map(\.value).sorted { $0.path < $1.path })
  }

  func close() {
    if lock >= 0 {
      // As in `WriteLock`: a program that is being started (DuckDB) has the file, too.
      flock(lock, LOCK_UN)
      Foundation.close(lock)
    }
    lock = -1
  }
}
