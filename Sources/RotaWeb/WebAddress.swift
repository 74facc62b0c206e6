import Foundation
import HTTPTypes
import Steering

/// A proxy that logs people in and names them in a header. The name must be an account: its role is kept here.
package struct TrustedProxy: Sendable, Equatable {
  let header: HTTPField.Name
  /// Addresses that the header is believed from; from anybody else it is refused.
  let peers: Set<String>

  /// - Throws: `UserError` for what cannot be the name of a header.
  package init(header: String, from peers: [String]) throws {
    guard let name = HTTPField.Name(header) else {
      throw UserError(
        "web.proxy_header \"\(header)\" is no name of a header", next: .outside("it must be like X-Remote-User"))
    }
    self.header = name
    self.peers = Set(peers)
  }
}

/// Where the web app listens, and how it is reached.
package struct WebAddress: Sendable, Equatable {
  package let host: String
  /// 0: any that is free.
  package let port: Int
  /// `https://rota.example.com`, where a proxy that ends TLS stands in front; nil: reached on this machine alone.
  package let publicURL: String?
  /// Who says who asks, where a proxy logs people in; nil: rota does.
  package let proxy: TrustedProxy?

  /// - Parameter text: `127.0.0.1:8787`.
  /// - Throws: `UserError` for what is no address.
  package init(_ text: String, publicURL: String? = nil, proxy: TrustedProxy? = nil) throws {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let port = Int(parts[1]), (0...65_535).contains(port) else {
      throw UserError("\"\(text)\" is no address to listen on: it must be like 127.0.0.1:8787")
    }
    host = String(parts[0])
    self.port = port
    self.proxy = proxy
    self.publicURL = publicURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
  }

  package var isLoopback: Bool { ["127.0.0.1", "localhost"].contains(host) }
  private var publicHost: String? { publicURL.flatMap { URLComponents(string: $0)?.host?.lowercased() } }

  /// Others can reach it: then everybody must log in, over https.
  ///
  /// - Throws: `UserError` with what to do first.
  package func refuseIfOpen(hasAccounts: Bool) throws {
    guard !isLoopback || publicURL != nil else { return }
    let whom = publicURL ?? host
    guard hasAccounts else {
      throw UserError(
        "\(whom) can be reached by others, and nobody has an account yet",
        next: .outside("rota web users add NAME --role admin"))
    }
    guard publicURL?.hasPrefix("https://") ?? false else {
      throw UserError(
        "\(host) can be reached by others: a proxy must end TLS in front of it",
        next: .outside("set web: public_url to its https:// address (docs/web.md)"))
    }
  }

  /// Under which names it answers, once its port is known.
  func hosts(port: Int) -> Set<String> {
    var hosts: Set = ["127.0.0.1:\(port)", "localhost:\(port)", "[::1]:\(port)"]
    if let publicHost {
      let given = publicURL.flatMap { URLComponents(string: $0)?.port }
      hosts.insert(given.map { "\(publicHost):\($0)" } ?? publicHost)
    }
    return hosts
  }

  /// What links begin with.
  func base(port: Int) -> String { publicURL ?? "http://127.0.0.1:\(port)" }

  func keys(port: Int) -> SessionKeys {
    SessionKeys(port: port, isSecure: publicURL?.hasPrefix("https://") ?? false, base: base(port: port))
  }
}
