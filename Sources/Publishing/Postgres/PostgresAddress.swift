import CLibPQ
import Foundation

/// `postgres://user@host/database?schema=rota`, as the settings give it: libpq's own form, and `schema`, which is ours.
package struct PostgresAddress: Sendable, Hashable {
  /// Where the tables are.
  package let schema: String
  /// For libpq.
  let uri: String

  package enum Fault: Error, Sendable, Equatable {
    case notPostgres
    /// It must not stand in a file that others read: PGPASSWORD, PGPASSFILE or a service file have it.
    case hasPassword
    /// libpq does not take it; its own words.
    case unreadable(String)
    /// To another machine without proof that it is the right one.
    case insecure(mode: String)
  }

  /// - Throws: `Fault`.
  package init(_ text: String) throws(Fault) {
    // Not by `URLComponents`: libpq takes several hosts, with a port each.
    let halves = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let start = halves[0].range(of: "://"), ["postgres", "postgresql"].contains(halves[0][..<start.lowerBound])
    else { throw .notPostgres }
    let authority = halves[0][start.upperBound...].prefix { $0 != "/" }
    let user = authority.lastIndex(of: "@").map { authority[..<$0] }
    let query = (halves.count > 1 ? halves[1] : "").split(separator: "&").map { item in
      let sides = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      return (name: sides[0], value: sides.count > 1 ? sides[1].removingPercentEncoding ?? sides[1] : "", text: item)
    }
    guard user?.contains(":") != true, !query.contains(where: { $0.name == "password" }) else { throw .hasPassword }
    schema = query.last { $0.name == "schema" }?.value ?? "rota"
    let rest = query.filter { $0.name != "schema" }
    uri = halves[0] + (rest.isEmpty ? "" : "?" + rest.map(\.text).joined(separator: "&"))
    let isLocal = Self.isLocal(try Self.options(of: uri))
    if let mode = rest.last(where: { $0.name == "sslmode" })?.value, mode != "verify-full", !isLocal {
      throw .insecure(mode: mode)
    }
  }

  /// For people, and to tell one target from another.
  package var description: String {
    uri.contains("?") ? "\(uri)&schema=\(schema)" : "\(uri)?schema=\(schema)"
  }

  /// What libpq is told, in order: what comes later counts. Whoever is on another machine must prove to be it.
  func parameters(environment: [String: String]) -> [(String, String)] {
    var host = (try? Self.options(of: uri)) ?? nil
    if host == nil || host == "" { host = environment["PGHOST"] }
    var parameters = [
      ("connect_timeout", "10"), ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
      ("tcp_user_timeout", "60000"), ("application_name", "rota"),
    ]
    if !Self.isLocal(host) { parameters.append(("sslmode", "verify-full")) }
    return parameters + [("dbname", uri), ("client_encoding", "UTF8")]
  }

  /// No host at all is a socket of this machine.
  private static func isLocal(_ host: String?) -> Bool {
    (host ?? "").split(separator: ",").allSatisfy {
      $0.hasPrefix("/") || $0 == "localhost" || $0.hasPrefix("127.") || $0 == "::1"
    }
  }

  /// - Returns: the host, as libpq reads it.
  private static func options(of uri: String) throws(Fault) -> String? {
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(uri, &message) else {
      defer { PQfreemem(message) }
      throw .unreadable(message.map { String(cString: $0).trimmingCharacters(in: .whitespacesAndNewlines) } ?? "")
    }
    defer { PQconninfoFree(options) }
    var (host, place) = (String?.none, options)
    while let keyword = place.pointee.keyword {
      if ["host", "hostaddr"].contains(String(cString: keyword)), let value = place.pointee.val {
        host = String(cString: value)
      }
      place += 1
    }
    return host
  }
}
