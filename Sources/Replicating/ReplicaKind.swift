package import ClockifyAPI

/// A kind of Clockify's records: how it is asked for, and the table that keeps it. Adding one is a file in `Kinds/` and a
/// migration.
package struct ReplicaKind: Sendable {
  /// As settings and commands call it.
  package let name: String
  package let request: Request
  /// What the plan must have; nil: every plan does.
  package let feature: String?
  package let gone: Gone
  package let table: ReplicaTable

  package enum Request: Sendable {
    /// On a list that the import reads anyway.
    case carried(ListPage.List)
    /// A list; the path is behind the workspace.
    ///
    /// - Parameters: `{from}` and `{to}` in the query are the bounds of the period; `totalAt`: where the answer says how
    ///   many rows there are.
    case list(
      path: String, query: [(String, String)] = [], rowsAt: [String] = [], totalAt: [String]? = nil,
      largestPage: Int = 1000, isPaged: Bool = true)
    /// A list that is asked for with a body: a read-only POST.
    case search(path: String, body: String, rowsAt: [String], totalAt: [String]?, largestPage: Int)
    /// A list for each row of another kind; `{id}` in the path is that row's.
    case each(of: String, path: String, rowsAt: [String], totalAt: [String]?, largestPage: Int)
    /// A list with what changed last at its head.
    case newest(path: String, query: [(String, String)], page: Int)
    /// A list, and each row that is new or has changed by itself, with lists of its own.
    case detailed(
      path: String, query: [(String, String)], rowsAt: [String], totalAt: [String]?, detail: String,
      parts: [(member: String, path: String)])
    /// One answer for each active person, some of them each run.
    case turns(path: String)
  }

  /// How one sees that a row is gone.
  package enum Gone: Sendable, Equatable {
    /// It is in a complete list no more.
    case completeList
    /// The same, of rows that lie wholly in the dates that were asked for.
    ///
    /// Columns: where its bounds stand.
    case withinPeriod(start: String, end: String)
    /// It is in its parent's whole answer no more.
    case withParent
    /// Absence proves nothing.
    case never
  }

  package init(
    _ name: String, _ request: Request, feature: String? = nil, gone: Gone = .completeList, _ table: ReplicaTable
  ) {
    self.name = name
    self.request = request
    self.feature = feature
    self.gone = gone
    self.table = table
  }

  /// It costs no request.
  package var isCarried: Bool { if case .carried = request { true } else { false } }

  /// What few time entries have: kept beside them by the import, no table of a kind.
  package static let entryDetails = "entry_details"
  /// As settings name them.
  package static let names = all.map(\.name) + [entryDetails]

  /// All, parents first: the order in which they are read.
  package static let all: [ReplicaKind] = [
    .workspaces, .users, .clients, .projects, .tasks, .tags, .userGroups, .customFields, .holidays, .timeOffPolicies,
    .timeOffRequests, .timeOffBalances, .assignments, .approvals, .expenseCategories, .expenses, .invoices,
    .memberProfiles,
  ]
}
