import GRDB

/// The texts that repeat in a million rows (table `clockify_text`) by their keys, and the keys by their texts.
///
/// Belongs to one connection, and is used on its queue only. Keys never change and texts never leave the table; only a
/// transaction that is rolled back takes back what it added, so whoever rolls back empties this.
final class TextKeys: @unchecked Sendable {
  private var keys: [String: Int] = [:]
  private var texts: [Int: String] = [:]
  /// - Parameter lookUp: asks the table.
  func key(of text: String, lookUp: () throws -> Int?) rethrows -> Int? {
    if let known = keys[text] { return known }
    guard let key = try lookUp() else { return nil }
    keys[text] = key
    texts[key] = text
    return key
  }

  func text(of key: Int, lookUp: () throws -> String) rethrows -> String {
    if let known = texts[key] { return known }
    let text = try lookUp()
    keys[text] = key
    texts[key] = text
    return text
  }

  func removeAll() {
    keys = [:]
    texts = [:]
  }
}

/// Texts of the mirror that are stored once.
struct Texts: Subject {
  let session: StoreSession

  /// The text's key; it gets one if it has none yet.
  func key(adding text: String) throws -> Int {
    try session.textKeys.key(of: text) {
      if let known = try stored(text) { return known }
      try statement("INSERT INTO clockify_text (text) VALUES (?)").bind(1, text).run()
      return Int(db.lastInsertedRowID)
    }!
  }

  func optionalKey(adding text: String?) throws -> Int? { try text.map { try key(adding: $0) } }

  /// nil: no row of the mirror holds it.
  func key(of text: String) throws -> Int? { try session.textKeys.key(of: text) { try stored(text) } }

  func text(_ key: Int) throws -> String {
    try session.textKeys.text(of: key) {
      let row = try statement("SELECT text FROM clockify_text WHERE text_key = ?").bind(1, key)
      defer { row.reset() }
      return try row.step() ? row.text(0) : ""
    }
  }

  func optionalText(_ key: Int?) throws -> String? { try key.map { try text($0) } }

  private func stored(_ text: String) throws -> Int? {
    let row = try statement("SELECT text_key FROM clockify_text WHERE text = ?").bind(1, text)
    defer { row.reset() }
    return try row.step() ? row.int(0) : nil
  }
}
