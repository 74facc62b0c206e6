/// Where the hours of a row of `actual` come from.
package enum Origin: String, Codable, Sendable, CaseIterable {
  case clockify
  /// Typed or edited by a planner (rules 57, 58).
  case manual
  /// A zero for a planned day without time (rule 60).
  case autofill
}
