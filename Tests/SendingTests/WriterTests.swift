import ClockifyAPI
import ClockifySimulator
import Foundation
import RotaTesting
import Sending
import Testing

@Suite("Sending: the writer")
struct WriterTests {
  /// How a request of a verb ends under a fault, and how often it was sent.
  private func ending(
    _ method: String, _ effect: Fault.Effect, beforeWork: Bool = false, times: Int = .max
  ) async throws -> (ending: String, sent: Int, tags: Int) {
    var result = (ending: "", sent: 0, tags: 0)
    try await ToolBench.with { bench in
      let tags = "/workspaces/\(ToolBench.ID.workspace)/tags"
      bench.clockify.change { $0.controls.faults = [Fault(effect, on: "/tags", beforeWork: beforeWork, times: times)] }
      let path = method == "POST" || method == "GET" ? tags : "\(tags)/\(ToolBench.ID.onSite)"
      let body = method == "GET" || method == "DELETE" ? nil : #"{"name":"new"}"#
      do {
        switch try await bench.writer().send(.init(method, path, body: body), expectsRow: method != "DELETE") {
        case .done: result.ending = "done"
        case .refused: result.ending = "refused"
        case .stopped: result.ending = "stopped"
        case .doubt: result.ending = "doubt"
        }
      } catch let error as ClockifyError {
        result.ending = "\(error.code)"
      }
      result.sent = bench.clockify.read { $0.requests.count }
      result.tags = bench.clockify.read { $0.workspace.tags.count { $0.name == "new" } }
    }
    return result
  }

  @Test(
    "A POST whose connection ends is sent once, whether it was done or not: neither rota nor its library sends it again"
  )
  func postIsNotResent() async throws {
    for beforeWork in [true, false] {
      let post = try await ending("POST", .close, beforeWork: beforeWork)
      #expect(post == ("doubt", 1, beforeWork ? 0 : 1))
    }
    // Also over a connection that was used before.
    try await ToolBench.with { bench in
      let writer = try bench.writer()
      let tags = "/workspaces/\(ToolBench.ID.workspace)/tags"
      for number in 1...5 {
        _ = try await writer.send(.init("GET", tags), expectsRow: true)
        bench.clockify.change { $0.controls.faults = [Fault(.close, on: "/tags", method: "POST", times: 1)] }
        let outcome = try await writer.send(.init("POST", tags, body: #"{"name":"n\#(number)"}"#), expectsRow: true)
        guard case .doubt = outcome else {
          Issue.record("\(outcome)")
          return
        }
        #expect(bench.writes.count == number)
      }
    }
  }

  @Test("What is sent again, and what is in doubt, by verb and outcome (toolbox.md 3.7)")
  func table() async throws {
    // 429 and a 503 that names a time were not taken on: all verbs go again.
    for method in ["GET", "PUT", "DELETE", "POST"] {
      let busy = try await ending(method, .unavailable(retryAfter: 1), beforeWork: true, times: 2)
      #expect(busy.ending == "done" && busy.sent == 3, "\(method)")
    }
    // Other 5xx, and answers that do not come or cannot be read: only what may be done twice goes again.
    let effects: [Fault.Effect] = [.status(502), .unavailable(retryAfter: nil), .close, .truncated(3)]
    for effect in effects {
      #expect(try await ending("PUT", effect, times: 2) == ("done", 3, 1), "\(effect)")
      #expect(try await ending("POST", effect, times: 2) == ("doubt", 1, 1), "\(effect)")
      #expect(try await ending("PUT", effect) == ("doubt", 5, 1), "\(effect)")
    }
    let get = try await ending("GET", .status(502))
    #expect(get.ending == "server" && get.sent == 5)
    // Done, and gone when it is sent again: who knows the id tells that apart.
    #expect(try await ending("DELETE", .close, times: 1).ending == "refused")
    // No record's fault: it stops.
    for effect in [
      Fault.Effect.redirect(to: "https://elsewhere.test/"), .status(401), .status(403), .status(404), .status(405),
    ] {
      let stopped = try await ending("POST", effect, beforeWork: true)
      #expect(stopped.ending == "stopped" && stopped.sent == 1, "\(effect)")
    }
    for status in [400, 409, 413, 422] {
      #expect(try await ending("POST", .status(status), beforeWork: true).ending == "refused", "\(status)")
    }
  }

  @Test("A refused connection: nothing left, so it is tried again and then given up")
  func unreachable() async throws {
    try await ToolBench.with { bench in
      let writer = try bench.writer(tries: 3)
      await bench.clockify.stop()
      let before = bench.clock.seconds
      await #expect(throws: ClockifyError.self) {
        try await writer.send(.init("POST", "/workspaces", body: "{}"), expectsRow: true)
      }
      #expect(bench.clock.seconds >= before)
    }
  }

  @Test("A key that the server echoes is in no answer, whatever form it has there")
  func echoedKey() async throws {
    try await ToolBench.with { bench in
      bench.clockify.change { state in
        state.keys = [:]
        state.controls.echoesKeys = true
      }
      let outcome = try await bench.writer(key: "canary/key+1234567890==").send(.init("GET", "/user"), expectsRow: true)
      guard case .stopped(let answer) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(answer.message == "Api key <key> does not exist")
      #expect(!answer.text.contains("canary"))
    }
  }
}
