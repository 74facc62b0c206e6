/// One thing that was looked at before it matters, and how it is.
package struct CheckLine: Sendable {
  /// `ok`, `warn` or `fail`.
  package let state: String
  package let name: String
  package let words: String

  package init(_ state: String, _ name: String, _ words: String) {
    self.state = state
    self.name = name
    self.words = words
  }

  package var text: String { "\(Words.padded(state, 5)) \(Words.padded(name, 11)) \(words)" }
}
