import Foundation
import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Mustache

/// What a page shows: plain data, beside the template that lays it out.
protocol PageModel: Sendable {
  static var template: String { get }
  var title: String { get }
}

/// A page in its frame.
struct Page<Body: PageModel>: Sendable {
  let frame: Frame
  let body: Body
}

/// The templates, all in the binary.
struct Pages: Sendable {
  private let library: MustacheLibrary

  init() throws {
    MustacheContentTypes.register(EscapedText(), named: EscapedText.name)
    var library = MustacheLibrary()
    for (name, bytes) in Self.sources {
      try library.register(EscapedText.pragma + String(decoding: bytes, as: UTF8.self), named: name)
    }
    self.library = library
  }

  /// Every template by its name.
  static let sources: [(name: String, bytes: [UInt8])] = [
    ("layout", PackageResources.layout_mustache), ("step", PackageResources.step_mustache),
    ("bar", PackageResources.bar_mustache), ("problem", PackageResources.problem_mustache),
    ("home", PackageResources.home_mustache), ("people", PackageResources.people_mustache),
    ("person", PackageResources.person_mustache), ("cell", PackageResources.cell_mustache),
    ("entries", PackageResources.entries_mustache), ("runs", PackageResources.runs_mustache),
    ("run", PackageResources.run_mustache), ("integration", PackageResources.integration_mustache),
    ("import", PackageResources.import_mustache), ("confirm", PackageResources.confirm_mustache),
    ("failure", PackageResources.failure_mustache), ("login", PackageResources.login_mustache),
    ("invitation", PackageResources.invitation_mustache), ("item", PackageResources.item_mustache),
    ("items", PackageResources.items_mustache), ("project", PackageResources.project_mustache),
    ("client", PackageResources.client_mustache), ("search", PackageResources.search_mustache),
    ("todo", PackageResources.todo_mustache), ("duplicates", PackageResources.duplicates_mustache),
    ("pair", PackageResources.pair_mustache), ("merges", PackageResources.merges_mustache),
    ("conflicts", PackageResources.conflicts_mustache), ("drift", PackageResources.drift_mustache),
    ("push", PackageResources.push_mustache), ("sends", PackageResources.sends_mustache),
    ("send", PackageResources.send_mustache),
    ("unsettled", PackageResources.unsettled_mustache), ("references", PackageResources.references_mustache),
    ("reference", PackageResources.reference_mustache), ("locks", PackageResources.locks_mustache),
    ("changes", PackageResources.changes_mustache), ("heat", PackageResources.heat_mustache),
    ("rows", PackageResources.rows_mustache), ("row", PackageResources.row_mustache),
    ("fields", PackageResources.fields_mustache), ("list", PackageResources.list_mustache),
    ("plan", PackageResources.plan_mustache),
    ("roles", PackageResources.roles_mustache), ("users", PackageResources.users_mustache),
    ("settings", PackageResources.settings_mustache), ("export", PackageResources.export_mustache),
    ("audit", PackageResources.audit_mustache), ("pager", PackageResources.pager_mustache),
    ("facet", PackageResources.facet_mustache),
  ]

  func html<Body>(_ page: Page<Body>) -> String {
    library.render(Laid.out(page) as Any, withTemplate: Body.template) ?? ""
  }

  func response<Body>(_ page: Page<Body>, status: HTTPResponse.Status) -> Response {
    var headers: HTTPFields = [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"]
    if status == .methodNotAllowed { headers[.allow] = "GET, POST" }
    return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: html(page))))
  }
}

/// Text in a page: what means something in HTML is written so that it means nothing. As the library's own, which looks at
/// each character in a table: a fifth of the time of a page with a thousand figures.
struct EscapedText: MustacheContentType {
  static let name = "ROTA"
  static let pragma = "{{% CONTENT_TYPE:\(name)}}\n"

  func escapeText(_ text: String) -> String {
    guard text.utf8.contains(where: { Self.replacement($0) != nil }) else { return text }
    var escaped = ""
    escaped.reserveCapacity(text.utf8.count + 16)
    for scalar in text.unicodeScalars {
      if let replacement = UInt8(exactly: scalar.value).flatMap(Self.replacement) {
        escaped += replacement
      } else {
        escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  private static func replacement(_ letter: UInt8) -> String? {
    switch letter {
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "\""): "&quot;"
    case UInt8(ascii: "'"): "&#39;"
    default: nil
    }
  }
}
