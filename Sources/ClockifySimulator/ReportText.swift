import Foundation
import NIOCore

/// Writes report rows as JSON text by hand: the simulator serves a million of them.
struct ReportText {
  private(set) var buffer = ByteBuffer()
  private let zone: TimeZone
  private let isUTC: Bool
  private let controls: Controls
  private let showsMoney: Bool
  private let users: [String: SimulatedWorkspace.User]
  private let projects: [String: SimulatedWorkspace.Project]
  private let clients: [String: SimulatedWorkspace.Client]
  private var zones: [String: TimeZone] = [:]

  init(zone: TimeZone, workspace: SimulatedWorkspace, controls: Controls, showsMoney: Bool) {
    self.showsMoney = showsMoney
    self.zone = zone
    self.controls = controls
    isUTC = zone.secondsFromGMT() == 0 && zone.nextDaylightSavingTimeTransition == nil
    users = Dictionary(workspace.users.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    projects = Dictionary(workspace.projects.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    clients = Dictionary(workspace.clients.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
  }

  mutating func open(rows: ArraySlice<SimulatedWorkspace.Entry>, countsTotals: Bool) {
    buffer.writeString("{\"totals\":")
    switch controls.totals {
    case .null: buffer.writeString("[null]")
    case .absent: buffer.writeString("[]")
    case .right, .overstated:
      guard countsTotals, !rows.isEmpty else {
        buffer.writeString("[null]")
        break
      }
      var more = 0
      if case .overstated(let by) = controls.totals { more = by }
      let seconds = rows.reduce(0) { $0 + ($1.end.map { [start = $1.start] end in end - start } ?? 0) }
      buffer.writeString(
        "[{\"_id\":\"\",\"totalTime\":\(seconds + more * 60),\"totalBillableTime\":0,\"entriesCount\":\(rows.count + more),\"totalAmount\":null}]"
      )
    }
    buffer.writeString(",\"\(controls.reportRootKey)\":[")
  }

  mutating func close() { buffer.writeString("]}") }

  mutating func row(_ entry: SimulatedWorkspace.Entry, isFirst: Bool) {
    let user = users[entry.userID]
    let project = entry.projectID.flatMap { projects[$0] }
    let client = project?.clientID.flatMap { clients[$0] }
    buffer.writeString(isFirst ? "{" : ",{")
    field(controls.reportIDKey, entry.id, isFirst: true)
    field("description", entry.description)
    field("userId", entry.userID)
    field("userName", user?.name)
    field("userEmail", user?.email)
    interval(entry, person: user?.timeZone)
    if let billable = entry.billable { buffer.writeString(",\"billable\":\(billable)") }
    field("projectId", entry.projectID)
    field("projectName", project?.name ?? (controls.nullsWherePossible ? nil : ""))
    field("projectColor", controls.nullsWherePossible ? nil : "#0B8043")
    field("clientId", client?.id ?? "")
    field("clientName", client?.name ?? "")
    field("taskId", entry.taskID)
    field("taskName", entry.taskID.flatMap { id in project?.tasks.first { $0.id == id }?.name ?? entry.taskName })
    tags(entry)
    if let type = entry.type { field("type", type) }
    if controls.unknownValues { buffer.writeString(",\"mood\":{\"level\":[1,2.5e3,null,true]}") }
    field("approvalRequestId", entry.approvalRequestID)
    buffer.writeString(",\"\(controls.reportLockKey)\":\(entry.isLocked)")
    customFields(entry)
    money(entry)
    buffer.writeString("}")
  }

  private mutating func customFields(_ entry: SimulatedWorkspace.Entry) {
    buffer.writeString(",\"customFields\":[")
    for (index, custom) in entry.customFields.enumerated() {
      buffer.writeString(index == 0 ? "{" : ",{")
      field("_id", custom.id, isFirst: true)
      field("name", "field")
      field("type", "TXT")
      field("value", custom.value)
      buffer.writeString("}")
    }
    buffer.writeString("]")
  }

  /// Minor units with decimals; nothing is shown that was not asked for, or that the reader may not see.
  private mutating func money(_ entry: SimulatedWorkspace.Entry) {
    guard showsMoney, let end = entry.end else {
      buffer.writeString(",\"amount\":null,\"rate\":null")
      return
    }
    func earned(_ rate: Int?) -> String { "\(Double(rate ?? 0) * Double(end - entry.start) / 3600)" }
    let (rate, cost) = ("\(Double(entry.hourlyRate ?? 0))", "\(Double(entry.costRate ?? 0))")
    buffer.writeString(
      ",\"currency\":\"EUR\",\"rate\":\(rate),\"amount\":\(earned(entry.hourlyRate)),\"earnedRate\":\(rate),"
        + "\"earnedAmount\":\(earned(entry.hourlyRate)),\"costRate\":\(cost),\"costAmount\":\(earned(entry.costRate))")
  }

  private mutating func interval(_ entry: SimulatedWorkspace.Entry, person: String?) {
    buffer.writeString(",\"timeInterval\":{")
    field("start", local(entry.start), isFirst: true)
    field("end", entry.end.map { local($0) })
    buffer.writeString(",\"duration\":\(entry.end.map { "\($0 - entry.start)" } ?? "null")")
    if controls.reportStatesZones, let person, let zone = zone(named: person) {
      let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(entry.start)))
      field("timeZone", person)
      field("zonedStart", String(Self.utc(entry.start + offset).dropLast()))
      buffer.writeString(",\"offStart\":\(offset)")
    }
    buffer.writeString("}")
  }

  private mutating func tags(_ entry: SimulatedWorkspace.Entry) {
    if entry.tagIDs.isEmpty {
      buffer.writeString(controls.nullsWherePossible ? ",\"tagIds\":null" : ",\"tagIds\":[],\"tags\":[]")
      return
    }
    let ids = entry.tagIDs.map { "\"\($0)\"" }.joined(separator: ",")
    let rows = entry.tagIDs.map { "{\"_id\":\"\($0)\",\"name\":\"tag\"}" }.joined(separator: ",")
    buffer.writeString(",\"tagIds\":[\(ids)],\"tags\":[\(rows)]")
  }

  private mutating func field(_ name: String, _ value: String?, isFirst: Bool = false) {
    buffer.writeString(isFirst ? "\"" : ",\"")
    buffer.writeString(name)
    guard let value else {
      buffer.writeString("\":null")
      return
    }
    buffer.writeString("\":\"")
    if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
      buffer.writeString(value)
    } else {
      buffer.writeString(Self.escaped(value))
    }
    buffer.writeString("\"")
  }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case _ where scalar.value < 0x20: "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }.joined()
  }

  // MARK: Times

  private mutating func zone(named name: String) -> TimeZone? {
    if let known = zones[name] { return known }
    let zone = TimeZone(identifier: name)
    zones[name] = zone
    return zone
  }

  /// With the offset of the request's zone, or Z (clockify-api.md 6.2).
  private func local(_ seconds: Int) -> String {
    if isUTC { return Self.utc(seconds) }
    let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    if offset == 0 { return Self.utc(seconds) }
    let minutes = abs(offset) / 60
    let suffix = "\(offset < 0 ? "-" : "+")\(Self.two(minutes / 60)):\(Self.two(minutes % 60))"
    return Self.utc(seconds + offset).dropLast() + suffix
  }

  private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  static func utc(_ seconds: Int) -> String {
    var moment = time_t(seconds)
    var parts = tm()
    gmtime_r(&moment, &parts)
    return String(unsafeUninitializedCapacity: 20) { text in
      func put(_ value: Int, _ digits: Int, _ at: Int) {
        var rest = value
        for index in stride(from: at + digits - 1, through: at, by: -1) {
          text[index] = 48 + UInt8(rest % 10)
          rest /= 10
        }
      }
      put(Int(parts.tm_year) + 1900, 4, 0)
      put(Int(parts.tm_mon) + 1, 2, 5)
      put(Int(parts.tm_mday), 2, 8)
      put(Int(parts.tm_hour), 2, 11)
      put(Int(parts.tm_min), 2, 14)
      put(Int(parts.tm_sec), 2, 17)
      for (at, mark) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "Z")] as [(Int, Unicode.Scalar)] {
        text[at] = UInt8(ascii: mark)
      }
      return 20
    }
  }

  /// Reads the digits of a date range as a wall clock in `zone`, whatever stands behind them.
  static func wallClock(_ text: String, in zone: TimeZone) -> Int? {
    guard text.count >= 19, let date = ISO8601DateFormatter().date(from: text.prefix(19) + "Z") else { return nil }
    return WallClock.seconds(fromUTCDigitsOf: Int(date.timeIntervalSince1970), readIn: zone)
  }
}
