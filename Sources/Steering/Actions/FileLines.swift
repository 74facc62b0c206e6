package import PlanningStore

/// The lines of a file on their way in; the change log keeps how many, not what they say.
package struct FileLines: Sendable, Encodable {
  /// As errors name it.
  let path: String
  let lines: [PlanLine]

  package init(path: String, lines: [PlanLine]) {
    self.path = path
    self.lines = lines
  }

  private enum CodingKeys: CodingKey { case path, lines }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode(lines.count, forKey: .lines)
  }

  func words(line number: Int, _ message: String) -> String { "\(path) line \(number): \(message)" }
}

extension PlanLine {
  /// A field of the line; "" where it has none.
  func text(_ column: String) -> String { fields[column, default: ""] }

  /// The column `kind`.
  ///
  /// - Throws: `UserError`.
  func kind() throws -> PlanSnapshot.Kind {
    guard let kind = PlanSnapshot.Kind(rawValue: text("kind")) else {
      throw UserError("kind \"\(text("kind"))\" must be client, project or person")
    }
    return kind
  }
}
