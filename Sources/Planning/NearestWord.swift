/// The word that somebody probably meant.
package enum NearestWord {
  /// The closest of `words` by edits (insert, delete, replace, swap), letter case aside; nil if none is near.
  package static func to(_ text: String, among words: [String]) -> String? {
    let lowered = Array(text.lowercased())
    let limit = max(1, lowered.count / 3)
    return words.map { (word: $0, distance: edits(lowered, Array($0.lowercased()))) }
      .filter { $0.distance <= limit }
      .min { ($0.distance, $0.word) < ($1.distance, $1.word) }?.word
  }

  /// Edits between two texts, letter case aside.
  package static func distance(_ left: String, _ right: String) -> Int {
    edits(Array(left.lowercased()), Array(right.lowercased()))
  }

  private static func edits(_ left: [Character], _ right: [Character]) -> Int {
    var before: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (left[row] == right[column] ? 0 : 1))
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, before[column - 1] + 1)
        }
        current.append(best)
      }
      (before, last) = (last, current)
    }
    return last[right.count]
  }
}
