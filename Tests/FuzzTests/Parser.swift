import ClockifyAPI
import Foundation
import Importing
import NIOCore
import Planning
import Replicating
import Steering
import Testing
import Yams

@testable import ClockifyAPI
@testable import RotaCLI
@testable import RotaWeb
@testable import Sending

/// Something that reads bytes from outside: from Clockify, from files, from browsers.
///
/// `read` gives a short word for what became of the input, by which inputs are told apart, and a complaint where something
/// holds no more that must always hold. What it must not do at all is end the process.
struct Parser: Sendable, CustomTestStringConvertible {
  let name: String
  /// What means something in its language.
  let words: [String]
  let read: @Sendable ([UInt8]) -> (outcome: String, complaint: String?)

  var testDescription: String { name }

  static let all = [
    report, entries, entry, tree, replica, times, settings, destination, csv, records, webhook, forms, patterns,
  ]

  static func named(_ name: String) -> Parser? { all.first { $0.name == name } }

  // MARK: From Clockify

  private static let json = [
    "{", "}", "[", "]", ",", ":", "\"", "null", "true", "false", "0", "-1", "1e308", "-0", "9223372036854775807",
    "9223372036854775808",
    "1e999", "\\u0000", "\\ud83d\\ude00", "\\ud800", "\\", "\"id\":", "\"_id\":", "\"timeentries\":[",
    "\"timeInterval\":{", "\"start\":",
    "\"end\":", "\"duration\":", "\"userId\":\"u\"", "\"totals\":[{\"entriesCount\":1}]", "\"2026-03-02T09:00:00Z\"",
    "\"PT1H\"", "\"rate\":",
    "\"tags\":[{\"_id\":\"t\"}]", "\"customFields\":[", String(repeating: "[", count: 600),
    String(repeating: "{\"a\":", count: 600),
  ]
  private static let moments = [
    "2026-03-02T09:00:00Z", "0000-00-00", "9999-12-31T23:59:59.999+14:00", "0001-01-01T00:00:00Z", "-", "+", ":", ".",
    "T", "Z", "P", "PT", "H", "M",
    "S", "D", "W", "Y", "99999999999999999999", "PT9223372036854775807S", "PT-1S", "PT0.5S", "P1DT2H", "Europe/Berlin",
    "UTC", "24:00", "60",
  ]

  private static func clockify(_ name: String, _ decode: @escaping @Sendable (ByteBuffer) throws -> [ClockifyTimeEntry])
    -> Parser
  {
    Parser(name: name, words: json + moments) { bytes in
      do {
        let entries = try decode(ByteBuffer(bytes: bytes))
        if let bad = entries.first(where: { $0.id.isEmpty || $0.userID.isEmpty }) {
          return ("read", "an entry without id or user: \(bad)")
        }
        return ("read \(entries.count) \(entries.count { $0.end == nil })", nil)
      } catch let error as ClockifyError {
        return ("\(error.code) \(error.message.filter { !$0.isNumber }.prefix(60))", nil)
      } catch {
        return ("", "another error than ClockifyError: \(error)")
      }
    }
  }

  static let report = clockify("report") {
    try EntryDecoding.reportPage($0, request: "fuzz", details: .init(withMoney: true)).entries
  }
  static let entries = clockify("entries") {
    try EntryDecoding.entries($0, request: "fuzz", details: .init(withMoney: true))
  }
  static let entry = clockify("entry") {
    [try EntryDecoding.entry($0, request: "fuzz", details: .init(withMoney: false))]
  }

  static let tree = Parser(name: "tree", words: json) { bytes in
    guard let tree = bytes.withUnsafeBufferPointer({ JSONTree($0) }) else { return ("none", nil) }
    let text = tree.canonical
    guard let again = JSONTree(text), again.canonical == text else {
      return ("read", "its canonical text reads otherwise: \(text)")
    }
    // Foundation takes no number beyond a Double, and nothing that is nested 512 times.
    let isBeyond = text.contains(/[0-9][eE]|[0-9]{300}/) || text.utf8.count > 500
    guard isBeyond || (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
    else { return ("read", "Foundation does not read its canonical text: \(text)") }
    return ("read \(tree.isNothing) \(text.prefix(1))", nil)
  }

  static let replica = Parser(name: "replica", words: json + moments) { bytes in
    guard let tree = bytes.withUnsafeBufferPointer({ JSONTree($0) }) else { return ("none", nil) }
    let values = tree.elements.isEmpty ? [tree] : tree.elements
    var outcome = ""
    for value in values.prefix(20) {
      for form in ReplicaForm.allCases { outcome += form.read(value) == nil ? "-" : "+" }
    }
    return (String(outcome.prefix(40)), nil)
  }

  static let times = Parser(name: "times", words: moments) { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    var outcome = ""
    if let seconds = Timestamp.seconds(text) {
      outcome += "s"
      guard Timestamp.seconds(Timestamp.text(seconds)) == seconds else {
        return (outcome, "\(seconds) is not the instant that its text says")
      }
    }
    if let day = CalendarDay(text) {
      outcome += "d"
      guard CalendarDay(day.description) == day else { return (outcome, "\(day) is not the day that its text says") }
    }
    if let instant = Instant(text) {
      outcome += "i"
      guard Instant(instant.description) == instant else {
        return (outcome, "\(instant) is not the instant that its text says")
      }
    }
    if let seconds = Timestamp.duration(text) {
      outcome += "p"
      guard seconds < 0 || Timestamp.duration(ISODuration.text(seconds)) == seconds else {
        return (outcome, "\(seconds) s is not the duration that its text says")
      }
    }
    if Weekday(text) != nil { outcome += "w" }
    if WorkingDays(text) != nil { outcome += "k" }
    if bytes.count < 40, Zone(text) != nil { outcome += "z" }
    if (try? TimeReader(zone: .utc, now: { Instant(seconds: 1_777_878_000) }).instant(text)) != nil { outcome += "t" }
    return (outcome, nil)
  }

  // MARK: From files

  private static func file(_ bytes: [UInt8], _ ending: String) -> String {
    let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    let path = "\(folder)/rota-fuzz-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString).\(ending)"
    _ = FileManager.default.createFile(atPath: path, contents: Data(bytes))
    return path
  }

  private static let yaml =
    SettingKey.all.flatMap { $0.path.split(separator: ".").map { "\n\($0): " } }
    + [
      "\n", "  ", "\t", ": ", "- ", "[", "]", "{", "}", "#", "&a ", "*a", "!!int ", "|", ">", "'", "\"", "? ", "---",
      "~", "null", "off", "1e9", "-1",
      "postgres://u@h/d", "parquet:/tmp", "Europe/Berlin", "2026-02-30",
    ]

  static let settings = Parser(name: "settings", words: yaml) { bytes in
    let path = file(bytes, "yaml")
    defer { unlink(path) }
    var loader = SettingsLoader(environment: [:])
    do {
      let settings = try loader.load(config: path, database: nil)
      return ("read \(settings.given.keys.sorted().joined().prefix(60))", nil)
    } catch let error as UserError {
      return ("\(error.message.replacingOccurrences(of: path, with: "").filter { !$0.isNumber }.prefix(80))", nil)
    } catch {
      return ("", "another error than UserError: \(error)")
    }
  }

  static let destination = Parser(
    name: "destination",
    words: yaml + [
      "\ntemplate: create-client", "\nbody:", "{{", "}}", " ?? ", " | text", "\nmatch: ", "\nupdate: merge",
    ]
  ) { bytes in
    let path = file(bytes, "yaml")
    defer { unlink(path) }
    do {
      let tree = try YAMLTree.read(path)
      _ = try YAMLTree.text(tree)
      return ("read \(try Destination(tree))".prefix(80).description, nil)
    } catch let error as UserError {
      return ("\(error.message.replacingOccurrences(of: path, with: "").filter { !$0.isNumber }.prefix(80))", nil)
    } catch let error as SendingError {
      return ("\(error)".prefix(80).description, nil)
    } catch {
      return ("", "another error than UserError and SendingError: \(error)")
    }
  }

  private static let table = [
    ",", ";", "\t", "\"", "\"\"", "\n", "\r\n", "\r", "'", "=", "@", "+", "-", "\u{FEFF}", "\u{2028}", "\0", "name",
    "person", "starts_on", "minutes_per_day",
    "=1+1", "é", "\u{202E}",
  ]

  static let csv = Parser(name: "csv", words: table) { bytes in
    do {
      let file = try CSVFile(path: "fuzz.csv", data: Data(bytes))
      for line in file.lines where line.fields.keys.contains(where: { !file.header.contains($0) }) {
        return ("read", "line \(line.number) has a column that the header has not")
      }
      return ("read \(file.header.count) \(file.lines.count)", nil)
    } catch let error as UserError {
      return ("\(error.message.filter { !$0.isNumber }.prefix(60))", nil)
    } catch {
      return ("", "another error than UserError: \(error)")
    }
  }

  static let records = Parser(name: "records", words: table + json) { bytes in
    var outcome = ""
    for format in RecordReader.Format.allCases {
      let path = file(bytes, format.rawValue)
      defer { unlink(path) }
      do {
        var reader = try RecordReader(path: path, format: format, largest: 1 << 16)
        var (good, bad) = (0, 0)
        while let record = try reader.next() {
          if case .success = record { good += 1 } else { bad += 1 }
          if good + bad > bytes.count + 1 { return ("", "more records than bytes in \(format)") }
        }
        outcome += "\(format) \(min(good, 9)) \(min(bad, 9)) "
      } catch let error as SendingError {
        outcome += "\(error.message.replacingOccurrences(of: path, with: "").filter { !$0.isNumber }.prefix(30))"
      } catch {
        return ("", "another error than SendingError: \(error)")
      }
    }
    return (outcome, nil)
  }

  static let patterns = Parser(
    name: "patterns",
    words: ["{{", "}}", " ?? ", " | ", "text", "number", "instant", "a.b", "[0]", "\"x\"", "null", ".", "\\", "{", "}"]
  ) { bytes in
    do { return ("read \(try Pattern(String(decoding: bytes, as: UTF8.self)).parts.count)", nil) } catch {
      return ("\(error)".prefix(60).description, nil)
    }
  }

  // MARK: From whoever reaches a port

  static let webhook = Parser(name: "webhook", words: json + ["6630aa10b1c2d3e4f5060001"]) { bytes in
    let found = HooksReceiver.entries(in: ByteBuffer(bytes: bytes), of: .newTimeEntry)
    if let bad = found?.first(where: { $0.id.utf8.count != 24 }) { return ("read", "an id that is none: \(bad.id)") }
    return ("\(found?.count ?? -1) \(found?.count { $0.start != nil } ?? 0)", nil)
  }

  static let forms = Parser(
    name: "forms",
    words: [
      "&", "=", "%", "+", "%00", "%F0%9F", "--b", "\r\n", "\r\n\r\n", "--b--",
      "Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"", "\"",
      "{", "}", "\"dry_run\":true",
    ]
  ) { bytes in
    let fields = Fields(encoded: String(decoding: bytes, as: UTF8.self))
    let parts = Multipart(Data(bytes), contentType: "multipart/form-data; boundary=b")
    if let bad = parts?.files.first(where: { $0.name.contains("/") || $0.name.contains("\\") }) {
      return ("", "a file's name with a folder: \(bad.name)")
    }
    let isObject = (try? APIArguments(Data(bytes))) != nil
    return ("\(min(fields.items.count, 9)) \(parts?.files.count ?? -1) \(parts?.fields.count ?? -1) \(isObject)", nil)
  }
}
