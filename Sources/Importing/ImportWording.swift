package import Planning
package import PlanningStore

/// What an import is doing just now.
package enum ImportStep: Sendable {
  case workspaces
  case lists(workspace: String)
  /// Entries that have arrived of those that Clockify states.
  case time(from: CalendarDay, entries: Int, of: Int)
  case timeOfPerson(Int, of: Int)
  case placing
}

/// Sentences beside the facts in the database, for who asks it. The import itself makes none.
package struct ImportWording: Sendable {
  package let finding: @Sendable (Finding) -> String
  package let error: @Sendable (any Error) -> String

  package init(
    finding: @escaping @Sendable (Finding) -> String, error: @escaping @Sendable (any Error) -> String
  ) {
    self.finding = finding
    self.error = error
  }
}
