import Foundation
import ClockifyAPI

/// `{{ path [?? default] [| format]… }}`: a reference to a field of the record, not a language (toolbox.md 3.3).
struct Placeholder: Sendable, Equatable {
  /// Names and positions on the way to the value.
  let path: [String]
  /// For what is absent, null or "".
  let fallback: JSONTree?
  let formats: [PlaceholderFormat]
}

enum PlaceholderFormat: String, Sendable, CaseIterable {
  case text, number, boolean, instant, duration, list, lower
  // An id for a name.
  case project, client, tag, user, task
}

/// A text with placeholders in it.
struct Pattern: Sendable, Equatable {
  enum Part: Sendable, Equatable {
    case text(String)
    case placeholder(Placeholder)
  }

  let parts: [Part]

  /// Without anything around it: it keeps its type.
  var single: Placeholder? {
    if parts.count == 1, case .placeholder(let only) = parts[0] { only } else { nil }
  }

  var placeholders: [Placeholder] {
    parts.compactMap { if case .placeholder(let placeholder) = $0 { placeholder } else { nil } }
  }

  /// What it is where it has no placeholders; nil: it has some.
  var constant: String? {
    guard placeholders.isEmpty else { return nil }
    return parts.map { if case .text(let text) = $0 { text } else { "" } }.joined()
  }

  /// - Throws: `Unreadable` for a placeholder that is none.
  init(_ text: String) throws(Unreadable) {
    var parts: [Part] = []
    var rest = Substring(text)
    while let open = rest.range(of: "{{") {
      if open.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<open.lowerBound]))) }
      rest = rest[open.upperBound...]
      parts.append(.placeholder(try Self.placeholder(&rest)))
    }
    if !rest.isEmpty || parts.isEmpty { parts.append(.text(String(rest))) }
    self.parts = parts
  }

  private static func placeholder(_ rest: inout Substring) throws(Unreadable) -> Placeholder {
    let path = try path(upTo(["??", "|", "}}"], &rest))
    var fallback: JSONTree?
    if rest.hasPrefix("??") {
      rest = rest.dropFirst(2)
      let text = try upTo(["|", "}}"], &rest)
      guard let value = JSONTree(text.trimmed) else {
        throw Unreadable(message: "the default \(text.trimmed) is no JSON value: write text in quotes")
      }
      fallback = value
    }
    var formats: [PlaceholderFormat] = []
    while rest.hasPrefix("|") {
      rest = rest.dropFirst()
      let name = try upTo(["|", "}}"], &rest).trimmed
      guard let format = PlaceholderFormat(rawValue: name) else {
        throw Unreadable(
          message: "there is no format '\(name)': \(PlaceholderFormat.allCases.map(\.rawValue).joined(separator: ", "))"
        )
      }
      formats.append(format)
    }
    rest = rest.dropFirst(2)
    return Placeholder(path: path, fallback: fallback, formats: formats)
  }

  /// What stands before the first of `ends` that is not in quotes; that one comes next.
  private static func upTo(_ ends: [String], _ rest: inout Substring) throws(Unreadable) -> String {
    var (found, isQuoted, isEscaped) = ("", false, false)
    while let next = rest.first {
      if !isQuoted, ends.contains(where: { rest.hasPrefix($0) }) { return found }
      rest = rest.dropFirst()
      found.append(next)
      if isEscaped {
        isEscaped = false
      } else if next == "\\" {
        isEscaped = isQuoted
      } else if next == "\"" {
        isQuoted.toggle()
      }
    }
    throw Unreadable(message: "a placeholder is not closed with }}")
  }

  private static func path(_ text: String) throws(Unreadable) -> [String] {
    var names: [String] = []
    var rest = Substring(text.trimmed)
    while true {
      if rest.hasPrefix("\"") {
        guard let end = rest.dropFirst().firstIndex(of: "\"") else {
          throw Unreadable(message: "a quote in {{\(text)}} is not closed")
        }
        names.append(String(rest[rest.index(after: rest.startIndex)..<end]))
        rest = rest[rest.index(after: end)...]
      } else {
        let name = rest.prefix { $0 != "." }
        names.append(String(name).trimmed)
        rest = rest[name.endIndex...]
      }
      guard names.last != "" else { throw Unreadable(message: "{{\(text)}} names no field") }
      guard let next = rest.first else { return names }
      guard next == "." else { throw Unreadable(message: "{{\(text)}} cannot be read") }
      rest = rest.dropFirst()
    }
  }
}

extension String {
  var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}

extension JSONTree {
  /// What stands at the end of a way through members and positions; nil: nothing, null or "".
  func value(at path: [String]) -> JSONTree? {
    var value: JSONTree? = self
    for name in path {
      if case .list(let elements)? = value {
        value = Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
      } else {
        value = value?[name]
      }
    }
    return value == .null || value == .text("") ? nil : value
  }
}
