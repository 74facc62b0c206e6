import Foundation
import Testing

/// Find, merge, undo, dismiss and review duplicates, as typed.
@Suite("Duplicates commands")
struct DuplicatesCommandsTests {
  private func with(_ body: (Shell) async throws -> Void) async throws {
    let setUp = [
      ["init"], ["roles", "add", "Dev"], ["clients", "add", "Acme"], ["projects", "add", "Alpha", "--client", "Acme"],
      ["projects", "add", "Alpha", "--client", "Acme", "--not-billable"],
      ["projects", "add", "Alphas", "--client", "Acme"],
      ["people", "add", "Ana", "--role", "Dev"],
      ["assignments", "add", "Ana", "1", "--from", "2026-03-02", "--to", "2026-03-06"],
      ["references", "link", "project", "2", "6630aa10b1c2d3e4f5060020"],
    ]
    try await Shell.with(setUp, body)
  }

  @Test("Rules 74, 76: list, merge with a dry run, merges, undo, dismiss")
  func merge() async throws {
    try await with { shell in
      let list = try await shell.run("duplicates", "list")
      #expect(list.out.contains("keep (same name and client)") && list.out.contains("merge into 1"))
      #expect(try await shell.run("duplicates", "list", "--json").out.contains("\"is_near\" : true"))
      let dry = try await shell.run("duplicates", "merge", "project", "1", "2", "--dry-run")
      #expect(dry.out.contains("Would merge \"Alpha\" into \"Alpha\": 1 link"))
      #expect(try shell.sql("SELECT count(*) FROM project; SELECT count(*) FROM merge") == "3\n0")
      try await shell.succeed(["duplicates", "merge", "project", "1", "6630aa10b1c2d3e4f5060020"])
      #expect(
        try shell.sql("SELECT group_concat(id) FROM project; SELECT planning_id FROM external_reference") == "1,3\n1")
      #expect(try await shell.run("duplicates", "merges").out.contains("Alpha"))
      try await shell.succeed(["duplicates", "undo"])
      #expect(try shell.sql("SELECT id, is_billable FROM project ORDER BY id") == "1|1\n2|0\n3|1")
      #expect(try await shell.run("duplicates", "undo").errors.contains("no merge to undo"))
      try await shell.succeed(
        ["duplicates", "dismiss", "project", "1", "2"], ["duplicates", "dismiss", "project", "2", "3"])
      #expect(try await shell.run("duplicates", "list").errors.contains("Nothing looks like a duplicate"))
      try await shell.succeed(["duplicates", "dismiss", "project", "2", "1", "--undo"])
      #expect(try await shell.run("duplicates", "dismissed").out.contains("project"))
    }
  }

  @Test("Many from a file: all lines or none")
  func file() async throws {
    try await with { shell in
      try shell.write("pairs.csv", "kind,keep,drop\nproject,1,2\nproject,3,9\n")
      let bad = try await shell.run("duplicates", "merge", "--file", "pairs.csv")
      #expect(bad.status == 64 && bad.errors.contains("pairs.csv line 3: there is no project \"9\""))
      #expect(try shell.sql("SELECT count(*) FROM project") == "3")
      try shell.write("pairs.csv", "kind,keep,drop\nproject,1,2\nproject,1,3\n")
      try await shell.succeed(["duplicates", "merge", "--file", "pairs.csv"])
      #expect(try shell.sql("SELECT group_concat(id) FROM project") == "1")
      #expect(try await shell.run("duplicates", "merge", "project", "1", "1").status == 64)
      #expect(try await shell.run("duplicates", "merge", "project", "1").status == 64)
      #expect(
        try await shell.run("duplicates", "merge", "project", "Alpha", "Ana").errors.contains("no project \"Ana\""))
    }
  }

  @Test("The review as a file: decided in a spreadsheet and read back, all of it or nothing")
  func reviewFile() async throws {
    try await with { shell in
      let export = try await shell.run("duplicates", "export").out
      #expect(
        export == """
          kind,keep,drop,decision,keep_name,drop_name,reason
          project,1,2,,Alpha,Alpha,same name and client
          project,2,3,,Alpha,Alphas,names are near

          """)
      try shell.write("review.csv", export.replacingOccurrences(of: "1,2,,", with: "1,2,mergee,"))
      #expect(try await shell.run("duplicates", "merge", "--file", "review.csv").errors.contains("line 2: decision"))
      try shell.write(
        "review.csv",
        export.replacingOccurrences(of: "1,2,,", with: "1,2,merge,").replacingOccurrences(
          of: "2,3,,", with: "1,3,different,"))
      try await shell.succeed(["duplicates", "merge", "--file", "review.csv"])
      #expect(
        try shell.sql("SELECT group_concat(id) FROM project; SELECT left_id, right_id FROM duplicate_dismissal")
          == "1,3\n1|3")
      #expect(try await shell.run("duplicates", "list").errors.contains("Nothing looks like a duplicate"))
    }
  }

  @Test("Review: each answer is kept at once, also when it is interrupted")
  func review() async throws {
    try await with { shell in
      func review(_ answers: String) async throws -> String {
        let process = Process()
        process.executableURL = Shell.binary
        process.arguments = ["duplicates", "review"]
        process.environment = shell.environment
        process.currentDirectoryURL = shell.folder
        let (input, out) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = out
        process.standardError = out
        try process.run()
        input.fileHandleForWriting.write(Data(answers.utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return text
      }
      #expect(try await review("q\n").contains("A (proposed to stay)"))
      #expect(try await review("x\ns\ns\n").contains("Answer a, b, d, s or q."))
      #expect(try shell.sql("SELECT count(*) FROM project") == "3")
      #expect(try await review("d\n").contains("to review"))
      #expect(try shell.sql("SELECT count(*) FROM duplicate_dismissal") == "1")
      try await shell.succeed(["duplicates", "dismiss", "project", "1", "2", "--undo"])
      #expect(try await review("b\n").contains("Merged"))
      #expect(try shell.sql("SELECT count(*) FROM project; SELECT project_id FROM assignment") == "2\n2")
    }
  }
}
