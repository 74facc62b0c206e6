import ClockifyAPI
import Foundation

/// A request of any verb and path as somebody typed it, checked before the key goes with it (toolbox.md 1.5).
package struct CallRequest: Sendable {
  package let method: String
  /// Below the address; a query in it is taken as typed.
  package let path: String
  package var query: [(String, String)] = []
  package var headers: [(String, String)] = []

  package init(method: String, path: String) {
    self.method = method
    self.path = path
  }

  package var needsWorkspace: Bool { path.contains("{workspaceId}") }

  private static let refusedHeaders: Set<String> = [
    "x-api-key", "x-addon-token", "authorization", "host", "content-length", "transfer-encoding", "connection",
  ]

  /// - Throws: `SendingError` for another host, `..`, control characters and headers that are ours.
  package func check() throws {
    let next = "name a path below the API address, like /workspaces"
    guard path.hasPrefix("/"), !path.hasPrefix("//") else {
      throw SendingError("\"\(path)\" is no path", next: next)
    }
    let bare = path.prefix { $0 != "?" }
    for part in bare.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let plain = part.removingPercentEncoding ?? String(part)
      guard plain != "..", plain != ".", !plain.contains("/"), !plain.contains("\\") else {
        throw SendingError("the path \"\(path)\" has a part that leads elsewhere", next: next)
      }
    }
    guard Self.isPrintable(path), !path.contains("#") else {
      throw SendingError("the path has characters that no path has", next: next)
    }
    for (name, value) in headers { try Self.check(header: name, value) }
  }

  /// - Throws: `SendingError`.
  package static func check(header name: String, _ value: String) throws {
    guard !refusedHeaders.contains(name.lowercased()) else {
      throw SendingError("the header \(name) is rota's own", next: "leave it out")
    }
    guard name.wholeMatch(of: /[A-Za-z0-9!#$%&'*+.^_`|~-]+/) != nil, isPrintable(value) else {
      throw SendingError("the header \"\(name)\" is none", next: "write it like 'Accept-Language: de'")
    }
  }

  private static func isPrintable(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 && !(128..<160).contains($0.value) }
  }

  /// - Parameter option: what it was given by.
  package static func pair(_ text: String, _ separator: Character, _ option: String) throws -> (String, String) {
    guard let at = text.firstIndex(of: separator), at > text.startIndex else {
      throw SendingError(
        "\(option) \"\(text)\" has no '\(separator)'",
        next: "write it like \(option == "--query" ? "--query page=1" : "--header 'Accept-Language: de'")")
    }
    return (String(text[..<at]), String(text[text.index(after: at)...]))
  }

  package static func header(_ text: String) throws -> (String, String) {
    let (name, value) = try pair(text, ":", "--header")
    let trimmed = (name.trimmingCharacters(in: .whitespaces), value.trimmingCharacters(in: .whitespaces))
    try check(header: trimmed.0, trimmed.1)
    return trimmed
  }

  package func filled(workspace: String, user: String) throws -> ClockifyWriter.Request {
    let path = path.replacingOccurrences(of: "{workspaceId}", with: workspace)
      .replacingOccurrences(of: "{userId}", with: user)
    var request = ClockifyWriter.Request(method, Self.encoded(path))
    (request.query, request.headers) = (query, headers)
    return request
  }

  /// What a path cannot hold as it is; what is encoded already stays.
  private static func encoded(_ path: String) -> String {
    var allowed = CharacterSet.urlPathAllowed
    allowed.insert(charactersIn: "?=&%")
    return path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path
  }
}
