import Foundation

/// A form that sends files (`multipart/form-data`, RFC 7578): as much of it as browsers send.
struct Multipart: Sendable {
  struct File: Sendable {
    let field: String
    /// As the browser names it, without folders.
    let name: String
    let bytes: Data
  }

  private(set) var fields: [(name: String, value: String)] = []
  private(set) var files: [File] = []

  /// - Parameter contentType: with the boundary.
  /// - Returns: nil: it is no such form.
  init?(_ body: Data, contentType: String) {
    guard contentType.lowercased().hasPrefix("multipart/form-data"),
      let boundary = contentType.firstMatch(of: /boundary="?([^";,]+)"?/)?.output.1
    else { return nil }
    let mark = Data("--\(boundary)".utf8)
    var rest = body[...]
    guard rest.starts(with: mark) else { return nil }
    while true {
      rest = rest.dropFirst(mark.count)
      guard !rest.starts(with: Data("--".utf8)) else { return }
      let lineEnd = Data("\r\n".utf8)
      guard rest.starts(with: lineEnd), let head = rest.range(of: Data("\r\n\r\n".utf8)),
        let end = rest.range(of: lineEnd + mark, in: head.upperBound..<rest.endIndex)
      else { return nil }
      add(String(decoding: rest[..<head.lowerBound], as: UTF8.self), rest[head.upperBound..<end.lowerBound])
      rest = rest[(end.lowerBound + 2)...]
    }
  }

  private mutating func add(_ head: String, _ bytes: Data) {
    guard let field = head.firstMatch(of: /[; ]name="([^"]*)"/)?.output.1 else { return }
    if let name = head.firstMatch(of: /filename="([^"]*)"/)?.output.1 {
      let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
      files.append(File(field: String(field), name: last, bytes: Data(bytes)))
    } else {
      fields.append((String(field), String(decoding: bytes, as: UTF8.self)))
    }
  }
}
