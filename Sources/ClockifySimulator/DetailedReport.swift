import Foundation
import NIOCore

/// The body of a report request, as far as it was seen to matter (clockify-api.md 6.1).
struct ReportRequest: Sendable {
  var start: String
  var end: String
  var page: Int
  var pageSize: Int
  var timeZone: String?
  var isDescending: Bool
  var userIDs: Set<String>?
  var projectIDs: Set<String>?
  var countsTotals: Bool
  var asksAmounts: Bool

  /// - Returns: nil where a required field is missing or the body is no JSON object.
  init?(_ body: ByteBuffer) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any],
      let start = object["dateRangeStart"] as? String, let end = object["dateRangeEnd"] as? String,
      let filter = object["detailedFilter"] as? [String: Any]
    else { return nil }
    self.start = start
    self.end = end
    page = filter["page"] as? Int ?? 1
    pageSize = filter["pageSize"] as? Int ?? 50
    timeZone = object["timeZone"] as? String
    isDescending = object["sortOrder"] as? String != "ASCENDING"
    userIDs = (object["users"] as? [String: Any]).flatMap { $0["ids"] as? [String] }.map(Set.init)
    projectIDs = (object["projects"] as? [String: Any]).flatMap { $0["ids"] as? [String] }.map(Set.init)
    asksAmounts = !["HIDE_AMOUNT", nil].contains(object["amountShown"] as? String)
    countsTotals = (filter["options"] as? [String: Any])?["totals"] as? String != "EXCLUDE"
  }
}

/// POST /reports/detailed. clockify-api.md 6.
struct DetailedReport {
  let request: ReportRequest
  let workspace: SimulatedWorkspace
  let owner: String
  let controls: Controls

  func answer() -> Answer {
    guard let reader = workspace.users.first(where: { $0.id == owner }) else { return .denied }
    guard request.pageSize > 0, request.pageSize <= controls.maximumReportPageSize else {
      return .error(400, "Page size is out of range", code: 501)
    }
    let zone = TimeZone(identifier: request.timeZone ?? reader.timeZone ?? "UTC") ?? TimeZone(identifier: "UTC")!
    guard let from = ReportText.wallClock(request.start, in: zone), let to = ReportText.wallClock(request.end, in: zone)
    else { return .error(400, "Date range is not readable", code: 3002) }
    let days = Double(to - from) / 86_400
    let longest = controls.longestReportDays ?? (workspace.plan == "FREE" ? 31 : 366)
    guard days <= longest else { return .error(400, "Date range is too long", code: 501) }
    var rows = range(from: from, to: to)
    if reader.role == .member { rows = rows.filter { $0.userID == owner }[...] }
    if let ids = request.projectIDs { rows = rows.filter { $0.projectID.map(ids.contains) ?? false }[...] }
    if let ids = request.userIDs { rows = rows.filter { ids.contains($0.userID) }[...] }
    if !controls.reportsListRunningTimers { rows = rows.filter { $0.end != nil }[...] }
    return render(rows, zone: zone)
  }

  private func range(from: Int, to: Int) -> ArraySlice<SimulatedWorkspace.Entry> {
    let first = workspace.entries.partitionPoint { $0.start >= from }
    let last = workspace.entries.partitionPoint { controls.reportIncludesEnd ? $0.start > to : $0.start >= to }
    return workspace.entries[first..<max(first, last)]
  }

  private func render(_ rows: ArraySlice<SimulatedWorkspace.Entry>, zone: TimeZone) -> Answer {
    let size = min(request.pageSize, controls.silentPageCap ?? request.pageSize)
    let skipped = min(rows.count, max(0, request.page - 1) * size)
    let count = min(size, rows.count - skipped)
    let seesMoney = request.asksAmounts && workspace.users.first { $0.id == owner }?.role != .member
    var text = ReportText(zone: zone, workspace: workspace, controls: controls, showsMoney: seesMoney)
    text.open(rows: rows, countsTotals: request.countsTotals)
    for offset in skipped..<skipped + count {
      let index = request.isDescending ? rows.endIndex - 1 - offset : rows.startIndex + offset
      text.row(rows[index], isFirst: offset == skipped)
    }
    text.close()
    var answer = Answer(bytes: text.buffer)
    if controls.sendsLastPage { answer.headers["last-page"] = "\(skipped + count >= rows.count)" }
    return answer
  }
}
