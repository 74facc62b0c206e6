extension String {
  /// Whether the text can be a Clockify id: 24 hexadecimal digits, in either case (rule 13).
  package var isClockifyID: Bool { count == 24 && allSatisfy(\.isHexDigit) }
}
