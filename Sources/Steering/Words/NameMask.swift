import Foundation
package import PlanningStore

/// Replaces every name and e-mail address that the database knows.
package struct NameMask {
  /// Longest first, so that "Ana Ruiz" goes before "Ana".
  private let masks: [(name: String, mask: String)]

  package init(_ session: StoreSession) throws {
    masks = try session.questions.knownNames().sorted { ($1.name.count, $0.name) < ($0.name.count, $1.name) }
  }

  package func masked(_ text: String) -> String {
    masks.reduce(text) { $0.replacingOccurrences(of: $1.name, with: $1.mask) }
  }
}
