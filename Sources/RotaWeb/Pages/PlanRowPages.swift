import Foundation
import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

extension PlanRowPages {
  /// A list with a form for one more, a page for each row, and the whole table as a file, out and in.
  static var routes: [Route] {
    [
      Route.get(path, .viewer) { visit in try await visit.page { try list($0, visit) } },
      Route.post(path, .planner, add),
      Route.get(path + "/export", .viewer, export),
      Route(method: .post, path: path + "/import", right: .planner, limit: 5 << 20, answer: upload),
      Route.get(path + "/{row}", .viewer) { visit in try await visit.page { try row($0, visit) } },
      Route.post(path + "/{row}", .planner, change),
    ]
  }

  private static func add(_ visit: Visit) async throws -> Response {
    try await visit.attempt { visit in
      let said = try await visit.perform(AddRow<Subject>(FormField.values(table, visit.form)))
      return visit.seeOther(back(visit), said)
    } orShow: {
      try list($0, $1, problem: $2)
    }
  }

  /// To the person's plan, where the form was sent from there.
  private static func back(_ visit: Visit) -> String {
    visit.form["back"].flatMap { Int64($0) }.map { "/people/\($0)/plan" } ?? path
  }

  private static func change(_ visit: Visit) async throws -> Response {
    let id = try visit.id("row")
    return try await visit.attempt { visit in
      let seen = visit.form.all("seen")
      guard visit.form["do"] != "delete" else {
        return try await visit.twoSteps(
          DeleteRows<Subject>([id]).ifUnchanged(seen, .row(table)), title: "Delete \(table.noun.one) \(id)?",
          label: "Delete", back: "\(path)/\(id)", then: { _ in back(visit) })
      }
      let fields = try await visit.site.plan.ask { session in
        FormField.changed(
          table, from: try session.rows.fields(id, of: table), try FieldOptions(table, session), visit.form)
      }
      let said = try await visit.perform(EditRow<Subject>(id, fields).ifUnchanged(seen, .row(table)))
      return visit.seeOther(back(visit), said)
    } orShow: {
      try row($0, $1, problem: $2)
    }
  }

  // MARK: Files

  private static func export(_ visit: Visit) async throws -> Response {
    let lines = try await visit.site.plan.ask { CSVFile.lines(Table(try $0.files.exportRows(of: table))) }
    return .csv(lines, name: path.dropFirst() + ".csv")
  }

  /// All lines or none.
  private static func upload(_ visit: Visit) async throws -> Response {
    try await visit.attempt { visit in
      let file = try Subject.lines(of: visit.csv("file"))
      let same = visit.form["same"]
      let said = try await visit.perform(
        ImportRows<Subject>(file, skipsSame: same == "skip", replaces: same == "replace") { _ in })
      return visit.seeOther(path, said)
    } orShow: {
      try list($0, $1, problem: $2)
    }
  }
}

extension Response {
  /// - Parameter name: of the file that it is saved as.
  static func csv(_ lines: [String], name: some StringProtocol) -> Response {
    Response(
      status: .ok,
      headers: [
        .contentType: "text/csv; charset=utf-8", .cacheControl: "no-store",
        .contentDisposition: "attachment; filename=\"\(name)\"",
      ], body: .init(byteBuffer: ByteBuffer(string: lines.joined(separator: "\n") + "\n")))
  }
}

extension Visit {
  /// A file that a form sent.
  ///
  /// - Throws: `UserError` where there is none, or it cannot be read.
  func csv(_ field: String) throws -> CSVFile {
    guard let file = files.first(where: { $0.field == field }), !file.bytes.isEmpty else {
      throw UserError("no file was chosen")
    }
    return try CSVFile(path: file.name, data: file.bytes)
  }
}
