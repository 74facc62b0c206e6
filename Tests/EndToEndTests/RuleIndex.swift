import Foundation

/// Which suites hold the tests of which import rule, read from the titles in the sources.
struct RuleIndex {
  struct Place: Hashable {
    let suite: String
    /// Below `Tests/`.
    let file: String
  }

  /// Every number that a rule has; the gaps are numbers that none has.
  static let numbers = [1...25, 30...71, 74...97].flatMap(Array.init)

  private(set) var places: [Int: Set<Place>] = [:]
  /// Titles that begin like those of a rule but name none that there is, or not in order.
  private(set) var malformed: [String] = []

  init(tests root: URL) throws {
    let files = try FileManager.default.subpathsOfDirectory(atPath: root.path).sorted()
    for file in files where file.hasSuffix("Tests.swift") {
      let source = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
      var suite = file
      for match in source.matches(of: /@(Suite|Test)\(\s*"((?:[^"\\]|\\.)*)"/) {
        let title = String(match.2)
        if match.1 == "Suite" { suite = title } else { add(title, Place(suite: suite, file: file)) }
      }
    }
  }

  private mutating func add(_ title: String, _ place: Place) {
    guard title.wholeMatch(of: /[Rr]ules? \d.*/) != nil else { return }
    let numbers = Self.numbers(of: title)
    if numbers.isEmpty { malformed.append(title) }
    for number in numbers { places[number, default: []].insert(place) }
  }

  /// `Rule 63: …`, `Rules 47, 55: …`, `Rules 48 to 51, 56: …`.
  ///
  /// - Returns: empty if the title is written otherwise.
  static func numbers(of title: String) -> [Int] {
    guard let head = title.prefixMatch(of: /(Rules?) (\d+(?: to \d+)?(?:, \d+(?: to \d+)?)*): \S/) else { return [] }
    let found = head.2.split(separator: ", ").flatMap { part -> [Int] in
      let ends = part.split(separator: " to ").compactMap { Int($0) }
      return ends[0] <= ends[ends.count - 1] ? Array(ends[0]...ends[ends.count - 1]) : []
    }
    let isSound =
      found == Set(found).sorted() && found.allSatisfy(Self.numbers.contains)
      && (head.1 == "Rules") == (found.count > 1)
    return isSound ? found : []
  }

  /// docs/rules.md.
  var page: String {
    var text = """
      # Import rules and their tests

      Where the tests of a rule are, by its number. Generated from the titles of the tests and checked by one;
      `ROTA_RECORD=1 swift test --filter DocumentationTests` writes it anew. “–”: no test yet.

      | rule | suites (file below `Tests/`) |
      |---|---|

      """
    for number in Self.numbers {
      let words = (places[number] ?? []).sorted { ($0.file, $0.suite) < ($1.file, $1.suite) }
        .map { "\($0.suite) (`\($0.file)`)" }
      text += "| \(number) | \(words.isEmpty ? "–" : words.joined(separator: " · ")) |\n"
    }
    return text
  }
}
