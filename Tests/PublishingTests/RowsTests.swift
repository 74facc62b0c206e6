import PlanningStore
import Testing

@testable import Publishing

@Suite("Rows as they are published")
struct RowsTests {
  @Test(
    "JSON that strict databases refuse is mended, everything else stays as it is",
    arguments: [
      (#"{"a":"\u0000"}"#, #"{"a":"\ufffd"}"#), (#"{"a":"\\u0000"}"#, #"{"a":"\\u0000"}"#),
      (#"{"a":"\\\u0000"}"#, #"{"a":"\\\ufffd"}"#), (#"["\ud83d\ude00"]"#, #"["\ud83d\ude00"]"#),
      (#"["\ud83d"]"#, #"["\ufffd"]"#), (#"["\ude00\ud83d\ud83d\ude00"]"#, #"["\ufffd\ufffd\ud83d\ude00"]"#),
      ("{\n\t\"a\": 1\r\n}", "{  \"a\": 1  }"), (#"["\"\\"]"#, #"["\"\\"]"#), (#"["\u00e9é"]"#, #"["\u00e9é"]"#),
      ("1", "1"), ("null", "null"),
    ])
  func json(given: String, expected: String) {
    #expect(String(decoding: SafeJSON.mended(Array(given.utf8)), as: UTF8.self) == expected)
  }

  @Test(
    "Years before the first are spelled as PostgreSQL does",
    arguments: [
      ("0000-03-01", "0001-03-01 BC"), ("-0001-03-01", "0002-03-01 BC"), ("0001-03-01", nil), ("2026-03-01", nil),
      ("0000-03-01T04:05:06Z", "0001-03-01T04:05:06Z BC"),
    ])
  func dates(given: String, expected: String?) {
    var text = given
    #expect(text.withUTF8 { PostgresDate.text($0) } == expected)
  }

  @Test("A month knows its days, across years and at both ends of the calendar")
  func months() {
    #expect(PublishedMonth("2026-12")?.days == 20_788..<20_819)
    #expect(
      PublishedMonth(day: 20_818).description == "2026-12" && PublishedMonth(day: 20_819).description == "2027-01")
    #expect(PublishedMonth(day: -1).description == "1969-12")
    #expect(PublishedMonth("9999-12")?.days?.count == 31 && PublishedMonth("0000-01")?.days?.count == 31)
    #expect(PublishedMonth(day: 2_932_897) == .undated && PublishedMonth(day: nil) == .undated)
    #expect(PublishedMonth("2026-13") == nil && PublishedMonth("") == nil)
  }
}
