import Crypto
import Foundation
import PlanningStore
import Steering

/// A hash of a row as a page showed it. A form carries it back, and it is made again in the transaction of the change: what
/// somebody else changed in between, here, by an import or with another tool, is not written over.
enum Seen {
  static func of(_ row: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let bytes = (try? encoder.encode(row)) ?? Data()
    return SHA256.hash(data: bytes).prefix(8).hex
  }
}

/// An action that is done only while what its form showed is still so.
struct Checked<Doing: Action>: Action {
  static var name: String { Doing.name }
  let action: Doing
  let check: @Sendable (StoreSession) throws -> Void

  func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    try check(session)
    return try action.carryOut(session, context)
  }

  func encode(to encoder: any Encoder) throws { try action.encode(to: encoder) }
}

extension Action {
  /// - Parameter people: `id:hash`, as the form has them.
  func ifUnchanged(_ people: [String]) -> Checked<Self> {
    Checked(action: self) { session in
      for text in people {
        let parts = text.split(separator: ":").map(String.init)
        guard parts.count == 2, let id = Int64(parts[0]), let row = try session.questions.people(only: id).first else {
          throw UserError("person \(parts.first ?? text) is not there any more", next: .items(.person))
        }
        guard Seen.of(row) == parts[1] else {
          throw UserError(
            "\(row.name) was changed meanwhile and has the role \(row.role ?? "none") now\(row.isArchived ? ", archived" : ""): look again before you change them",
            next: .contracts(id), status: .needsConfirmation)
        }
      }
    }
  }
}
