import Foundation
import Logging

/// One JSON object a line on stderr: `time`, `level`, `message`, and the metadata.
struct JSONLogHandler: LogHandler {
  var logLevel = Logger.Level.info
  var metadata = Logger.Metadata()

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var object = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
    object["time"] = Date().formatted(.iso8601)
    object["level"] = "\(event.level)"
    object["message"] = "\(event.message)"
    guard
      let line = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    else { return }
    FileHandle.standardError.write(line + Data("\n".utf8))
  }
}
