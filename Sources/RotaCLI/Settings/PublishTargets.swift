import Foundation
import Operating
import Publishing
import Yams

/// Targets of a publication as the settings name them: in the file as keys of their own, in the environment as
/// `bi=postgres://rota@db.example/planning lake=parquet:/srv/lake`.
enum PublishTargets {
  /// One target of the file in the form of the environment.
  static func text(_ node: Node, place: String, problems: inout [String]) -> String? {
    guard let mapping = node.mapping else {
      problems.append("\(place): 'publish.targets': each must be keys: name, and postgres or dir and format")
      return nil
    }
    var given: [String: String] = [:]
    for (key, value) in mapping {
      let name = key.string ?? "?"
      guard ["name", "postgres", "dir", "format"].contains(name), let text = value.scalar?.string else {
        problems.append(
          "\(place): 'publish.targets': '\(name)' is no key of a target: name, postgres, dir and format are")
        return nil
      }
      given[name] = text
    }
    guard let name = given["name"] else {
      problems.append("\(place): 'publish.targets': a target has no name")
      return nil
    }
    switch (given["postgres"], given["dir"]) {
    case (let address?, nil) where given["format"] == nil: return "\(name)=\(address)"
    case (nil, let folder?): return "\(name)=\(given["format"] ?? "parquet"):\(folder)"
    default:
      problems.append("\(place): 'publish.targets': \(name) must have postgres, or dir (and format), not both")
      return nil
    }
  }

  /// - Parameter folder: of the settings file: a relative folder begins there.
  static func targets(
    _ parts: [String], place: String, folder: String?, problems: inout [String]
  ) -> [PublishSettings.Target] {
    var targets: [PublishSettings.Target] = []
    func problem(_ words: String) { problems.append("\(place): 'publish.targets': \(words)") }
    for part in parts {
      let halves = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard halves.count == 2 else {
        problem("a target is NAME=postgres://… or NAME=parquet:FOLDER")
        continue
      }
      let (name, text) = (halves[0], halves[1])
      guard name.utf8.allSatisfy(Self.isNameByte), name.utf8.count <= 40 else {
        problem("the name of a target is of small letters, digits, - and _, not \"\(name)\"")
        continue
      }
      guard !targets.contains(where: { $0.name == name }) else {
        problem("two targets are called \(name)")
        continue
      }
      do {
        targets.append(.init(name: name, place: try Self.place(text, folder: folder)))
      } catch {
        problem("\(name): \(Self.words(error))")
      }
    }
    return targets
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 95
  }

  private enum Fault: Error {
    case postgres(PostgresAddress.Fault)
    case format(String)
    case noFolder
  }

  private static func place(_ text: String, folder: String?) throws(Fault) -> PublishSettings.Place {
    if text.hasPrefix("postgres") {
      do { return .postgres(try PostgresAddress(text)) } catch { throw .postgres(error) }
    }
    let halves = text.split(separator: ":", maxSplits: 1).map(String.init)
    guard let word = halves.first, let format = FolderTarget.Format(rawValue: word) else {
      throw .format(halves.first ?? text)
    }
    guard halves.count == 2 else { throw .noFolder }
    let path =
      halves[1].hasPrefix("/") ? halves[1] : absolute(((folder ?? "") as NSString).appendingPathComponent(halves[1]))
    return .folder(path, format)
  }

  private static func words(_ fault: Fault) -> String {
    switch fault {
    case .format(let word): "there is no format \"\(word)\": parquet, csv and ndjson are"
    case .noFolder: "it has no folder"
    case .postgres(.notPostgres): "the address must be like postgres://user@host/database?schema=rota"
    case .postgres(.hasPassword):
      "the address holds a password, which belongs into PGPASSWORD, the file of PGPASSFILE or a service file"
    case .postgres(.unreadable(let detail)): "the address cannot be read: \(detail)"
    case .postgres(.insecure(let mode)):
      "sslmode=\(mode) does not prove that the server is the right one: leave it out, verify-full is asked for"
    }
  }
}
