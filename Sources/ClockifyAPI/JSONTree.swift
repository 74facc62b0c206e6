/// A JSON value as it was sent: numbers keep their own digits, members their order. For rows of which every member counts.
package enum JSONTree: Sendable, Hashable {
  case null
  case flag(Bool)
  /// Its digits as sent.
  case number(String)
  case text(String)
  case list([JSONTree])
  case object([Member])

  package struct Member: Sendable, Hashable {
    package let name: String
    package var value: JSONTree

    package init(_ name: String, _ value: JSONTree) {
      self.name = name
      self.value = value
    }
  }

  /// Clockify's three ways to say nothing (clockify-api.md 1.6), and a list of nothing.
  package var isNothing: Bool {
    switch self {
    case .null, .text(""): true
    case .list(let elements): elements.isEmpty
    case .flag, .number, .text, .object: false
    }
  }

  /// A text that says something; nil: it is none, or empty.
  package var words: String? { if case .text(let text) = self, !text.isEmpty { text } else { nil } }

  /// The first member of this name; nil: none, or this is no object.
  package subscript(name: String) -> JSONTree? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// What stands at the end of a way through members; the value itself at the end of none.
  package func at(_ path: [String]) -> JSONTree? { path.reduce(self as JSONTree?) { $0?[$1] } }
}

extension JSONTree {
  /// - Throws: `JSONScanner.Failure`.
  init(_ scanner: inout JSONScanner) throws {
    switch try scanner.peek() {
    case UInt8(ascii: "{"):
      var members: [Member] = []
      try scanner.object { scanner, key in members.append(Member(key.text, try JSONTree(&scanner))) }
      self = .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONTree] = []
      try scanner.array { scanner in elements.append(try JSONTree(&scanner)) }
      self = .list(elements)
    case UInt8(ascii: "\""): self = .text(try scanner.string())
    case UInt8(ascii: "n"):
      try scanner.skip()
      self = .null
    case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .flag(try scanner.text() == "true")
    default: self = .number(try scanner.text() ?? "")
    }
  }

  /// nil: it is no JSON.
  package init?(_ text: String) {
    var text = text
    guard let tree = text.withUTF8({ JSONTree($0) }) else { return nil }
    self = tree
  }

  /// The same from bytes.
  package init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var scanner = JSONScanner(bytes)
    guard let tree = try? JSONTree(&scanner), (try? scanner.end()) != nil else { return nil }
    self = tree
  }

  /// As JSON text, members in the order of their names: one value has one text.
  package var canonical: String { text(isSorted: true) }
  /// As JSON text in one line, members in their own order.
  package var json: String { text(isSorted: false) }

  private func text(isSorted: Bool) -> String {
    var text = ""
    write(into: &text, isSorted: isSorted)
    return text
  }

  private func write(into text: inout String, isSorted: Bool) {
    switch self {
    case .null: text += "null"
    case .flag(let flag): text += flag ? "true" : "false"
    case .number(let digits): text += digits
    case .text(let value): Self.write(value, into: &text)
    case .list(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(into: &text, isSorted: isSorted)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in (isSorted ? members.sorted(by: { $0.name < $1.name }) : members).enumerated() {
        if index > 0 { text += "," }
        Self.write(member.name, into: &text)
        text += ":"
        member.value.write(into: &text, isSorted: isSorted)
      }
      text += "}"
    }
  }

  private static func write(_ value: String, into text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
