import ClockifyAPI

/// One list, read to its end.
struct ReplicaReading {
  let source: ClockifySource
  let workspace: String
  let list: ReplicaList

  /// How a list ended.
  struct End {
    /// The rows that it said it had, or showed: all of them came.
    let isWhole: Bool
    let pages: Int
  }

  /// The same, as far as there are pages.
  func readAll(_ consume: ([JSONTree]) throws -> Void) async throws -> End {
    try await read { rows in
      try consume(rows)
      return true
    }
  }

  /// Page after page, each row once.
  ///
  /// The list ends with `Last-Page`, with as many rows as the answer states, with an empty page, and with one that brings
  /// nothing new; without either of the first two also with a page that is not full (clockify-api.md 1.5).
  ///
  /// - Parameter consume: gets the rows of a page; false: no further page is wanted.
  /// - Throws: `ClockifyError`, and what `consume` throws.
  func read(_ consume: ([JSONTree]) throws -> Bool) async throws -> End {
    guard list.isPaged else {
      let page = try await ask(page: nil)
      _ = try consume(page.rows)
      return End(isWhole: true, pages: 1)
    }
    var seen: Set<JSONTree> = []
    var (number, size, rows) = (1, list.largestPage, 0)
    while number <= Self.pageCap {
      let page: RawPage
      do {
        page = try await ask(page: (number, size))
      } catch let error as ClockifyError where error.status == 400 && number == 1 && size > Self.smallestPage {
        size = max(Self.smallestPage, size / 2)
        continue
      }
      let new = page.rows.filter { seen.insert($0).inserted }
      let goesOn = try consume(new)
      rows += page.rows.count
      let hasAll = page.isLast ?? page.total.map { rows >= $0 } ?? (page.rows.count < size)
      if hasAll || new.isEmpty || !goesOn { return End(isWhole: hasAll || page.rows.isEmpty, pages: number) }
      number += 1
    }
    return End(isWhole: false, pages: number)
  }

  private static let pageCap = 10_000
  private static let smallestPage = 50

  private func ask(page: (number: Int, size: Int)?) async throws -> RawPage {
    try await source.rawPage(
      of: list.path, in: workspace, query: list.query, search: list.search, page: page, rowsAt: list.rowsAt,
      totalAt: list.totalAt)
  }
}

/// A list as it is asked for, everything filled in.
struct ReplicaList {
  var path: String
  var query: [(String, String)] = []
  var search: String?
  var rowsAt: [String]
  var totalAt: [String]?
  var largestPage: Int
  var isPaged = true

  init(_ request: ReplicaKind.Request, period: (from: String, to: String)) {
    switch request {
    case .list(let path, let query, let rowsAt, let totalAt, let largestPage, let isPaged):
      self.path = path
      self.query = query.map { name, value in
        (name, value == "{from}" ? period.from : value == "{to}" ? period.to : value)
      }
      (self.rowsAt, self.totalAt, self.largestPage, self.isPaged) = (rowsAt, totalAt, largestPage, isPaged)
    case .search(let path, let body, let rowsAt, let totalAt, let largestPage):
      (self.path, search) = (path, body)
      (self.rowsAt, self.totalAt, self.largestPage) = (rowsAt, totalAt, largestPage)
    case .each(_, let path, let rowsAt, let totalAt, let largestPage):
      self.path = path
      (self.rowsAt, self.totalAt, self.largestPage) = (rowsAt, totalAt, largestPage)
    case .newest(let path, let query, let page):
      (self.path, self.query, rowsAt, largestPage) = (path, query, [], page)
    case .detailed(let path, let query, let rowsAt, let totalAt, _, _):
      (self.path, self.query, self.rowsAt, self.totalAt, largestPage) = (path, query, rowsAt, totalAt, 1000)
    case .turns(let path):
      (self.path, rowsAt, largestPage) = (path, [], 1)
    case .carried:
      (path, rowsAt, largestPage) = ("", [], 1)
    }
  }

  init(path: String, rowsAt: [String], largestPage: Int) {
    (self.path, self.rowsAt, self.largestPage) = (path, rowsAt, largestPage)
  }

  /// The list of one parent.
  func of(_ parent: String) -> ReplicaList {
    var list = self
    list.path = path.replacing("{id}", with: parent)
    return list
  }
}
