import ClockifyAPI
import Sending
import Steering

/// What `send` says.
enum SendWords {
  /// `412 of 1,000 sent, 3 failed, 9.6 a second, 1 min left`.
  static func progress(_ now: SendProgress) -> String {
    var parts = ["\(Words.count(now.sent)) of \(Words.count(now.total)) sent"]
    if now.failed > 0 { parts.append("\(Words.count(now.failed)) failed") }
    if now.rate > 0 {
      let tenths = Int((now.rate * 10).rounded())
      parts.append("\(tenths / 10).\(tenths % 10) a second")
      let left = Int((Double(now.total - now.sent) / now.rate).rounded())
      parts.append(left < 90 ? "\(left) s left" : "\((left + 30) / 60) min left")
    }
    return parts.joined(separator: ", ")
  }

  static func lines(_ summary: SendSummary) -> [String] {
    let counts =
      "\(Words.count(summary.done)) done, \(Words.count(summary.failed)) failed, \(Words.count(summary.unknown)) unknown."
    guard summary.sent > 0 else {
      return ["All is sent: \(counts) Results: \(summary.results)"] + next(summary)
    }
    let causes = summary.causes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      "\($0.key) \(Words.count($0.value))"
    }
    return [
      counts + (causes.isEmpty ? "" : " Failed: \(causes.joined(separator: ", ")).") + " Results: \(summary.results)"
    ]
      + next(summary)
  }

  private static func next(_ summary: SendSummary) -> [String] {
    var lines: [String] = []
    if summary.failed > 0 { lines.append("Next: the same with --retry-failed, once what is wrong was corrected") }
    if summary.unknown > 0 {
      lines.append("Next: look for what is unknown in Clockify, then the same with --resend-unknown")
    }
    return lines
  }

  static func stopped(_ sent: Int) -> String {
    "\(Words.plural(sent, "record")) sent. The same command goes on where it stopped."
  }

  static func what(_ destination: Destination) -> String {
    destination.template.map { "by \($0.name)" } ?? "by \(destination.method)"
  }

  static func place(_ place: Diagnosis.Place) -> String {
    (place.name.isEmpty ? " to the workspaces that they name" : " to workspace \(place.name)")
      + " in Clockify as \(place.ownerName)"
  }

  /// Method, address, headers without the key, body.
  static func preview(_ rendered: Rendered, api: String) -> [String] {
    var lines = ["record \(rendered.record.number) (line \(rendered.record.line))"]
    lines.append("\(rendered.request.method) \(api)\(rendered.request.path)")
    for (name, value) in rendered.request.headers { lines.append("\(name): \(value)") }
    if let body = rendered.request.body { lines.append(body) }
    if rendered.isMerged { lines.append("The row is read first, and this laid over it.") }
    return lines + [""]
  }

  static func json(_ rendered: Rendered, api: String) -> JSONTree {
    var json = JSONTree.object([
      .init("record", .number("\(rendered.record.number)")), .init("method", .text(rendered.request.method)),
      .init("url", .text(api + rendered.request.path)),
    ])
    if !rendered.request.headers.isEmpty {
      json.set("headers", .object(rendered.request.headers.map { .init($0.0, .text($0.1)) }))
    }
    json.set("body", rendered.body)
    return json
  }
}
