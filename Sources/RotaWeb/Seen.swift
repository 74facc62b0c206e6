import Crypto
import Foundation
import Planning
import PlanningStore
import Reconciling
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

  /// What a form sends: which row, and how it was shown.
  static func token(_ key: String, _ row: some Encodable) -> String { "\(key):\(of(row))" }

  /// Which row a token is of.
  static func key(_ token: String) -> String { String(token.prefix { $0 != ":" }) }
}

/// What forms are about. Rows are named by keys: `12`, `1/2/2026-03-02`.
enum Sight: Sendable {
  case item(PlanSnapshot.Kind)
  case cell
  case conflict
  case drift
  case pair(PlanSnapshot.Kind)
  case locks
  /// Rows of the plan.
  case row(PlanTable)
  case role
}

extension Sight {
  /// How a row is shown now.
  struct Shown {
    let hash: String
    /// What it is called.
    let name: String
    let next: NextStep
  }

  /// - Returns: nil: it is not there any more.
  func shown(_ key: String, _ session: StoreSession) throws -> Shown? {
    let numbers = key.split(separator: "/").map { Int64($0) }
    func shown(_ row: some Encodable, _ name: String, _ next: NextStep) -> Shown {
      Shown(hash: Seen.of(row), name: name, next: next)
    }
    switch self {
    case .item(let kind):
      guard let id = numbers.first.flatMap(\.self), let item = try ListedItem.one(kind, id, session) else { return nil }
      return shown(item.row, item.name, .items(kind))
    case .cell:
      guard let cell = PlanningStore.Cell(key) else { return nil }
      return shown(try session.questions.actualRows(of: cell), "this day", .explain(cell))
    case .conflict:
      guard let cell = PlanningStore.Cell(key),
        let row = try session.questions.conflicts().first(where: { $0.cell == cell })
      else { return nil }
      return shown(row, "\(row.person) · \(row.project) · \(row.date)", .conflicts)
    case .drift:
      guard let row = try session.drift.list().first(where: { $0.key == key }) else { return nil }
      return shown(row, "\(row.kind.rawValue) \(row.name ?? "")", .drift)
    case .pair(let kind):
      guard numbers.count == 2, let left = numbers[0], let right = numbers[1],
        let one = try ListedItem.one(kind, left, session), try ListedItem.one(kind, right, session) != nil
      else { return nil }
      let finder = try DuplicateFinder(session: session, kinds: [kind], beside: [left, right])
      let rows = DuplicateWords(finder, finder.pair(kind, left, right), number: 1).rows.map(DuplicateWords.Row.init)
      return shown(rows, one.name, .duplicatesOf(kind))
    case .row(let table):
      guard let id = numbers.first.flatMap(\.self),
        let row = try session.rows.all(of: table, only: id).first
      else { return nil }
      return shown(row.fields, "\(table.noun.one) \(id)", .status)
    case .role:
      guard let id = numbers.first.flatMap(\.self),
        let role = try session.questions.roles().first(where: { $0.id == id })
      else { return nil }
      return shown(role, "the role \(role.name)", .roles)
    case .locks: return shown(try session.questions.locks(), "the locks", .locks)
    }
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

/// Somebody else changed what a form showed.
struct ChangedMeanwhile: Error {
  let name: String
  let next: NextStep

  var words: UserError {
    UserError("\(name) was changed meanwhile: look again before you change it", next: next, status: .needsConfirmation)
  }
}

extension Action {
  /// - Parameter tokens: as the form has them.
  func ifUnchanged(_ tokens: [String], _ sight: Sight) -> Checked<Self> {
    Checked(action: self) { session in
      guard !tokens.isEmpty else { throw UserError("nothing is ticked: tick what you mean") }
      for token in tokens {
        let parts = token.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let now = try sight.shown(parts[0], session) else {
          throw UserError(
            "what the form was about is not there any more: look again", next: .status, status: .needsConfirmation)
        }
        guard now.hash == parts[1] else { throw ChangedMeanwhile(name: now.name, next: now.next).words }
      }
    }
  }
}

extension PlanningStore.Cell {
  /// `1/2/2026-03-02`: person, project, date.
  init?(_ key: String) {
    let parts = key.split(separator: "/").map(String.init)
    guard parts.count == 3, let person = Int64(parts[0]), let project = Int64(parts[1]), let day = CalendarDay(parts[2])
    else { return nil }
    self.init(person: person, project: project, day: day)
  }

  var key: String { "\(person)/\(project)/\(day)" }
  var path: String { "/cells/\(key)" }
  /// As actions take it.
  var typed: TypedCell { TypedCell(person: "\(person)", project: "\(project)", day: day) }
}

extension DriftRow {
  var key: String { "\(kind.rawValue)/\(planningID)/\(field.rawValue)" }
}
