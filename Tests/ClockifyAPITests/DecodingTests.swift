import ClockifyAPI
import ClockifySimulator
import Foundation
import NIOCore
import Testing

/// The fast decoder against JSONDecoder as oracle.
@Suite("Entry pages")
struct DecodingTests {
  /// What JSONDecoder makes of a page, written without a look at the scanner.
  private struct OraclePage: Decodable {
    struct Entry: Decodable {
      struct Interval: Decodable {
        let start: String
        let end: String?
        let duration: Int?
        let timeZone: String?
      }
      let _id: String
      let userId: String
      let userName: String?
      let description: String?
      let projectId: String?
      let billable: Bool?
      let type: String?
      let timeInterval: Interval
    }
    let timeentries: [Entry]
  }

  private func page(_ text: [UInt8]) throws -> ClockifyReportPage {
    try EntryDecoding.reportPage(ByteBuffer(bytes: text), request: "test")
  }

  private func sample(_ random: inout SeededRandom, entries: Int) -> String {
    let texts = ["Review", "Über \\\"x\\\"", "tab\\tend", "\\u00e9\\ud83d\\ude00", "日本語", "", "a/b\\/c", "\\\\"]
    let rows = (0..<entries).map { index in
      let end = random.below(5) == 0 ? "null" : "\"2026-03-03T0\(random.below(10)):30:00Z\""
      return """
        {"_id":"66500c00b1c2d3e4f50\(10_000 + index)","description":"\(texts[random.below(texts.count)])","userId":"u\(random.below(9))",
        "userName":\(random.below(2) == 0 ? "null" : "\"Ana\""), "projectId":\(random.below(3) == 0 ? "null" : "\"p1\""),
        "billable":\(random.below(2) == 0), "tags":[{"_id":"t","name":"x"},[1,-2.5e+3,null,true]], "rate":\(random.below(900)).5,
        "type":"REGULAR","timeInterval":{"start":"2026-03-03T08:\(10 + random.below(40)):00Z","end":\(end),"duration":\(random.below(9000)),"timeZone":"Europe/Riga"}}
        """
    }
    return
      "{\"totals\":[{\"entriesCount\":\(entries),\"totalTime\":12}],\"timeentries\":[\(rows.joined(separator: ","))]}"
  }

  private func expectSame(_ ours: ClockifyReportPage, _ oracle: OraclePage) {
    #expect(ours.entries.count == oracle.timeentries.count)
    for (entry, expected) in zip(ours.entries, oracle.timeentries) {
      #expect(entry.id == expected._id)
      #expect(entry.userID == expected.userId)
      #expect(entry.description ?? "" == expected.description ?? "")
      #expect(entry.projectID ?? "" == expected.projectId ?? "")
      #expect(entry.billable == expected.billable)
      #expect(entry.statedSeconds == expected.timeInterval.duration)
      #expect((entry.end == nil) == (expected.timeInterval.end ?? "").isEmpty)
    }
  }

  @Test("Generated pages read as JSONDecoder reads them")
  func generated() throws {
    var random = SeededRandom(state: 7)
    for round in 0..<40 {
      let text = Array(sample(&random, entries: round).utf8)
      let oracle = try JSONDecoder().decode(OraclePage.self, from: Data(text))
      let ours = try page(text)
      expectSame(ours, oracle)
      #expect(ours.statedEntries == round)
    }
  }

  @Test("Mutated pages: what we accept, JSONDecoder accepts with the same values; every truncation is refused")
  func mutated() throws {
    var random = SeededRandom(state: 11)
    let alphabet = Array("{}[]\",:\\u0019etfnl -+.xE".utf8) + [0x00, 0x1F, 0x80, 0xC3, 0xE2, 0xFF]
    var accepted = 0
    for _ in 0..<6000 {
      var text = Array(sample(&random, entries: 2).utf8)
      for _ in 0...random.below(2) {
        switch random.below(3) {
        case 0: text[random.below(text.count)] = alphabet[random.below(alphabet.count)]
        case 1: text.remove(at: random.below(text.count))
        default: text.insert(alphabet[random.below(alphabet.count)], at: random.below(text.count))
        }
      }
      guard let ours = try? page(text) else { continue }
      guard (try? JSONSerialization.jsonObject(with: Data(text))) != nil else {
        Issue.record("accepted what is no JSON: \(String(decoding: text, as: UTF8.self))")
        continue
      }
      accepted += 1
      if let oracle = try? JSONDecoder().decode(OraclePage.self, from: Data(text)) { expectSame(ours, oracle) }
    }
    #expect(accepted > 500)
    let whole = Array(sample(&random, entries: 3).utf8)
    for length in 0..<whole.count { #expect(throws: ClockifyError.self) { try page(Array(whole[..<length])) } }
  }

  @Test(
    "A report without its root key is an error, not an empty report",
    arguments: ["{}", "{\"totals\":[]}", "{\"entries\":[]}", "[]", "null", ""])
  func noRoot(text: String) {
    #expect(throws: ClockifyError.self) { try page(Array(text.utf8)) }
  }

  @Test(
    "An entry without id, user or start is an error that names the field",
    arguments: [
      ("{\"userId\":\"u\",\"timeInterval\":{\"start\":\"2026-03-03T08:00:00Z\"}}", "id"),
      ("{\"_id\":\"e\",\"timeInterval\":{\"start\":\"2026-03-03T08:00:00Z\"}}", "userId"),
      ("{\"_id\":\"e\",\"userId\":\"u\",\"timeInterval\":null}", "timeInterval.start"),
      ("{\"_id\":\"e\",\"userId\":\"u\",\"timeInterval\":{\"start\":\"yesterday\"}}", "timeInterval.start"),
      (
        "{\"_id\":\"e\",\"userId\":\"u\",\"timeInterval\":{\"start\":\"2026-03-03T08:00:00Z\",\"end\":\"soon\"}}",
        "timeInterval.end"
      ),
    ])
  func strict(row: String, field: String) {
    let error = #expect(throws: ClockifyError.self) { try page(Array("{\"timeentries\":[\(row)]}".utf8)) }
    #expect(error?.message.contains("'\(field)'") == true)
  }

  @Test("Oddities: empty texts, other keys, offsets, fractions, durations as text, nesting too deep")
  func oddities() throws {
    let row = """
      {"id":"e","userId":"u","projectId":"","description":null,"tagIds":null,"billable":"true","type":"","new":{"a":[{}]},
      "timeInterval":{"start":"2026-03-03T10:00:00.123456789+02:00","end":"2026-03-03T05:00:00-04:00","duration":"PT1H0M"}}
      """
    let entry = try page(Array("{\"timeEntries\":[\(row)]}".utf8)).entries[0]
    #expect(entry.projectID == nil && entry.type == nil && entry.billable == true)
    #expect(entry.end! - entry.start == 3600)
    #expect(entry.statedSeconds == 3600)
    let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(throws: ClockifyError.self) { try page(Array("{\"x\":\(deep),\"timeentries\":[]}".utf8)) }
  }

  @Test("Rule 93: stated durations near the largest number are numbers like others; none stops the process")
  func absurdDurations() throws {
    let row = """
      {"_id":"a","userId":"u","timeInterval":{"start":"2026-03-03T08:00:00Z","end":"2026-03-03T09:00:00Z","duration":%}}
      """
    for text in [
      "9223372036854775807", "-9223372036854775808", "1e300", "\"9223372036854775807\"", "\"PT9999999999999H\"",
      "\"PT281474976710655H59M\"",
    ] {
      let two = row.replacing("%", with: text)
      let page =
        "{\"timeentries\":[\(two),\(two.replacing("\"a\"", with: "\"b\""))],\"totals\":[{\"entriesCount\":2,\"totalTime\":9223372036854775807}]}"
      let read = try EntryDecoding.reportPage(ByteBuffer(string: page), request: "test")
      #expect(read.entries.count == 2)
      var reading = SliceReading()
      var seen: Set<String> = []
      #expect(reading.count(read, seen: &seen).count == 2)
    }
  }
}
