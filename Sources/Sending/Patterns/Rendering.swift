import ClockifyAPI
import Foundation
import Planning

/// Fills patterns with the fields of one record.
struct Rendering {
  let record: JSONTree
  let toolbox: Toolbox
  /// The record's project, in which tasks are looked up.
  var project: String?

  /// A leaf of the body: with its type where it is one placeholder; nil: the key is left out.
  ///
  /// - Throws: `Unreadable`, `SendingError` of look-ups, `ClockifyError`.
  func value(_ pattern: Pattern) async throws -> JSONTree? {
    if let single = pattern.single { return try await value(single) }
    return .text(try await text(pattern))
  }

  /// - Throws: `Unreadable` where a field is absent.
  func text(_ pattern: Pattern) async throws -> String {
    var text = ""
    for part in pattern.parts {
      switch part {
      case .text(let fixed): text += fixed
      case .placeholder(let placeholder):
        guard let value = try await value(placeholder) else {
          throw Unreadable(message: "'\(placeholder.path.joined(separator: "."))' is absent")
        }
        text += Self.text(value)
      }
    }
    return text
  }

  /// A tree of which each text may be a pattern.
  func tree(_ tree: JSONTree, patterns: [String: Pattern]) async throws -> JSONTree? {
    switch tree {
    case .text(let text):
      guard let pattern = patterns[text] else { return tree }
      return try await value(pattern)
    case .list(let elements):
      var filled: [JSONTree] = []
      for element in elements {
        if let value = try await self.tree(element, patterns: patterns) { filled.append(value) }
      }
      return .list(filled)
    case .object(let members):
      var filled: [JSONTree.Member] = []
      for member in members {
        if let value = try await self.tree(member.value, patterns: patterns) {
          filled.append(.init(member.name, value))
        }
      }
      return .object(filled)
    case .null, .flag, .number: return tree
    }
  }

  private func value(_ placeholder: Placeholder) async throws -> JSONTree? {
    guard var value = record.value(at: placeholder.path) ?? placeholder.fallback else { return nil }
    if value == .null { return nil }
    for format in placeholder.formats {
      if format != .list, case .list(let elements) = value {
        var formatted: [JSONTree] = []
        for element in elements { formatted.append(try await self.formatted(element, format, placeholder)) }
        value = .list(formatted)
      } else {
        value = try await formatted(value, format, placeholder)
      }
    }
    return value
  }

  private func formatted(
    _ value: JSONTree, _ format: PlaceholderFormat, _ placeholder: Placeholder
  ) async throws -> JSONTree {
    let text = Self.text(value)
    func refused(_ form: String) -> Unreadable {
      Unreadable(message: "'\(placeholder.path.joined(separator: "."))' is \(Self.shown(value)), not \(form)")
    }
    switch format {
    case .text: return .text(text)
    case .lower: return .text(text.lowercased())
    case .number:
      guard let number = Conversion.number(text) else { throw refused("a number") }
      return number
    case .boolean:
      guard let flag = Conversion.flag(text) else { throw refused("yes or no") }
      return .flag(flag)
    case .instant: return .text(try toolbox.times.instant(text).description)
    case .duration:
      guard let duration = Conversion.duration(text) else { throw refused("a duration like 1.5, 1:30 or PT1H30M") }
      return .text(duration)
    case .list: return .list(Conversion.list(value))
    case .project: return .text(try await toolbox.names.id(of: text, .project))
    case .client: return .text(try await toolbox.names.id(of: text, .client))
    case .tag: return .text(try await toolbox.names.id(of: text, .tag))
    case .user: return .text(try await toolbox.names.id(of: text, .user))
    case .task:
      if text.lowercased().isClockifyID { return .text(text.lowercased()) }
      guard let project else { throw Unreadable(message: "task \"\(text)\" needs a project in the record") }
      return .text(try await toolbox.names.id(of: text, .task(project: project)))
    }
  }

  static func text(_ value: JSONTree) -> String {
    switch value {
    case .text(let text): text
    case .number(let digits): digits
    case .flag(let flag): flag ? "true" : "false"
    case .null: ""
    case .list, .object: value.json
    }
  }

  private static func shown(_ value: JSONTree) -> String {
    let text = value.json
    return text.count > 60 ? "\(text.prefix(57))…" : text
  }
}

/// Texts as other types: a closed list of forms.
enum Conversion {
  static func flag(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "1": true
    case "false", "no", "0": false
    default: nil
    }
  }

  /// With its own digits.
  static func number(_ text: String) -> JSONTree? {
    if case .number? = JSONTree(text.trimmed) { JSONTree(text.trimmed) } else { nil }
  }

  /// `1.5` hours, `1:30`, `1:30:00` or `PT1H30M`.
  static func duration(_ text: String) -> String? {
    let text = text.trimmed
    if text.hasPrefix("PT") { return ClockifyTime.duration(text).map { ISODuration.text($0) } }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2 || parts.count == 3 {
      let numbers = parts.compactMap { $0.count <= 9 && $0.allSatisfy(\.isASCIIDigit) ? Int($0) : nil }
      guard numbers.count == parts.count, numbers.dropFirst().allSatisfy({ $0 < 60 }) else { return nil }
      return ISODuration.text(numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0))
    }
    guard let hours = Double(text), (0...1_000_000).contains(hours) else { return nil }
    return ISODuration.text(Int((hours * 3600).rounded()))
  }

  /// Split at `;` where there is one, else at `,`; what is a list stays.
  static func list(_ value: JSONTree) -> [JSONTree] {
    if case .list(let elements) = value { return elements }
    let text = Rendering.text(value)
    return text.split(separator: text.contains(";") ? ";" : ",").map { String($0).trimmed }.filter { !$0.isEmpty }
      .map { .text($0) }
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
