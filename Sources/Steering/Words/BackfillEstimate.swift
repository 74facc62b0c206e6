/// How long the first import of a workspace with an hourly limit takes, said before it begins.
package struct BackfillEstimate {
  /// Requests for the lists, few as they are on such workspaces.
  private static let lists = 5

  /// Of the report, for all of the history.
  package let requests: Int
  /// Runs an hour or more apart, until all of it is read; nil: the nights' own window uses the limit up.
  package let nights: Int?

  /// - Parameters:
  ///   - days: of history.
  ///   - windowDays: that each further night reads again.
  ///   - entriesPerMonth: in the last 30 days.
  package init(days: Int, windowDays: Int, entriesPerMonth: Int, perHour: Int) {
    func reports(_ days: Int) -> Int { (days + 32) / 30 + days * entriesPerMonth / 30_000 }
    requests = reports(days)
    let later = perHour - Self.lists - reports(windowDays)
    let missing = requests - (perHour - Self.lists)
    nights = missing <= 0 ? 1 : later > 0 ? 1 + (missing + later - 1) / later : nil
  }

  package var words: String {
    let need = "about \(Words.plural(requests, "request"))"
    switch nights {
    case 1: return "\(need), read by the first import"
    case let nights?:
      return
        "\(need): read in about \(nights) nights, or in one go with 'rota import --wait', which waits for the hours"
    case nil:
      return
        "\(need), more than the nights leave over: read it once with 'rota import --wait', which waits for the hours"
    }
  }
}
