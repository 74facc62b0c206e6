import Foundation
import Steering

/// The file that holds the key: whoever reads it may do in Clockify what the key's owner may.
package struct KeyFile: Sendable {
  package let path: String

  /// - Parameter path: as `CLOCKIFY_API_KEY_FILE` names it.
  package init(_ path: String) {
    self.path = path
  }

  private var rights: Int? {
    let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    return (try? FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber)?.intValue
  }

  /// Its rights, where group or others may read it; nil: nobody else may.
  package var rightsOfOthers: String? {
    rights.flatMap { $0 & 0o044 == 0 ? nil : "0" + String($0 & 0o777, radix: 8) }
  }

  /// What to do about that.
  package var remedy: String { "chmod 0600 \(path)" }

  /// - Throws: `UserError`: it cannot be read, or everybody may put another key into it.
  package func text() throws -> String {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw UserError("the key file \(path) cannot be read", next: .outside("check CLOCKIFY_API_KEY_FILE"))
    }
    guard (rights ?? 0) & 0o002 == 0 else {
      throw UserError(
        "everybody on this machine may write the key file \(path), and what is in it is not believed",
        next: .outside("\(remedy), and put the key into it anew"))
    }
    return text
  }
}
