package import Publishing

/// Where the planning data is published, and when.
package struct PublishSettings: Sendable {
  package enum Place: Sendable, Hashable {
    case postgres(PostgresAddress)
    case folder(String, FolderTarget.Format)
  }

  package struct Target: Sendable, Hashable {
    package let name: String
    package let place: Place

    package init(name: String, place: Place) {
      self.name = name
      self.place = place
    }
  }

  /// nil: the workspace's id.
  package var tenant: String?
  package var afterImport = true
  /// The program that writes Parquet.
  package var duckDB = "duckdb"
  package var targets: [Target] = []

  package init() {}

  func target(_ target: Target) -> any PublishTarget {
    switch target.place {
    case .postgres(let address): PostgresTarget(name: target.name, address: address)
    case .folder(let path, let format):
      FolderTarget(name: target.name, folder: path, format: format, duckDB: duckDB)
    }
  }
}
