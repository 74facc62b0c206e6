import Foundation
import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import PlanningStore
import Steering

/// What `rota clockify send` did, from the folder of journals that the settings name: to look at.
struct SendsModel: PageModel {
  static let template = "sends"
  let title = "Sent to Clockify"
  let isSet: Bool
  let sends: [Row]
  let isEmpty: Bool
  let lines: [String]

  struct Row: Sendable {
    let name: String
    let path: String
    let records: String
    let done: String
    let failed: String
    let unknown: String
    let lastAt: String
  }

  /// A line of `rota clockify journal list --json`.
  private struct Send: Decodable {
    let name: String
    let records: Int
    let done: Int
    let failed: Int
    let unknown: Int
    let lastAt: String?
  }

  /// - Parameter end: nil: no folder is set.
  init(_ end: ImportEnd?) {
    isSet = end != nil
    let found = end?.rows(Send.self)
    sends = (found ?? []).prefix(Visit.rows).map { send in
      Row(
        name: send.name,
        path: "/sends/" + (send.name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""),
        records: Words.count(send.records), done: Words.count(send.done), failed: Words.count(send.failed),
        unknown: Words.count(send.unknown), lastAt: send.lastAt ?? "")
    }
    isEmpty = sends.isEmpty
    lines = found == nil ? end?.lines ?? [] : []
  }
}

/// How each record of one send ended.
struct SendModel: PageModel {
  static let template = "send"
  let title: String
  let states: [Facet]
  let records: [Row]
  let isEmpty: Bool
  let count: String
  let lines: [String]

  struct Row: Sendable {
    let record: String
    let line: String
    let state: String
    let request: String
    let id: String
    let error: String
    let at: String
  }

  /// A line of `rota clockify journal show --json`.
  private struct Record: Decodable {
    let record: Int
    let line: Int
    let state: String
    let clockifyId: String?
    let request: String?
    let error: String?
    let at: String?
  }

  init(_ name: String, _ end: ImportEnd, state: String?, path: String) {
    title = "Sent: \(name)"
    let found = end.rows(Record.self)
    states = ([nil] + ["done", "failed", "unknown"]).map { one in
      Facet(label: one ?? "All", count: "", path: path + (one.map { "?state=\($0)" } ?? ""), isChosen: one == state)
    }
    records = (found ?? []).map { record in
      Row(
        record: "\(record.record)", line: "\(record.line)", state: record.state, request: record.request ?? "",
        id: record.clockifyId ?? "", error: record.error ?? "", at: record.at ?? "")
    }
    isEmpty = records.isEmpty
    count = Words.plural(records.count, "record")
    lines = found == nil ? end.lines : []
  }
}

enum SendsActions {
  static func list(_ visit: Visit) async throws -> Response {
    let wiring = visit.site.wiring
    let end =
      if let folder = wiring.journals { try await wiring.runJournal(["list", folder]) } else { ImportEnd?.none }
    return try await visit.page { _ in SendsModel(end) }
  }

  static func show(_ visit: Visit) async throws -> Response {
    guard let name = visit.context.parameters.get("name")?.removingPercentEncoding,
      let folder = visit.site.wiring.journals, !name.contains("/"), name != "..", name != ".", !name.hasPrefix("-")
    else {
      throw Refusal(.notFound, "There is no such journal.")
    }
    let state = visit.query["state"].flatMap { ["done", "failed", "unknown"].contains($0) ? $0 : nil }
    let end = try await visit.site.wiring.runJournal(
      ["show", "\(folder)/\(name)", "--limit", "\(Visit.rows)"] + (state.map { ["--state", $0] } ?? []))
    guard end.status != 64 else { throw Refusal(.notFound, "There is no such journal.") }
    return try await visit.page { _ in
      SendModel(name, end, state: state, path: visit.request.uri.path)
    }
  }
}
