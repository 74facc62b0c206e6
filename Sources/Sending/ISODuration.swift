/// `PT12H30M`, as Clockify writes durations.
package enum ISODuration {
  /// - Parameter seconds: 0 or more.
  package static func text(_ seconds: Int) -> String {
    let parts = [(seconds / 3600, "H"), (seconds / 60 % 60, "M"), (seconds % 60, "S")]
    let text = parts.filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }.joined()
    return "PT" + (text.isEmpty ? "0S" : text)
  }
}
