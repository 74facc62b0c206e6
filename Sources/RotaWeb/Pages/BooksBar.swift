import PlanningStore
import Steering

/// Read time of a run as one bar: what was placed, skipped and held, in proportion.
struct BooksBar: Sendable {
  struct Part: Sendable {
    let kind: String
    let x: Int
    let width: Int
    let title: String
  }

  /// Units across.
  static let width = 1000

  let parts: [Part]
  let words: String
  let isBalanced: Bool

  /// - Returns: nil where no time was read.
  init?(_ run: ImportRun) {
    guard run.secondsRead > 0 else { return nil }
    let sums = [("placed", run.secondsPlaced), ("skipped", run.secondsSkipped), ("held", run.secondsHeld)]
    var parts: [Part] = []
    var seconds = 0
    for (kind, sum) in sums where sum > 0 {
      let from = Self.width * seconds / run.secondsRead
      seconds += sum
      // What is there can be seen, however little it is.
      let to = max(from + 4, Self.width * seconds / run.secondsRead)
      parts.append(
        Part(kind: kind, x: min(from, Self.width - 4), width: to - from, title: "\(kind) \(Words.hours(seconds: sum))"))
    }
    self.parts = parts
    isBalanced = run.isBalanced
    words =
      "\(Words.hours(seconds: run.secondsPlaced)) placed + \(Words.hours(seconds: run.secondsSkipped)) skipped + "
      + "\(Words.hours(seconds: run.secondsHeld)) held \(run.isBalanced ? "=" : "≠") \(Words.hours(seconds: run.secondsRead)) read"
  }
}

/// The last runs as thin bars, oldest first, as high as the time that they read.
struct Nights: Sendable {
  struct Night: Sendable {
    let x: Int
    let y: Int
    let height: Int
    let status: String
    let title: String
    let path: String
    let run: Int64
    let moment: Moment
    let read: String
  }

  static let count = 30
  static let height = 40

  let nights: [Night]
  let words: String
  let width: Int

  /// - Parameter runs: newest first.
  /// - Returns: nil where there are none.
  init?(_ runs: [RunRow], _ moments: Moments) {
    guard !runs.isEmpty else { return nil }
    let most = max(1, runs.map(\.secondsRead).max() ?? 1)
    nights = runs.reversed().enumerated().map { index, run in
      let height = max(3, Self.height * run.secondsRead / most)
      let moment = moments.moment(run.startedAt)
      return Night(
        x: index * 10, y: Self.height - height, height: height, status: run.status,
        title: "run \(run.id), \(run.status), \(moment.text), \(Words.hours(seconds: run.secondsRead)) read",
        path: "/runs/\(run.id)", run: run.id, moment: moment, read: Words.hours(seconds: run.secondsRead))
    }
    width = nights.count * 10
    let well = runs.count { $0.status == "done" }
    words = "\(well) of the last \(Words.plural(runs.count, "run")) done"
  }
}
