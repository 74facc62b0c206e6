import Foundation
import Importing
import Planning
import PlanningStore
import Steering

/// What the frame of every page needs to know of the database.
struct FrameFacts: Sendable {
  var workspace: String?
  var rightSince: String?
  var lastFailed: Int64?
  var asOf: (run: Int64, at: String)?
  /// When live changes were written last, after that run.
  var changedAt: String?
  /// Who writes just now.
  var holder: LockHolder?
  var said: [String] = []

  init(_ session: StoreSession, _ visit: Visit) throws {
    holder = LockHolder.of(database: visit.site.wiring.database)
    var newest: Int64?
    try session.runs.walk(limit: 50) { run in
      let summary = RunSummary(json: run.summary)
      if newest == nil, run.status == .failed { lastFailed = run.id }
      newest = newest ?? run.id
      rightSince = rightSince ?? summary?.guaranteedFrom
      if asOf == nil, [.done, .held].contains(run.status) {
        asOf = (run.id, run.finishedAt ?? run.startedAt)
        workspace = summary.flatMap { $0.workspaceName.isEmpty ? nil : $0.workspaceName }
      }
      return asOf == nil || rightSince == nil
    }
    if let asOf { changedAt = try session.runs.lastLiveChange(after: asOf.run) }
    guard let id = visit.query["said"].flatMap({ Int64($0) }),
      let change = try session.changes.said(id, to: visit.visitor.name),
      visit.site.wiring.now() - change.at < 600
    else { return }
    said = change.text.split(separator: "\n").map(String.init)
  }
}

/// Header, banner, what was said, and footer.
struct Frame: Sendable {
  let title: String
  let site: String?
  let isKnown: Bool
  let nav: [NavItem]
  /// What the field in the header holds; nil: the page has one of its own.
  let search: String?
  let visitor: String
  let banner: Banner?
  let said: [String]
  let isSaid: Bool
  let footer: String
  let asOf: String?
  /// Where an open page hears that hours have changed; nil: nothing comes live, or it shows none.
  let live: String?
  let style: String
  let script: String
  let icon: String
  /// Loads itself anew every three seconds where there is no script.
  var refreshes = false
  /// The page's rows in other forms.
  var twins: [LinkModel] = []

  struct NavItem: Sendable {
    let label: String
    let path: String
    let isHere: Bool
  }

  struct Banner: Sendable {
    let text: String
    let path: String
    let label: String
    let isFault: Bool
  }

  /// Each with the addresses that belong to it, its own first.
  private static let rooms = [
    ("Home", ["/"]), ("People", ["/people"]), ("Projects", ["/projects"]), ("Clients", ["/clients"]),
    ("Heat map", ["/heat"]),
    ("Plan", ["/assignments", "/time-off", "/holidays", "/contracts", "/roles"]),
    (
      "To do",
      [
        "/todo", "/duplicates", "/conflicts", "/drift", "/unsettled", "/references", "/push", "/sends", "/locks",
        "/changes", "/audit",
        "/export",
        "/settings", "/users",
      ]
    ),
    ("Runs", ["/runs", "/entries"]), ("Integration", ["/integration", "/import"]),
  ]

  /// Pages of hours.
  private static let hours = ["/people", "/projects", "/clients", "/cells", "/heat", "/entries"]

  /// - Parameter facts: nil: the database could not be asked, or nobody is logged in.
  init(_ facts: FrameFacts?, _ visit: Visit, title: String) {
    let here = visit.request.uri.path
    self.title = title
    site = facts?.workspace
    isKnown = visit.isKnown
    nav = Self.rooms.map { label, paths in
      NavItem(
        label: label, path: paths[0],
        isHere: paths.contains { path in path == "/" ? here == "/" : here == path || here.hasPrefix(path + "/") })
    }
    search = visit.request.uri.path == "/search" ? nil : ""
    visitor = visit.visitor.name
    banner = facts.flatMap { Self.banner($0, here: here) }
    said = facts?.said ?? []
    isSaid = !said.isEmpty
    let since = facts?.rightSince.map { " · right since \(CalendarDay($0).map { Words.day($0) } ?? $0)" } ?? ""
    footer = "rota \(visit.site.wiring.version) · schema \(PlanningDatabase.schemaVersion)\(since)"
    asOf = facts?.asOf.map { asOf in
      let live = facts?.changedAt.map { ", live changes until \(visit.moments.words($0))" } ?? ""
      return "As of run \(asOf.run), \(visit.moments.words(asOf.at))\(live) (\(visit.site.zone.name))"
    }
    let showsHours = here == "/" || Self.hours.contains { here == $0 || here.hasPrefix($0 + "/") }
    live = visit.isKnown && showsHours && LiveEvents.isTaken(visit.site) ? "/live/events" : nil
    style = "/assets/\(visit.site.assets.style.name)"
    script = "/assets/\(visit.site.assets.script.name)"
    icon = "/assets/\(visit.site.assets.icon.name)"
  }

  private static func banner(_ facts: FrameFacts, here: String) -> Banner? {
    if here == "/import" { return nil }
    if let holder = facts.holder, holder.isImport {
      let step = holder.step.map { ": \($0.words)" } ?? ""
      return Banner(
        text: "An import is running\(step). Changes wait until it has ended.", path: "/import", label: "Look",
        isFault: false)
    }
    return facts.lastFailed.map { run in
      Banner(
        text: "The last import, run \(run), failed: figures are those of the run before.", path: "/runs/\(run)",
        label: "See why", isFault: true)
    }
  }
}
