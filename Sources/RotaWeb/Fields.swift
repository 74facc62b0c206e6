import Foundation

/// Names and values of an address or a form, in the order in which they were sent.
struct Fields: Sendable {
  private(set) var items: [(name: String, value: String)] = []

  init() {}

  init(_ items: [(name: String, value: String)]) { self.items = items }

  /// - Parameter encoded: `application/x-www-form-urlencoded`; what cannot be decoded stays as it is.
  init(encoded: String) {
    func decoded(_ text: Substring) -> String {
      let text = text.replacingOccurrences(of: "+", with: " ")
      return text.removingPercentEncoding ?? text
    }
    items = encoded.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (decoded(parts[0]), parts.count > 1 ? decoded(parts[1]) : "")
    }
  }

  /// The last value, without blanks around it; nil: none, or an empty one.
  subscript(name: String) -> String? {
    items.last { $0.name == name }.flatMap { item in
      let value = item.value.trimmingCharacters(in: .whitespacesAndNewlines)
      return value.isEmpty ? nil : value
    }
  }

  func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

  /// The same with one value instead, or without it: an address to go on to.
  func with(_ name: String, _ value: String?) -> Fields {
    var fields = self
    fields.items.removeAll { $0.name == name }
    if let value { fields.items.append((name, value)) }
    return fields
  }

  var encoded: String {
    items.filter { !$0.value.isEmpty }.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }
      .joined(separator: "&")
  }

  /// Behind a path: `?role=Unknown`, or nothing.
  var suffix: String {
    let encoded = encoded
    return encoded.isEmpty ? "" : "?" + encoded
  }

  private static let plain = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

  /// Most texts need nothing, and that is seen in a tenth of the time.
  static func encoded(_ text: String) -> String {
    text.utf8.allSatisfy(isPlain) ? text : text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
  }

  private static func isPlain(_ letter: UInt8) -> Bool {
    switch letter {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
