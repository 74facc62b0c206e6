import ClockifyAPI
import ClockifySimulator
import Foundation
import RotaTesting
import Sending
import Synchronization
import Testing

@Suite("Sending: never twice")
struct NeverTwiceTests {
  /// The machine dies.
  struct Died: Error {}

  /// Writes lines, and dies at the n-th: before it, in the middle of it, or right after.
  final class Disk: Sendable {
    enum Moment: CaseIterable { case before, amid, after }

    private let left: Mutex<Int>
    private let moment: Moment

    init(diesAt write: Int, _ moment: Moment) {
      left = Mutex(write)
      self.moment = moment
    }

    var append: AppendFile.Append {
      { descriptor, bytes in
        let dies = self.left.withLock {
          $0 -= 1
          return $0 == 0
        }
        guard dies else { return try AppendFile.sync(descriptor, bytes) }
        switch self.moment {
        case .before: break
        case .amid: try AppendFile.sync(descriptor, Array(bytes.prefix(bytes.count / 2)))
        case .after: try AppendFile.sync(descriptor, bytes)
        }
        throw Died()
      }
    }
  }

  private func sender(_ bench: ToolBench, _ settings: String, settlesDoubt: Bool = true) throws -> Sender {
    let toolbox = try bench.toolbox(settlesDoubt: settlesDoubt)
    let destination = try Destination(#require(JSONTree(settings)))
    return Sender(
      input: (bench.path("in.ndjson"), .ndjson), renderer: Renderer(destination) { _ in toolbox }, home: toolbox,
      folder: try SendFolder(path: bench.path("in.send")))
  }

  /// What is in Clockify of what a send makes.
  private func made(_ bench: ToolBench) -> [String] {
    bench.clockify.read { state in
      let workspace = state.workspace
      return
        (workspace.clients.map(\.name) + workspace.tags.map(\.name)
        + workspace.projects.filter { !$0.isDeleted }.map(\.name)
        + workspace.projects.flatMap(\.tasks).map(\.name)
        + workspace.entries.map { "\($0.description) \($0.end == nil ? "runs" : "")" }).sorted()
    }
  }

  private struct World {
    let settings: String
    let input: String
  }

  private static let worlds = [
    World(
      settings: #"{"template":"create-client"}"#, input: (1...4).map { #"{"name":"c\#($0)"}"# }.joined(separator: "\n")),
    World(
      settings: #"{"template":"create-tag"}"#, input: (1...3).map { #"{"name":"t\#($0)"}"# }.joined(separator: "\n")),
    World(
      settings: #"{"template":"create-project"}"#,
      input: (1...3).map { #"{"name":"p\#($0)","clientId":"\#(ToolBench.ID.acme)"}"# }.joined(separator: "\n")),
    World(
      settings: #"{"template":"create-task","project":"Alpha"}"#,
      input: (1...3).map { #"{"name":"k\#($0)"}"# }.joined(separator: "\n")),
    // Two of them are equal: both are meant.
    World(
      settings: #"{"template":"create-time-entry","user":"{{who}}"}"#,
      input: [
        #"{"who":"me","start":"2026-05-04T07:00:00Z","end":"2026-05-04T08:00:00Z","description":"same"}"#,
        #"{"who":"me","start":"2026-05-04T07:00:00Z","end":"2026-05-04T08:00:00Z","description":"same"}"#,
        #"{"who":"bob@ex.test","start":"2026-05-04T09:00:00Z","end":"2026-05-04T09:30:00Z","tagIds":["\#(ToolBench.ID.onSite)"]}"#,
      ].joined(separator: "\n")),
    World(
      settings: #"{"template":"update-tag","id":"{{id}}"}"#,
      input: #"{"id":"\#(ToolBench.ID.onSite)","name":"renamed"}"# + "\n"
        + #"{"id":"\#(ToolBench.ID.oldTag)","archived":false}"#),
    World(
      settings: #"{"template":"delete-tag"}"#,
      input: #"{"id":"\#(ToolBench.ID.onSite)"}"# + "\n" + #"{"id":"\#(ToolBench.ID.oldTag)"}"#),
  ]

  @Test(
    "Killed at every write of journal and results, and gone on with: as if nothing had happened",
    arguments: worlds.indices)
  func everyWrite(_ index: Int) async throws {
    let world = Self.worlds[index]
    var undisturbed: [String] = []
    var writes = 0
    try await ToolBench.with { bench in
      try bench.write("in.ndjson", world.input)
      let counted = Mutex(0)
      var sender = try sender(bench, world.settings)
      sender.append = { descriptor, bytes in
        counted.withLock { $0 += 1 }
        try AppendFile.sync(descriptor, bytes)
      }
      let summary = try await sender.run()
      #expect(summary.failed + summary.unknown == 0)
      undisturbed = made(bench)
      writes = counted.withLock { $0 }
    }
    #expect(writes == 1 + 2 * world.input.split(separator: "\n").count)
    for write in 1...writes {
      for moment in Disk.Moment.allCases {
        try await ToolBench.with { bench in
          try bench.write("in.ndjson", world.input)
          do {
            var dying = try sender(bench, world.settings)
            dying.append = Disk(diesAt: write, moment).append
            await #expect(throws: Died.self) { try await dying.run() }
          }
          bench.clock.pass(Double([0, 30, 90, 4000].randomElement()!))
          let summary = try await sender(bench, world.settings).run()
          #expect(summary.failed + summary.unknown == 0, "write \(write) \(moment)")
          #expect(made(bench) == undisturbed, "write \(write) \(moment)")
          // And nothing more.
          let sent = bench.writes.count
          #expect(try await sender(bench, world.settings).run().sent == 0)
          #expect(bench.writes.count == sent)
        }
      }
    }
  }

  @Test(
    "With faults and deaths at random: each record is in Clockify once, or said to be unknown, and has one final line")
  func random() async throws {
    for _ in 0..<40 {
      try await ToolBench.with { bench in
        let count = 6
        try bench.write("in.ndjson", (1...count).map { #"{"name":"c\#($0)"}"# }.joined(separator: "\n"))
        let effects: [Fault.Effect] = [
          .close, .status(502), .unavailable(retryAfter: 1), .unavailable(retryAfter: nil), .truncated(5), .emptyBody,
        ]
        bench.clockify.change { state in
          state.controls.faults = (0..<4).map { _ in
            let effect = effects.randomElement()!
            // Who names a time to come again has not taken it on.
            let isBusy = if case .unavailable(retryAfter: 1) = effect { true } else { false }
            return Fault(
              effect, on: "/clients", method: ["POST", nil].randomElement()!, beforeWork: isBusy || Bool.random(),
              skip: Int.random(in: 0...4), times: Int.random(in: 1...2))
          }
        }
        for _ in 0..<30 {
          do {
            var sender = try sender(bench, #"{"template":"create-client","max_errors":"all"}"#)
            if Int.random(in: 0..<3) > 0 {
              sender.append = Disk(diesAt: Int.random(in: 1...9), Disk.Moment.allCases.randomElement()!).append
            }
            let summary = try await sender.run()
            if summary.done + summary.failed + summary.unknown == count { break }
          } catch is Died {} catch is ClockifyError {}
          bench.clock.pass(Double.random(in: 0...100))
        }
        let final = try finalStates(bench, count)
        for number in 1...count {
          let there = bench.clockify.read { $0.workspace.clients.count { $0.name == "c\(number)" } }
          #expect(there <= 1)
          switch final[number] {
          case "done": #expect(there == 1, "record \(number)")
          case "failed": Issue.record("record \(number) failed")
          case "unknown": break
          default: Issue.record("record \(number) has no final line")
          }
        }
      }
    }
  }

  @Test("Whatever is answered to whichever request of a send, each record is in Clockify once, or said to be unknown")
  func network() async throws {
    let count = 3
    for (index, trouble) in NetworkTrouble.answers.enumerated() where !trouble.isOfPages {
      // Nobody refuses, asks to come later or leads elsewhere, and has done it all the same.
      let refuses =
        switch trouble.effect {
        case .status(400..<500), .rateLimited, .redirect, .unavailable(retryAfter: .some): true
        default: false
        }
      let positions = TrustTable.isWhole ? Array(0..<5) : [index % 5]
      var (tried, unknown) = (0, 0)
      for position in trouble.isSlow && !TrustTable.isWhole ? [] : positions {
        for isBefore in refuses ? [true] : [true, false] {
          try await ToolBench.with { bench in
            try bench.write("in.ndjson", (1...count).map { #"{"name":"c\#($0)"}"# }.joined(separator: "\n"))
            bench.clockify.change {
              $0.controls.faults = [.init(trouble.effect!, on: "/", beforeWork: isBefore, skip: position, times: 2)]
            }
            for _ in 0..<6 {
              do {
                let summary = try await sender(bench, #"{"template":"create-client","max_errors":"all"}"#).run()
                if summary.done + summary.failed + summary.unknown == count { break }
              } catch is ClockifyError {} catch is SendingError {}
              bench.clock.pass(4000)
            }
            let final = try finalStates(bench, count)
            for number in 1...count {
              let there = bench.clockify.read { $0.workspace.clients.count { $0.name == "c\(number)" } }
              let what = "\(trouble.name) at request \(position + 1), record \(number): \(final[number] ?? "-")"
              switch final[number] {
              case "done": #expect(there == 1, "\(what)")
              case "failed": #expect(there == 0 && refuses, "\(what)")
              case "unknown":
                #expect(there <= 1, "\(what)")
                unknown += 1
              default: Issue.record("\(what): no final line")
              }
            }
          }
          tried += 1
        }
      }
      try TrustTable.add("network", ["send", trouble.name, tried, unknown, tried - unknown])
    }
  }

  private func finalStates(_ bench: ToolBench, _ count: Int) throws -> [Int: String] {
    let text = try String(contentsOfFile: bench.path("in.send/results.ndjson"), encoding: .utf8)
    var states: [Int: String] = [:]
    for line in text.split(separator: "\n") {
      let json = try #require(JSONTree(String(line)))
      let number = try #require(Int(json["record"]?.json ?? ""))
      // Once done, always done.
      #expect(states[number] != "done", "record \(number) has a line after its last")
      states[number] = json["state"]?.words
    }
    return states
  }

  @Test("A resume with another input, destination, workspace or owner is refused, naming what differs")
  func otherInput() async throws {
    try await ToolBench.with { bench in
      try bench.write("in.ndjson", #"{"name":"a"}"#)
      _ = try await sender(bench, #"{"template":"create-tag"}"#).run()
      func problem(_ settings: String) async throws -> String {
        do {
          _ = try await sender(bench, settings).run()
          return ""
        } catch let error as SendingError { return error.message }
      }
      #expect(
        try await problem(#"{"template":"create-client"}"#).hasSuffix("another send: the destination is not the same"))
      #expect(try await problem(#"{"template":"create-tag","max_errors":5}"#) == "")
      try bench.write("in.ndjson", #"{"name":"b"}"#)
      #expect(try await problem(#"{"template":"create-tag"}"#).hasSuffix("another send: the input is not the same"))
    }
  }

  @Test("One sender at a time in a folder, which only its owner reads")
  func lock() async throws {
    try await ToolBench.with { bench in
      try bench.write("in.ndjson", #"{"name":"a"}"#)
      let first = try sender(bench, #"{"template":"create-tag"}"#)
      let error = #expect(throws: SendingError.self) { try sender(bench, #"{"template":"create-tag"}"#) }
      #expect(error?.ending == .busy)
      _ = try await first.run()
      func mode(_ name: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: bench.path(name))[.posixPermissions] as? Int)
      }
      #expect(try mode("in.send") == 0o700)
      for name in ["journal.ndjson", "results.ndjson", "lock"] { #expect(try mode("in.send/\(name)") == 0o600) }
    }
  }
}
