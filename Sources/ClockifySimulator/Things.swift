import Foundation

/// A record of a kind that the simulator knows nothing about but its JSON.
public typealias SimulatedThing = [String: any Sendable]

/// How Clockify serves a kind that is kept as plain JSON: a new kind is a row of this table.
struct ThingRoute {
  /// From the workspace down; `*` stands for one part.
  let path: [String]
  /// Under which the workspace keeps its records.
  let kind: String
  var method = "GET"
  /// Members around the rows, outermost first; empty: the answer is the list.
  var envelope: [String] = []
  /// Where the answer says how many rows there are, beside the rows.
  var count: String?
  var isPaged = true
  var largestPage: Int?
  /// What the plan must have (clockify-api.md 1.2).
  var feature: String?
  /// Only for owners and admins.
  var isForAdmins = false
  /// The member that the part of the path named `*` must equal.
  var parent: String?
  /// The kind of which that is an id, and what it is called where it is not there.
  var parentKind: (kind: String, name: String)?
  /// One record by its id instead of a list: what is not there is called by this name.
  var record: String?
  /// Members that the list shows; nil: all.
  var members: Set<String>?
  /// What stands at the head of the list when it is asked for by its last change: where the change stands.
  var changedAt: [String]?

  static let all: [ThingRoute] = [
    ThingRoute(path: ["custom-fields"], kind: "custom_fields", isPaged: false, feature: "CUSTOM_FIELDS"),
    ThingRoute(path: ["holidays"], kind: "holidays", isPaged: false, feature: "TIME_OFF"),
    ThingRoute(path: ["time-off", "policies"], kind: "time_off_policies", largestPage: 200, feature: "TIME_OFF"),
    ThingRoute(
      path: ["time-off", "requests"], kind: "time_off_requests", method: "POST", envelope: ["requests"],
      count: "count", largestPage: 200, feature: "TIME_OFF"),
    ThingRoute(
      path: ["time-off", "balance", "policy", "*"], kind: "time_off_balances", envelope: ["balances"], count: "count",
      largestPage: 200, feature: "TIME_OFF", isForAdmins: true, parent: "policyId",
      parentKind: ("time_off_policies", "Policy")),
    ThingRoute(path: ["scheduling", "assignments", "all"], kind: "assignments", feature: "SCHEDULING"),
    ThingRoute(
      path: ["expenses", "categories"], kind: "expense_categories", envelope: ["categories"], count: "count",
      feature: "EXPENSES"),
    ThingRoute(
      path: ["approval-requests"], kind: "approvals", largestPage: 200, feature: "APPROVAL", isForAdmins: true,
      changedAt: ["approvalRequest", "status", "updatedAt"]),
    ThingRoute(
      path: ["invoices"], kind: "invoices", envelope: ["invoices"], count: "total", feature: "INVOICING",
      isForAdmins: true,
      members: [
        "id", "number", "clientId", "clientName", "status", "issuedDate", "dueDate", "currency", "amount", "balance",
        "paid", "daysOverdue",
      ]),
    ThingRoute(
      path: ["invoices", "*"], kind: "invoices", feature: "INVOICING", isForAdmins: true, parent: "id",
      record: "Invoice"),
    ThingRoute(
      path: ["invoices", "*", "payments"], kind: "invoice_payments", feature: "INVOICING", isForAdmins: true,
      parent: "invoiceId"),
    ThingRoute(
      path: ["expenses"], kind: "expenses", envelope: ["expenses", "expenses"], count: "count", feature: "EXPENSES"),
  ]

  static func find(_ parts: [String], method: String) -> ThingRoute? {
    all.first { route in
      route.method == method && route.path.count == parts.count
        && zip(route.path, parts).allSatisfy { $0 == "*" || $0 == $1 }
    }
  }
}

extension Access {
  /// - Parameter body: page and size of a search.
  func things(_ route: ThingRoute, _ parts: [String], _ query: CoreQuery, body: [String: Any]) -> Answer {
    if let feature = route.feature, !workspace.features.contains(feature) { return .denied }
    if route.isForAdmins, user.role == .member { return .denied }
    var rows = workspace.things[route.kind] ?? []
    if let parent = route.parent, let at = route.path.firstIndex(of: "*") {
      rows = rows.filter { $0[parent] as? String == parts[at] }
      if let (kind, name) = route.parentKind,
        !(workspace.things[kind] ?? []).contains(where: { $0["id"] as? String == parts[at] })
      {
        return .missing(name)
      }
    }
    // It says whose it is only in the way to it.
    if route.kind == "invoice_payments" { rows = rows.map { $0.filter { $0.key != "invoiceId" } } }
    if let record = route.record { return rows.first.map { Answer(json: $0) } ?? .missing(record) }
    if let members = route.members { rows = rows.map { $0.filter { members.contains($0.key) } } }
    if let changedAt = route.changedAt, query["sort-column"] == "UPDATED_AT" {
      func moment(_ row: SimulatedThing) -> String {
        changedAt.reduce(row as Any?) { ($0 as? [String: Any])?[$1] } as? String ?? ""
      }
      rows.sort { moment($0) > moment($1) }
    }
    guard route.isPaged else { return Answer(json: rows) }
    let isSearch = route.method == "POST"
    let number = isSearch ? body["page"] as? Int ?? 1 : query["page"].flatMap { Int($0) } ?? 1
    let asked = isSearch ? body["pageSize"] as? Int ?? 50 : query["page-size"].flatMap { Int($0) } ?? 50
    guard asked > 0, asked <= min(route.largestPage ?? .max, controls.maximumListPageSize) else {
      return .error(400, "Page size is too large", code: 501)
    }
    let size = min(asked, controls.silentPageCap ?? asked)
    let from = min(rows.count, max(0, number - 1) * size)
    let to = min(rows.count, from + size)
    var answer: Any = Array(rows[from..<to])
    for (depth, name) in route.envelope.enumerated().reversed() {
      var object: [String: Any] = [name: answer]
      if depth == route.envelope.count - 1, let count = route.count { object[count] = rows.count }
      answer = object
    }
    let sendsHead = controls.sendsLastPage && route.envelope.isEmpty
    return Answer(json: answer, lastPage: sendsHead ? to == rows.count : nil)
  }
}
