import Crypto
import Foundation
import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// Style sheet and script, each under a name that changes with its content.
struct Assets: Sendable {
  struct File: Sendable {
    let name: String
    let type: String
    let bytes: [UInt8]

    init(_ stem: String, _ ending: String, _ type: String, _ bytes: [UInt8]) {
      let hash = SHA256.hash(data: bytes).prefix(6).hex
      name = "\(stem)-\(hash).\(ending)"
      self.type = type
      self.bytes = bytes
    }
  }

  let style = File("rota", "css", "text/css; charset=utf-8", PackageResources.rota_css)
  let script = File("rota", "js", "text/javascript; charset=utf-8", PackageResources.rota_js)
  let icon = File("icon", "svg", "image/svg+xml", PackageResources.icon_svg)

  func named(_ name: String) -> File? { [style, script, icon].first { $0.name == name } }
}

extension Sequence<UInt8> {
  var hex: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
