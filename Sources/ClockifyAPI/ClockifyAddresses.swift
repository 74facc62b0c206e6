package import Foundation
import NIOCore

/// Where the core API and the reports service live. clockify-api.md 1.1.
package struct ClockifyAddresses: Hashable, Sendable {
  package let api: URL
  package let reports: URL

  package static let globalAPI = "https://api.clockify.me/api/v1"

  /// - Parameters:
  ///   - api: the core address, ending in `/api/v1`.
  ///   - reports: nil derives it: the global host has a host of its own, every other `https://H/…/api/v1` has `https://H/…/report/v1`.
  /// - Throws: `ClockifyError` when an address is no URL, or is plain http to anything but this machine.
  package init(api: String = globalAPI, reports: String? = nil) throws {
    self.api = try Self.checked(api, named: "CLOCKIFY_API_URL")
    self.reports = try Self.checked(reports ?? Self.derivedReports(from: api), named: "CLOCKIFY_REPORTS_URL")
  }

  static func derivedReports(from api: String) -> String {
    let trimmed = trimmingSlashes(api)
    if trimmed == globalAPI { return "https://reports.api.clockify.me/v1" }
    let base = trimmed.hasSuffix("/api/v1") ? String(trimmed.dropLast("/api/v1".count)) : trimmed
    return base + "/report/v1"
  }

  private static func trimmingSlashes(_ text: String) -> String {
    var text = text
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }

  private static func checked(_ text: String, named name: String) throws -> URL {
    guard let url = URL(string: trimmingSlashes(text)), let host = url.host, !host.isEmpty,
      url.user == nil, url.query == nil, url.fragment == nil
    else {
      throw ClockifyError(.badAddress, "\(name) is no usable address: it must look like \(globalAPI)")
    }
    switch url.scheme {
    case "https": return url
    case "http" where isLoopback(host): return url
    case "http":
      throw ClockifyError(
        .badAddress, "\(name) uses plain http to \(host): the key would travel unprotected. Use https.")
    default:
      throw ClockifyError(.badAddress, "\(name) must begin with https://")
    }
  }

  private static func isLoopback(_ host: String) -> Bool {
    if ["localhost", "::1", "[::1]"].contains(host) { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether these bytes, at least one, stand somewhere in others.
  fileprivate func isFound(in text: UnsafeRawBufferPointer) -> Bool {
    var from = 0
    while text.count - from >= count, let start = text.baseAddress,
      let first = memchr(start + from, Int32(self[0]), text.count - from - count + 1)
    {
      if memcmp(first, baseAddress!, count) == 0 { return true }
      from = UnsafeRawPointer(first) - start + 1
    }
    return false
  }
}

/// The secret that opens a workspace. Never printed: its description is a placeholder (rule 85).
package struct ClockifyCredential: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  package enum Kind: Sendable { case apiKey, addonToken }
  package let kind: Kind
  let secret: String

  /// - Throws: `ClockifyError` when the secret is empty or has characters that no key has (blanks, line breaks).
  package init(_ kind: Kind, secret: String) throws {
    let trimmed = secret.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !trimmed.isEmpty, trimmed.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw ClockifyError(.badCredential, "the Clockify key is empty or has characters that no key has")
    }
    self.kind = kind
    self.secret = trimmed
  }

  var header: (name: String, value: String) {
    (kind == .apiKey ? "X-Api-Key" : "X-Addon-Token", secret)
  }

  /// The text without the secret in it: servers echo what they were sent.
  package func hidden(in text: String) -> String {
    spellings.reduce(text) { $0.replacingOccurrences(of: $1, with: "<key>") }
  }

  func hidden(in body: ByteBuffer) -> ByteBuffer {
    let isThere = body.withUnsafeReadableBytes { bytes in
      spellings.contains { spelling in
        var spelling = spelling
        return spelling.withUTF8 { UnsafeRawBufferPointer($0).isFound(in: bytes) }
      }
    }
    return isThere ? ByteBuffer(string: hidden(in: String(buffer: body))) : body
  }

  /// JSON may escape the slash of a key.
  private var spellings: [String] {
    secret.contains("/") ? [secret, secret.replacingOccurrences(of: "/", with: "\\/")] : [secret]
  }

  package var description: String { "<\(kind), hidden>" }
  package var debugDescription: String { description }
}
