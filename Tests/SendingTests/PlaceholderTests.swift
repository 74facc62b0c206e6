import ClockifyAPI
import ClockifySimulator
import Foundation
import RotaTesting
import Sending
import Testing

@Suite("Sending: placeholders and destinations")
struct PlaceholderTests {
  private func render(_ settings: String, _ record: String, _ bench: ToolBench) async throws -> Rendered {
    let toolbox = try bench.toolbox()
    let renderer = Renderer(try Destination(#require(JSONTree(settings)))) { _ in toolbox }
    return try await renderer.render(SendRecord(number: 1, line: 1, value: #require(JSONTree(record))))
  }

  private func problem(_ settings: String, _ record: String, _ bench: ToolBench) async -> String {
    do {
      _ = try await render(settings, record, bench)
      return ""
    } catch let problem as RecordProblem { return problem.message } catch { return "\(error)" }
  }

  @Test("Each format, with and without a default")
  func formats() async throws {
    try await ToolBench.with { bench in
      let cases: [(placeholder: String, record: String, value: String?)] = [
        ("{{a}}", #"{"a":1.50}"#, "1.50"), ("{{a}}", #"{"a":{"b":[1,null]}}"#, #"{"b":[1,null]}"#),
        ("{{a}}", "{}", nil),
        ("{{a}}", #"{"a":null}"#, nil), ("{{a}}", #"{"a":""}"#, nil), ("{{a ?? 7}}", #"{"a":""}"#, "7"),
        (#"{{a ?? "x | y }} z"}}"#, "{}", #""x | y }} z""#), ("{{a.b.1}}", #"{"a":{"b":[1,2]}}"#, "2"),
        ("{{a.b.9}}", #"{"a":{"b":[1,2]}}"#, nil), (#"{{"a.b"}}"#, #"{"a.b":true}"#, "true"),
        ("{{First name}}", #"{"First name":"Ana"}"#, #""Ana""#), ("{{a | text}}", #"{"a":1.50}"#, #""1.50""#),
        ("{{a | number}}", #"{"a":" 1.50 "}"#, "1.50"), ("{{a | boolean}}", #"{"a":"Yes"}"#, "true"),
        ("{{a | boolean}}", #"{"a":0}"#, "false"),
        ("{{a | instant}}", #"{"a":"2026-05-04 09:00"}"#, #""2026-05-04T07:00:00Z""#),
        ("{{a | instant}}", #"{"a":"2026-05-04T09:00:00.5-04:00"}"#, #""2026-05-04T13:00:00Z""#),
        ("{{a | duration}}", #"{"a":"1.5"}"#, #""PT1H30M""#), ("{{a | duration}}", #"{"a":"1:30"}"#, #""PT1H30M""#),
        ("{{a | duration}}", #"{"a":"PT90M"}"#, #""PT1H30M""#),
        ("{{a | list}}", #"{"a":"x; y ;z,q"}"#, #"["x","y","z,q"]"#),
        ("{{a | list}}", #"{"a":"x, y"}"#, #"["x","y"]"#), ("{{a | list | lower}}", #"{"a":["X"]}"#, #"["x"]"#),
        ("{{a | tag}}", #"{"a":"on-site"}"#, #""\#(ToolBench.ID.onSite)""#),
        ("{{a | user}}", #"{"a":"BOB@ex.test"}"#, #""\#(Cast.Person.bob.id)""#),
        ("{{a | project}}", #"{"a":"Alpha"}"#, #""\#(ToolBench.ID.alpha)""#),
        ("{{a | client}}", #"{"a":"\#(ToolBench.ID.acme.uppercased())"}"#, #""\#(ToolBench.ID.acme)""#),
        ("v{{a}}", #"{"a":2}"#, #""v2""#),
      ]
      for (placeholder, record, value) in cases {
        let body = JSONTree.object([.init("x", .text(placeholder))])
        let settings = JSONTree.object([.init("url", .text("/x")), .init("body", body)])
        let rendered = try await render(settings.json, record, bench)
        #expect(rendered.body?["x"]?.json == value, "\(placeholder) of \(record)")
      }
    }
  }

  @Test("What is wrong with a placeholder or a value is said")
  func problems() async throws {
    try await ToolBench.with { bench in
      func body(_ text: String) -> String {
        JSONTree.object([.init("url", .text("/x")), .init("body", .object([.init("x", .text(text))]))]).json
      }
      let cases: [(placeholder: String, record: String, problem: String)] = [
        ("{{a | number}}", #"{"a":"x"}"#, #"'a' is "x", not a number"#),
        ("{{a | boolean}}", #"{"a":"perhaps"}"#, #"'a' is "perhaps", not yes or no"#),
        ("{{a | instant}}", #"{"a":"2026-02-30"}"#, #""2026-02-30" is no time"#),
        (
          "{{a | instant}}", #"{"a":"2026-03-29 02:30"}"#,
          "2026-03-29 02:30 does not exist in Europe/Berlin: the clocks are changed over it"
        ),
        (
          "{{a | instant}}", #"{"a":"2026-10-25 02:30"}"#,
          "2026-10-25 02:30 comes twice in Europe/Berlin: the clocks are changed back"
        ),
        ("{{a | duration}}", #"{"a":"1:75"}"#, #"'a' is "1:75", not a duration like 1.5, 1:30 or PT1H30M"#),
        (
          "{{a | project}}", #"{"a":"Alhpa"}"#, #"no project of the workspace is called "Alhpa". Did you mean "Alpha"?"#
        ),
        ("{{a | task}}", #"{"a":"Design"}"#, #"task "Design" needs a project in the record"#),
        ("v{{a}}", "{}", "'a' is absent"),
      ]
      for (placeholder, record, expected) in cases {
        #expect(await problem(body(placeholder), record, bench) == expected, "\(placeholder)")
      }
      for (text, expected) in [
        ("{{a", "a placeholder is not closed with }}"), ("{{}}", "{{}} names no field"),
        ("{{a..b}}", "{{a..b}} names no field"),
        ("{{a ?? x}}", "the default x is no JSON value: write text in quotes"),
        (
          "{{a | money}}",
          "there is no format 'money': text, number, boolean, instant, duration, list, lower, project, client, tag, user, task"
        ),
      ] {
        let error = #expect(throws: SendingError.self) { try Destination(JSONTree(body(text)) ?? .null) }
        #expect(error?.message == "'body': \(expected)")
      }
    }
  }

  @Test("All that is wrong with a destination is said at once")
  func destination() throws {
    let wrong = #"""
      {"templat":"x","method":"GET","unknown_fields":"keep","max_errors":-1,"headers":{"X-Api-Key":"1"},"batch":{"size":0,"as":"set"},
       "time_zone":"Mars","content_format":"xml","url":"https://evil.test/{{a}}"}
      """#
    let error = #expect(throws: SendingError.self) { try Destination(JSONTree(wrong) ?? .null) }
    for part in [
      "there is no key 'templat'. Did you mean 'template'?", "'method' must be POST, PUT, PATCH, DELETE, not GET",
      "'unknown_fields' must be refuse, drop, send, not keep", "'max_errors' must be a number, or all",
      "the header X-Api-Key is rota's own", "'batch.size' must be 1 to 10,000",
      "'batch.as' must be array, or {key: NAME}",
      "'time_zone': \"Mars\" is no time zone", "'content_format' can only be json", "'url' must begin with /",
    ] { #expect(error?.message.contains(part) ?? false, "\(part)") }
    for (settings, part) in [
      (#"{"template":"create-task"}"#, "create-task needs 'project'"),
      (#"{"template":"create-tag","id":"1"}"#, "takes no 'id'"),
      (#"{"template":"create-tag","url":"/x"}"#, "'url' goes with a request of one's own"),
      ("{}", "'template' or 'url' is missing"),
      (#"{"template":"delete-tag","body":{}}"#, "delete-tag has no body"),
      (#"{"url":"/{{a}}","batch":{}}"#, "only fields of 'batch.by', not 'a'"),
      (#"{"url":"{{a}}/x"}"#, "host and scheme take no placeholder"),
      (#"{"template":"create-tags"}"#, "Did you mean 'create-tag'?"),
    ] {
      let error = #expect(throws: SendingError.self) { try Destination(JSONTree(settings) ?? .null) }
      #expect(error?.message.contains(part) ?? false, "\(settings): \(error?.message ?? "")")
    }
  }

  @Test(
    "Whatever a value holds, it changes neither method, path parts, header names nor the shape of the body, and comes back equal"
  )
  func values() async throws {
    try await ToolBench.with { bench in
      var random = SystemRandomNumberGenerator()
      let pieces = [
        "\"", "\\", "{", "}", "{{x}}", "}}", "../", "/", "?", "#", "&", "%2f", "%", "\r\n", "\n", "\0", "\u{1F600}",
        "é", "e\u{301}", ":",
        "x", " ", "\u{7f}", "\u{85}", "\u{2028}", "<script>", "'; DROP",
      ]
      let settings = #"""
        {"url":"/workspaces/{workspaceId}/odd/{{a}}/end?q={{a}}","method":"PUT","headers":{"X-A":"p {{a}}"},
         "body":{"one":"{{a}}","two":["<{{a}}>",{"three":"{{a}}"}],"n":1.50}}
        """#
      var (sent, refused) = (0, 0)
      for round in 0..<400 {
        let value = (0..<Int.random(in: 1...6, using: &random)).map { _ in pieces.randomElement(using: &random)! }
          .joined()
        let record = JSONTree.object([.init("a", .text(value)), .init("x", .text("never"))])
        let rendered: Rendered
        do { rendered = try await render(settings, record.json, bench) } catch let problem as RecordProblem {
          // Only what no header and no part of a path can hold.
          let hasControls = value.unicodeScalars.contains { $0.value < 32 || (127..<160).contains($0.value) }
          #expect(hasControls || ["", ".", ".."].contains(value), "\(problem.message)")
          refused += 1
          continue
        } catch let error as SendingError {
          let hasControls = value.unicodeScalars.contains { $0.value < 32 || (127..<160).contains($0.value) }
          #expect(hasControls, "\(error.message)")
          refused += 1
          continue
        }
        let expected = JSONTree.object([
          .init("one", .text(value)),
          .init("two", .list([.text("<\(value)>"), .object([.init("three", .text(value))])])),
          .init("n", .number("1.50")),
        ])
        #expect(rendered.body == expected)
        guard round.isMultiple(of: 4) else { continue }
        // On the wire.
        bench.clockify.clearRequests()
        _ = try? await bench.writer().send(rendered.request, expectsRow: false)
        let record0 = try #require(bench.clockify.read { $0.requests.first })
        #expect(record0.method == "PUT")
        let parts = record0.path.split(separator: "/", omittingEmptySubsequences: false)
        #expect(parts.count == 8 && parts[6].removingPercentEncoding == value && parts[7] == "end")
        #expect(record0.query.removingPercentEncoding == "q=\(value)" && !record0.query.contains("&"))
        #expect(JSONTree(record0.body) == expected)
        let names = Set(record0.headers.map { $0.0.lowercased() })
        #expect(
          names.isSubset(of: [
            "x-a", "x-api-key", "accept", "accept-encoding", "user-agent", "content-type", "content-length", "host",
            "connection",
          ]))
        sent += 1
      }
      #expect(sent > 20 && refused > 20)
    }
  }
}
