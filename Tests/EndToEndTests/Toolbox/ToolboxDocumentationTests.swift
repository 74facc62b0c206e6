import Foundation
import Sending
import Testing

/// docs/toolbox.md names what there is, and a case tests each flag that it names.
@Suite("Toolbox: documentation")
struct ToolboxDocumentationTests {
  private static let text = try? String(
    contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../../docs/toolbox.md"
    )
    .standardizedFileURL, encoding: .utf8)

  /// The rows of the table whose head begins so.
  private func rows(_ head: String) throws -> [String] {
    let lines = try #require(Self.text).split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex { $0.hasPrefix("| \(head) |") })
    return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map(String.init)
  }

  private func flags(_ text: String) -> [String] { text.matches(of: /--[a-z][a-z-]+/).map { String($0.output) } }

  @Test("Each flag of the operations' table is in a case of its own")
  func operations() throws {
    let tried = Set((OperationTests.writes + OperationTests.reads).flatMap(\.arguments))
    let named = try rows("what").flatMap(flags)
    #expect(named.count > 40)
    // That no timer is no error is a test of its own.
    for flag in Set(named).subtracting(["--if-running"]) { #expect(tried.contains(flag), "\(flag)") }
  }

  @Test("Each option and each key of the sender's table is in a case")
  func sender() throws {
    // Tested on their own, not as requests.
    let others: Set = [
      "--preview", "--record", "--test", "--payload", "--save", "--skip-invalid", "--retry-failed", "--resend-unknown",
      "--doubt",
      "--wait", "--journal", "--format", "--results", "--with", "--json",
    ]
    let tried = SendTests.cases.map(\.arguments).joined(separator: " ")
    let files = SendTests.cases.compactMap(\.destination).joined(separator: "\n")
    let table = try rows("option")
    for row in table {
      for flag in flags(row) where !others.contains(flag) { #expect(tried.contains(flag), "\(flag)") }
    }
    for key in Destination.keys
    where !["max_errors", "results", "content_format", "exclude", "id", "timers"].contains(key) {
      #expect(files.contains("\(key):"), "\(key)")
      #expect(table.contains { $0.contains("`\(key)") }, "\(key)")
    }
    for key in Destination.keys { #expect(try #require(Self.text).contains("\(key)"), "\(key)") }
  }

  @Test("Each sentence of a refusal is in the table of what goes wrong")
  func refusals() throws {
    let table = try rows("what you read").joined(separator: "\n")
    for words in [
      "is locked.", "is approved.", "allows only timers.", "has no right to this.", "the workspace requires",
      "is archived.", "is not in workspace",
      "belongs to", "exists: …", "keeps the name", "is active; only archived ones go.", "has no running timer.",
      "has no such path.", "Clockify refused it",
      "it is not known whether",
    ] { #expect(table.contains(words), "\(words)") }
  }

  @Test("The sixteen templates")
  func templates() throws {
    #expect(Template.ofRecords.count == 16 && Set(Template.ofRecords.map(\.name)).count == 16)
  }
}
