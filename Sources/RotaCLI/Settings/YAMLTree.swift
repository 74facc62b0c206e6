import ClockifyAPI
import Foundation
import Steering
import Yams

/// YAML as a tree of JSON and back: plain `true`, `false`, `null` and numbers are those, all else is text.
enum YAMLTree {
  /// - Throws: `UserError` that names the line.
  static func read(_ path: String) throws -> JSONTree {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw UserError("the file \(path) cannot be read", next: .outside("check its name and rights (ls -l)"))
    }
    do {
      return try Yams.compose(yaml: text).map(tree) ?? .object([])
    } catch let error as YamlError {
      throw UserError("\(path)\(SettingsLoader.words(error))", next: .outside("correct it (docs/toolbox.md)"))
    }
  }

  static func text(_ tree: JSONTree) throws -> String { try Yams.serialize(node: node(tree), width: -1) }

  private static func tree(_ node: Node) -> JSONTree {
    switch node {
    case .mapping(let mapping): .object(mapping.map { .init($0.key.string ?? "", tree($0.value)) })
    case .sequence(let sequence): .list(sequence.map(tree))
    case .scalar(let scalar): scalar.style == .plain ? plain(scalar.string) : .text(scalar.string)
    case .alias: .null
    }
  }

  private static func plain(_ text: String) -> JSONTree {
    switch text {
    case "", "~", "null": return .null
    case "true": return .flag(true)
    case "false": return .flag(false)
    default:
      if case .number? = JSONTree(text) { return .number(text) }
      return .text(text)
    }
  }

  private static func node(_ tree: JSONTree) -> Node {
    switch tree {
    case .null: Node("null")
    case .flag(let flag): Node(flag ? "true" : "false")
    case .number(let digits): Node(digits)
    case .text(let text): .scalar(.init(text, .implicit, .doubleQuoted))
    case .list(let elements): Node(elements.map(node))
    case .object(let members): Node(members.map { (Node($0.name), node($0.value)) })
    }
  }
}
