import ClockifyAPI
import ClockifySimulator
import Foundation
import Logging
import Synchronization
import Testing

@Suite("Clockify source")
struct SourceTests {
  private func with(
    perHour: Int? = nil, waits: Waits = Waits(),
    _ body: (SimulatedClockify, ClockifySource, SimulatedWorkspace) async throws -> Void
  ) async throws {
    let workspace = WorkspaceGenerator(people: 30, projects: 120, clients: 9, days: 10, lastDay: 20_520).make()
    let clockify = try await SimulatedClockify.start([workspace])
    let source = ClockifySource(
      addresses: try ClockifyAddresses(api: clockify.apiURL),
      credential: try ClockifyCredential(.apiKey, secret: SimulatedClockify.key),
      budget: RequestBudget(perSecond: 1000, perHour: perHour), retry: RetryPolicy(attempts: 3, firstPause: 0.01),
      waits: waits, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    var failure: (any Error)?
    do { try await body(clockify, source, workspace) } catch { failure = error }
    await clockify.stop()
    if let failure { throw failure }
  }

  private func code(_ body: () async throws -> Void) async -> ClockifyError.Code? {
    do {
      try await body()
      return nil
    } catch { return (error as? ClockifyError)?.code }
  }

  @Test("Addresses: derived reports, plain http only to loopback")
  func addresses() throws {
    #expect(try ClockifyAddresses().reports.absoluteString == "https://reports.api.clockify.me/v1")
    #expect(
      try ClockifyAddresses(api: "https://euc1.clockify.me/api/v1/").reports.absoluteString
        == "https://euc1.clockify.me/report/v1")
    #expect(
      try ClockifyAddresses(api: "https://your.domain/api/v1", reports: "https://other/v1").reports.host == "other")
    for bad in [
      "http://api.clockify.me/api/v1", "ftp://x/api/v1", "nonsense", "", "http://127.0.0.1.evil.com/api/v1",
      "https://user@host/api/v1",
    ] {
      #expect(throws: ClockifyError.self) { try ClockifyAddresses(api: bad) }
    }
    #expect(throws: Never.self) { try ClockifyAddresses(api: "http://127.0.0.1:8080/api/v1") }
  }

  @Test("Rule 85: a key never shows in its description, and blanks or line breaks are refused")
  func credential() throws {
    #expect("\(try ClockifyCredential(.apiKey, secret: " topsecret\n"))".contains("topsecret") == false)
    #expect(throws: ClockifyError.self) { try ClockifyCredential(.apiKey, secret: "a\r\nX-Evil: 1") }
    #expect(throws: ClockifyError.self) { try ClockifyCredential(.apiKey, secret: " ") }
  }

  @Test("Rule 6: lists are read whole: over pages, with a silent cap, without the header, with a lowered maximum")
  func lists() async throws {
    try await with { clockify, source, workspace in
      let expected = Set(workspace.projects.map(\.id))
      func expectAll() async throws {
        let ids = Set(try await source.projects(in: workspace.id).map(\.id))
        #expect(ids == expected)
      }
      try await expectAll()
      clockify.change { $0.controls.silentPageCap = 50 }
      try await expectAll()
      clockify.change { $0.controls.sendsLastPage = false }
      try await expectAll()
      clockify.change {
        $0.controls.silentPageCap = nil; $0.controls.maximumListPageSize = 60
      }
      try await expectAll()
      clockify.change {
        $0.controls = Controls(); $0.controls.nullsWherePossible = true; $0.controls.unknownValues = true
      }
      try await expectAll()
      #expect(try await source.users(in: workspace.id).count == workspace.users.count { !$0.isRemoved })
    }
  }

  @Test("Passing faults are tried again; lasting ones end in the fitting error")
  func faults() async throws {
    try await with { clockify, source, workspace in
      func fault(_ effect: Fault.Effect, times: Int = .max) {
        clockify.change { $0.controls.faults = [Fault(effect, on: "/clients", times: times)] }
      }
      for effect in [Fault.Effect.status(502), .status(429), .emptyBody, .truncated(40), .body("<html></html>")] {
        fault(effect, times: 2)
        let clients = try await source.clients(in: workspace.id)
        #expect(clients.count == 9)
      }
      let cases: [(Fault.Effect, ClockifyError.Code)] = [
        (.status(503), .server), (.status(429), .rateLimited), (.emptyBody, .malformed), (.truncated(10), .malformed),
        (.body("{\"a\":1}"), .malformed), (.body("[{\"name\":\"x\"}]"), .malformed), (.status(403), .forbidden),
        (.status(401), .keyRefused),
        (.redirect(to: "https://evil.example/"), .redirected),
      ]
      for (effect, expected) in cases {
        fault(effect)
        #expect(await code { _ = try await source.clients(in: workspace.id) } == expected)
      }
    }
  }

  @Test("Rule 49: an entry by id: there, gone, and 5xx is no proof")
  func byID() async throws {
    try await with { clockify, source, workspace in
      let entry = workspace.entries[3]
      let found = try await source.timeEntry(entry.id, in: workspace.id)
      #expect(found?.start == entry.start && found?.end == entry.end && found?.userID == entry.userID)
      #expect(try await source.timeEntry("ffffffffffffffffffffffff", in: workspace.id) == nil)
      clockify.change { $0.controls.faults = [Fault(.status(500), on: "/time-entries/")] }
      #expect(await code { _ = try await source.timeEntry(entry.id, in: workspace.id) } == .server)
    }
  }

  @Test("Rule 6: the report is read whole at any page size, and a 400 halves the page")
  func report() async throws {
    try await with { clockify, source, workspace in
      clockify.change { $0.controls.maximumReportPageSize = 130 }
      let slice = ReportSlice(from: 20_500 * 86_400, to: 20_522 * 86_400)
      let reading = try await source.readReport(in: workspace.id, slice: slice, prepare: { _ in }) { _, _ in }
      #expect(reading.entries == workspace.entries.count)
      #expect(reading.reachedEnd && reading.agreesWithTotals)
      #expect(
        reading.seconds == workspace.entries.reduce(0) { $0 + ($1.end.map { [start = $1.start] in $0 - start } ?? 0) })
    }
  }

  @Test("Rule 94: the hourly budget ends with the moment it opens again")
  func hourly() async throws {
    try await with(perHour: 2) { _, source, workspace in
      let began = Date().timeIntervalSince1970
      _ = try await source.clients(in: workspace.id)
      _ = try await source.clients(in: workspace.id)
      do {
        _ = try await source.clients(in: workspace.id)
        Issue.record("the third request went through")
      } catch let error as ClockifyError {
        #expect(error.code == .budgetExhausted)
        // An hour after the first request, however long the machine took over it.
        let opens = (error.retryAt ?? 0) - 3600
        #expect(began <= opens && opens <= Date().timeIntervalSince1970)
      }
      #expect(source.budget.count == 2)
    }
  }

  @Test("A retry says what it waits for, and which try it was")
  func waits() async throws {
    let said = Mutex<[String]>([])
    try await with(waits: Waits { text in said.withLock { $0.append(text) } }) { clockify, source, _ in
      clockify.change { $0.controls.faults = [Fault(.status(503), on: "/user", times: 2)] }
      _ = try await source.currentUser()
    }
    #expect(said.withLock { $0.count } == 2)
    #expect(said.withLock { $0[1].contains("Clockify failed (503)") && $0[1].contains("try 2 of 3: going on in 1 s") })
  }
}
