import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Reconciling
import Steering

/// `/duplicates/project/11/40`.
struct PairPath: Sendable {
  let kind: PlanSnapshot.Kind
  let left: Int64
  let right: Int64

  /// - Throws: a page that is not there.
  init(_ visit: Visit) throws {
    kind = try visit.kind()
    left = try visit.id("left")
    right = try visit.id("right")
  }

  var path: String { "/duplicates/\(kind.rawValue)/\(left)/\(right)" }
}

enum DuplicatesActions {
  static func show(_ visit: Visit) async throws -> Response {
    let pair = try PairPath(visit)
    let effects = await effects(pair, visit)
    return try await visit.page { try PairModel($0, visit, pair, effects: effects) }
  }

  /// What the merge would do, either way: its own dry run, rolled back.
  private static func effects(_ pair: PairPath, _ visit: Visit) async -> [[String]] {
    var effects: [[String]] = []
    for (keep, drop) in [(pair.left, pair.right), (pair.right, pair.left)] {
      do {
        let said = try await visit.perform(MergeItems(pair.kind, keep: "\(keep)", drop: "\(drop)"), isDryRun: true)
        effects.append(said.lines)
      } catch {
        effects.append(ErrorWords.words(error).map { [$0.message.sentence] } ?? [])
      }
    }
    return effects
  }

  /// Keeps one, or says that they are different; then the next pair.
  static func decide(_ visit: Visit) async throws -> Response {
    let pair = try PairPath(visit)
    do {
      let said = try await visit.perform(try decision(pair, visit))
      let next = try await visit.site.plan.ask { session in
        ListedPair.all(try DuplicateFinder(session: session)).first?.path
      }
      return visit.seeOther(visit.form["do"] == "listed" ? pair.path : next ?? "/duplicates", said)
    } catch {
      guard let problem = ErrorWords.words(error) else { throw error }
      let effects = await effects(pair, visit)
      return try await visit.page(problem.httpStatus) {
        try PairModel($0, visit, pair, effects: effects, problem: problem)
      }
    }
  }

  private static func decision(_ pair: PairPath, _ visit: Visit) throws -> any Action {
    let (left, right) = ("\(pair.left)", "\(pair.right)")
    let (seen, sight) = (visit.form.all("seen"), Sight.pair(pair.kind))
    switch visit.form["do"] {
    case "keep":
      guard let kept = visit.form["keep"], [left, right].contains(kept) else {
        throw UserError("which of the two stays was not said")
      }
      return MergeItems(pair.kind, keep: kept, drop: kept == left ? right : left).ifUnchanged(seen, sight)
    case "different": return DismissPair(pair.kind, left, right).ifUnchanged(seen, sight)
    case "listed": return DismissPair(pair.kind, left, right, undo: true).ifUnchanged(seen, sight)
    default: throw UserError("what to do was not said: keep one of them, or say that they are different")
    }
  }

  static func undo(_ visit: Visit) async throws -> Response {
    let merge = try visit.id("merge")
    return try await visit.attempt { visit in
      visit.seeOther("/duplicates/merges", try await visit.perform(UndoMerge(merge)))
    } orShow: {
      try MergesModel($0, $1, problem: $2)
    }
  }
}
