import Foundation
import PlanningStore

/// `_publication.json`: the state of a folder, and the files that it consists of.
struct FolderPublication: Codable {
  struct Table: Codable {
    struct Column: Codable {
      let name: String
      let type: String
    }
    let name: String
    let columns: [Column]
    let key: [String]
    let files: [File]
  }

  struct File: Codable {
    /// From the folder.
    let path: String
    let partition: String
    let rows: Int
    let bytes: Int
    let sha256: String
  }

  let schema: Int
  let tenant: String
  let generation: Int
  let run: Int64?
  let publishedAt: String
  let rows: Int
  let rotaVersion: String
  let format: String
  let tables: [Table]
  /// Of the state before: they go with the next publication.
  let retired: [String]

  var files: [File] { tables.flatMap(\.files) }

  private static let name = "_publication.json"

  static func read(_ folder: String) throws -> FolderPublication? {
    let path = "\(folder)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(FolderPublication.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw PublishError.foreign(path: path, detail: "it is not as rota writes it")
    }
  }

  /// In one step: who reads sees the one before or this one.
  func write(_ folder: String) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let path = "\(folder)/\(Self.name)"
    let part = "\(path).tmp"
    do { try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(fileURLWithPath: part)) } catch {
      throw PublishError.folder(path: part, detail: error.localizedDescription)
    }
    _ = try FolderFile.settle(part, as: path)
  }
}

extension PublishedTable.Form {
  /// As `_publication.json` names it.
  var word: String {
    switch self {
    case .integer: "integer"
    case .real: "real"
    case .text: "text"
    case .flag: "boolean"
    case .date: "date"
    case .instant: "timestamp"
    case .json: "json"
    }
  }
}
