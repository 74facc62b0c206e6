extension String {
  /// Whether the text can be a Clockify id: 24 hexadecimal digits, in either case (rule 13).
  package var isClockifyID: Bool { count == 24 && allSatisfy(\.isHexDigit) }

  /// When a Clockify id was made, as its first eight digits tell [guess, clockify-api.md 1.6]; nil: they tell nothing.
  package var clockifyCreation: Instant? {
    guard isClockifyID, let seconds = Int(prefix(8), radix: 16) else { return nil }
    // Clockify is younger than 2010.
    return seconds < 1_262_304_000 ? nil : Instant(seconds: seconds)
  }
}
