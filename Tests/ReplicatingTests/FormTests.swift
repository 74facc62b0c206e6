import ClockifyAPI
import PlanningStore
import Replicating
import Testing

/// What each form of a column takes (replica.md 1.1), by hand.
@Suite("Forms of a column")
struct FormTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let form: ReplicaForm
    let json: String
    /// nil: another form.
    let value: ReplicaField?

    init(_ form: ReplicaForm, _ json: String, _ value: ReplicaField?) {
      self.form = form
      self.json = json
      self.value = value
    }

    var testDescription: String { "\(form) \(json)" }
  }

  @Test(
    "What it takes, and what it does not",
    arguments: [
      Case(.text, #""a""#, .text("a")), Case(.text, "12.0", .text("12.0")), Case(.text, "true", .text("true")),
      Case(.text, #""""#, .null), Case(.text, "null", .null), Case(.text, "[]", .null), Case(.text, "{}", nil),
      Case(.text, "[1]", nil),
      Case(.whole, "12", .whole(12)), Case(.whole, "12.0", .whole(12)), Case(.whole, #""12""#, .whole(12)),
      Case(.whole, "1.2e1", .whole(12)), Case(.whole, "1.5", nil), Case(.whole, #""a""#, nil),
      Case(.whole, "true", nil), Case(.whole, "9223372036854775807", .whole(.max)),
      Case(.whole, "9223372036854775808", nil),
      Case(.real, "1.5", .real(1.5)), Case(.real, #""1.5""#, .real(1.5)), Case(.real, "true", nil),
      Case(.real, #""inf""#, nil),
      Case(.flag, "true", .whole(1)), Case(.flag, #""false""#, .whole(0)), Case(.flag, "1", nil),
      Case(.instant, #""2026-03-02T09:00:00.987+01:00""#, .text("2026-03-02T08:00:00Z")),
      Case(.instant, #""2026-03-02T09:00:00Z""#, .text("2026-03-02T09:00:00Z")), Case(.instant, #""2026-03-02""#, nil),
      Case(.instant, "1772442000", nil),
      Case(.date, #""2026-03-02""#, .text("2026-03-02")),
      Case(.date, #""2026-03-02T00:00:00Z""#, .text("2026-03-02")),
      Case(.date, #""2026-03-02T01:00:00Z""#, nil), Case(.date, #""2026-02-30""#, nil),
      Case(.date, #""2.3.2026""#, nil),
      Case(.duration, #""PT1H30M""#, .text("PT1H30M")), Case(.duration, "5400000", .text("5400000")),
      Case(.duration, #""1:30""#, nil),
      Case(.money, "8500.0", .whole(8500)), Case(.money, "85.5", nil),
      Case(.json, #"{"b":1.50,"a":["x",null]}"#, .text(#"{"a":["x",null],"b":1.50}"#)),
    ])
  func reads(_ example: Case) throws {
    let tree = try #require(JSONTree(example.json))
    #expect(example.form.read(tree) == example.value)
  }

  @Test("JSON text that cannot be, is none; one value has one text")
  func trees() {
    for bad in ["", "{", "[1,]", "{\"a\":1}x", "nul", "\"\\ud800\""] { #expect(JSONTree(bad) == nil, "\(bad)") }
    let text = #"{"z":[{"b":1e2,"a":"\u00e9\n\u0001"}],"a":false}"#
    #expect(JSONTree(text)?.canonical == "{\"a\":false,\"z\":[{\"a\":\"é\\n\\u0001\",\"b\":1e2}]}")
    #expect(JSONTree(text)?.canonical == JSONTree(text).flatMap { JSONTree($0.canonical) }?.canonical)
  }
}
