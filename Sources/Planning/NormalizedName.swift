import Foundation

/// A name reduced to what people compare: case, accents, punctuation and legal suffixes are gone (rule 74).
package struct NormalizedName: Hashable, Sendable {
  package let text: String

  private static let legalSuffixes: Set<String> = [
    "ag", "bv", "co", "corp", "gmbh", "inc", "kg", "limited", "llc", "ltd", "oy", "plc", "pty", "sa", "sarl", "srl",
  ]

  package init(_ name: String) {
    let folded = name.decomposedStringWithCompatibilityMapping.lowercased()
      .replacingOccurrences(of: "ß", with: "ss")
      .unicodeScalars.filter { !CharacterSet.nonBaseCharacters.contains($0) }
    let joined = String(String.UnicodeScalarView(folded.filter { $0 != "." && $0 != "'" && $0 != "’" }))
    var words = joined.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    while words.count > 1, let last = words.last, Self.legalSuffixes.contains(last) { words.removeLast() }
    text = words.joined(separator: " ")
  }
}
