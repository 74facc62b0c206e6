import Foundation
import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

enum ReferencesActions {
  /// Takes a Clockify id off the ignore list.
  static func unignore(_ visit: Visit) async throws -> Response {
    try await visit.attempt { visit in
      guard let kind = visit.form["kind"].flatMap({ PlanSnapshot.Kind(rawValue: $0) }), let id = visit.form["id"] else {
        throw UserError("which one was not said")
      }
      let said = try await visit.perform(UnignoreReference(kind, clockifyID: id))
      return visit.seeOther("/references?state=ignored", said)
    } orShow: {
      try ReferencesModel($0, $1, problem: $2)
    }
  }

  /// Links one item, takes its links off in two steps, or keeps a Clockify id out for good.
  static func change(_ visit: Visit) async throws -> Response {
    let (kind, id) = (try visit.kind(), try visit.id("item"))
    return try await visit.attempt { visit in
      let seen = visit.form.all("seen")
      let here = "/references/\(kind.rawValue)/\(id)"
      switch visit.form["do"] {
      case "link", "ignore":
        guard let clockifyID = visit.form["clockify_id"] else { throw UserError("no Clockify id was given") }
        guard visit.form["do"] == "link" else {
          return visit.seeOther(
            here, try await visit.perform(IgnoreReference(kind, clockifyID: clockifyID, note: visit.form["note"])))
        }
        return visit.seeOther(
          here,
          try await visit.perform(LinkItem(kind, "\(id)", clockifyID: clockifyID).ifUnchanged(seen, .item(kind))))
      case "unlink":
        return try await visit.twoSteps(
          UnlinkItem(kind, "\(id)").ifUnchanged(seen, .item(kind)), title: "Take the link off?",
          label: "Take the link off", back: here, then: { _ in here })
      default: throw UserError("what to do was not said")
      }
    } orShow: {
      try ReferenceModel($0, $1, problem: $2)
    }
  }

  // MARK: Files

  /// Every item with its link, or its likely one, as `rota references export` writes it.
  static func export(_ visit: Visit) async throws -> Response {
    let lines = try await visit.site.plan.ask { CSVFile.lines(Table(try ReferenceLine.all($0))) }
    return .csv(lines, name: "links.csv")
  }

  /// The same file, filled in: all lines or none.
  static func upload(_ visit: Visit) async throws -> Response {
    try await visit.attempt { visit in
      let action = ImportReferences(try ReferenceLine.file(visit.csv("file")))
      return visit.seeOther("/references", try await visit.perform(action))
    } orShow: {
      try ReferencesModel($0, $1, problem: $2)
    }
  }
}
