/// What a real workspace answered to one of the questions that the API's documents leave open.
package struct ProbeFinding: Sendable, Equatable {
  package enum Answer: String, Sendable { case yes, no, unknown }

  /// A question that is answered by yes or no; nothing in it is private.
  package let question: String
  package let answer: Answer
  /// Counts and statuses, never names or ids.
  package let detail: String
}

/// Asks a real Clockify, by reads only and in about ten requests, which guesses about it hold (clockify-api.md: what is
/// marked a guess).
package struct Probe: Sendable {
  private let source: ClockifySource
  private let workspace: String
  private let owner: ClockifyUser
  private let users: [ClockifyUser]
  /// Seconds since 1970.
  private let now: Int

  package init(source: ClockifySource, workspace: String, owner: ClockifyUser, users: [ClockifyUser], now: Int) {
    self.source = source
    self.workspace = workspace
    self.owner = owner
    self.users = users
    self.now = now
  }

  /// - Throws: `ClockifyError` if not even the first report can be read.
  package func run() async throws -> [ProbeFinding] {
    let slice = ReportSlice(from: now - 14 * 86_400, to: now)
    let first = try await source.reportPage(1, query(slice, size: 1000))
    let rows = first.content.entries
    var findings = aboutRows(rows, first)
    findings += await aboutEdges(rows.last { $0.end != nil })
    findings += await aboutPages(slice, first)
    findings += await aboutWindows()
    findings += await aboutMissingIDs()
    return findings
  }

  private func query(_ slice: ReportSlice, size: Int, margin: Int = 0) -> ClockifySource.ReportQuery {
    ClockifySource.ReportQuery(
      workspace: workspace, slice: slice, size: size, users: nil, projects: nil, details: nil, margin: margin)
  }

  private func answer(_ question: String, _ holds: Bool?, _ detail: String) -> ProbeFinding {
    ProbeFinding(question: question, answer: holds.map { $0 ? .yes : .no } ?? .unknown, detail: detail)
  }

  // MARK: What rows tell

  private func aboutRows(_ rows: [ClockifyTimeEntry], _ page: ClockifySource.Page) -> [ProbeFinding] {
    let zones = Dictionary(users.map { ($0.id, $0.timeZone) }, uniquingKeysWith: { $1 })
    let stated = rows.filter { $0.timeZone != nil }
    let same = stated.count { row in row.timeZone == zones[row.userID] ?? nil }
    let running = rows.filter { $0.end == nil }
    let listed = Set(users.map(\.id))
    let removed = rows.count { !listed.contains($0.userID) }
    let seconds = rows.reduce(0) { sum, row in sum + (row.end.map { $0 - row.start } ?? 0) }
    let isWhole = page.lastPage == true || page.content.statedEntries == rows.count
    let formed = rows.allSatisfy { $0.id.count == 24 && $0.id.allSatisfy { $0.isHexDigit && !$0.isUppercase } }
    let breaks = rows.filter { $0.type == "BREAK" }
    return [
      answer("ids are 24 hexadecimal digits in lower case", rows.isEmpty ? nil : formed, "\(rows.count) entries"),
      answer(
        "report rows state a time zone", rows.isEmpty ? nil : stated.count == rows.count,
        "\(stated.count) of \(rows.count)"),
      answer(
        "that zone is the one of the person's profile", stated.isEmpty ? nil : same == stated.count,
        "\(same) of \(stated.count)"),
      answer("reports list running timers", running.isEmpty ? nil : true, "\(running.count) seen"),
      answer(
        "the stated count is the number of rows", isWhole ? page.content.statedEntries.map { $0 == rows.count } : nil,
        "states \(page.content.statedEntries.map(String.init) ?? "nothing"), \(rows.count) rows on the first page"),
      answer(
        "the stated total is the sum of the rows", isWhole ? page.content.statedSeconds.map { $0 == seconds } : nil,
        "difference \(page.content.statedSeconds.map { "\($0 - seconds) s" } ?? "not known")"),
      answer("reports hold the time of people who are not listed", removed > 0 ? true : nil, "\(removed) entries"),
      answer(
        "breaks have no project", breaks.isEmpty ? nil : breaks.allSatisfy { $0.projectID == nil },
        "\(breaks.count) breaks"),
    ]
  }

  // MARK: Edges and pages of reports

  private func aboutEdges(_ entry: ClockifyTimeEntry?) async -> [ProbeFinding] {
    let questions = ["a report's range includes an entry at its first second", "and one at its last second"]
    guard let entry else { return questions.map { answer($0, nil, "no finished entry in 14 days") } }
    let ranges = [
      ReportSlice(from: entry.start, to: entry.start + 60), ReportSlice(from: entry.start - 60, to: entry.start),
    ]
    var findings: [ProbeFinding] = []
    for (question, range) in zip(questions, ranges) {
      do {
        let page = try await source.reportPage(1, query(range, size: 200))
        findings.append(answer(question, page.content.entries.contains { $0.id == entry.id }, "asked for 60 s"))
      } catch {
        findings.append(answer(question, nil, words(error)))
      }
    }
    return findings
  }

  private func aboutPages(_ slice: ReportSlice, _ first: ClockifySource.Page) async -> [ProbeFinding] {
    var findings = [
      answer("report pages of 1,000 rows are accepted", true, "\(first.content.entries.count) rows came"),
      answer("reports send the header Last-Page", first.lastPage != nil, first.lastPage.map { "\($0)" } ?? "absent"),
    ]
    do {
      _ = try await source.reportPage(1, query(slice, size: 1001))
      findings.append(answer("a report page of 1,001 rows is refused", false, "accepted"))
    } catch {
      findings.append(answer("a report page of 1,001 rows is refused", true, words(error)))
    }
    return findings
  }

  // MARK: Windows of core lists

  /// The owner's newest finished entry is looked for in hours around it, read as UTC and as their own clock.
  private func aboutWindows() async -> [ProbeFinding] {
    let question = "windows of core lists are read in UTC"
    do {
      var newest: ClockifyTimeEntry?
      try await source.readEntries(
        of: owner.id, in: workspace, slice: ReportSlice(from: now - 14 * 86_400, to: now + 86_400)
      ) { rows in newest = newest ?? rows.first { $0.end != nil } }
      guard let newest else { return [answer(question, nil, "the key's owner has no finished entry in 14 days")] }
      var found = false
      try await source.readEntries(
        of: owner.id, in: workspace, slice: ReportSlice(from: newest.start - 900, to: newest.start + 900)
      ) { rows in found = found || rows.contains { $0.id == newest.id } }
      return [answer(question, found, found ? "found within 15 minutes" : "not found: the window was shifted")]
    } catch {
      return [answer(question, nil, words(error))]
    }
  }

  // MARK: Ids that are gone

  private func aboutMissingIDs() async -> [ProbeFinding] {
    let nobody = String(repeating: "0", count: 23) + "1"
    var findings: [ProbeFinding] = []
    do {
      let entry = try await source.timeEntry(nobody, in: workspace)
      findings.append(answer("an unknown entry id is 400 with code 501", entry == nil, "as a deleted one would be"))
    } catch {
      findings.append(answer("an unknown entry id is 400 with code 501", false, words(error)))
    }
    do {
      try await source.readEntries(
        of: nobody, in: workspace, slice: ReportSlice(from: now - 86_400, to: now)
      ) { _ in }
      findings.append(answer("the list of an unknown person is refused", false, "an empty list"))
    } catch {
      findings.append(answer("the list of an unknown person is refused", true, words(error)))
    }
    return findings
  }

  /// Status and code, never the address.
  private func words(_ error: any Error) -> String {
    guard let error = error as? ClockifyError else { return "no answer" }
    return error.status.map { "status \($0)" } ?? "\(error.code)"
  }
}
