import ArgumentParser
import Foundation
import Planning
import PlanningStore
import Reconciling
import Steering

struct DuplicatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "duplicates", abstract: "Find what is there twice, merge it, and undo that.",
    subcommands: [
      List.self, Review.self, Export.self, Merge.self, Undo.self, Merges.self, Dismiss.self, Dismissed.self,
    ])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List items that are probably the same, with what hangs on each and which would stay.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Option(help: "client, project or person. Default: all.") var kind: PlanSnapshot.Kind?
    @Flag(name: .customLong("exact"), help: "Leave out names that are only near.") var exactOnly = false

    func run() throws {
      let lines = try Composition(options).read { session in
        let finder = try DuplicateFinder(
          session: session, kinds: kind.map { [$0] } ?? PlanSnapshot.Kind.allCases, includesNear: !exactOnly)
        return finder.groups.enumerated().flatMap { DuplicateWords(finder, $1, number: $0 + 1).rows }
      }
      if json.json {
        print(JSONText.of(lines.map(\.object)))
      } else if lines.isEmpty {
        Terminal.note("Nothing looks like a duplicate.")
      } else {
        TablePrinter.show(lines.map(DuplicateWords.Row.init), asJSON: false, empty: "")
        Terminal.note("Next: \(NextStep.either(.mergeDuplicates, .reviewDuplicates).command)")
      }
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the groups as CSV, to decide on in a spreadsheet.",
      discussion: """
        Write merge or different into the column decision, leave it empty to decide later, turn keep and drop round where
        the other one shall stay, and read the file back:

          rota duplicates export > review.csv
          rota duplicates merge --file review.csv --dry-run
        """)
    @OptionGroup var options: CommonOptions
    @Option(help: "client, project or person. Default: all.") var kind: PlanSnapshot.Kind?

    func run() throws {
      let lines = try Composition(options).read { session in
        let finder = try DuplicateFinder(session: session, kinds: kind.map { [$0] } ?? PlanSnapshot.Kind.allCases)
        return finder.groups.flatMap { group in
          let rows = DuplicateWords(finder, group, number: 1).rows
          return rows.dropFirst().map { row in
            CSVFile.line([
              group.kind.rawValue, "\(rows[0].id)", "\(row.id)", "", CSVFile.inert(rows[0].name),
              CSVFile.inert(row.name), group.reason.words,
            ])
          }
        }
      }
      print(CSVFile.line(Merge.columns))
      for line in lines { Terminal.data(line) }
    }
  }

  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Merge DROP into KEEP: everything of DROP moves, DROP is deleted. Can be undone.",
      discussion: """
          rota duplicates merge project 11 40 --dry-run
          rota duplicates merge project 11 40
          rota duplicates merge --file pairs.csv

        A file has the columns kind, keep and drop: ids, names or Clockify ids; all lines or none. With a column decision,
        as 'rota duplicates export' writes it, only lines that say merge are merged, and those that say different settled.
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind?
    @Argument(help: "The item that stays.") var keep: String?
    @Argument(help: "The item that goes.") var drop: String?
    @Option(help: "A CSV file with many.", completion: .file(extensions: ["csv"])) var file: String?
    @OptionGroup var dryRun: DryRunOption

    /// Of a review's file; the first three must be there.
    static let columns = ["kind", "keep", "drop", "decision", "keep_name", "drop_name", "reason"]

    func validate() throws {
      guard (file != nil) != (drop != nil) else {
        throw ValidationError("Name KIND, KEEP and DROP, or a file with --file.")
      }
    }

    func run() throws {
      let composition = try Composition(options)
      let said: Said
      if let file {
        let csv = try CSVFile(path: file)
        try csv.check(columns: Self.columns, required: Array(Self.columns.prefix(3)))
        said = try composition.desk().perform(
          MergeMany(FileLines(path: csv.path, lines: csv.lines)), isDryRun: dryRun.dryRun)
      } else {
        guard let kind, let keep, let drop else { return }
        said = try composition.desk().perform(
          MergeItems(kind, keep: keep, drop: drop), isDryRun: dryRun.dryRun)
      }
      for line in said.text { Terminal.say(line) }
      if kind == .client || file != nil, !dryRun.dryRun { try offerMore(composition) }
    }

    /// Projects of merged clients may be twice now.
    private func offerMore(_ composition: Composition) throws {
      let groups = try composition.read { session in
        try DuplicateFinder(session: session, kinds: [.project], includesNear: false).groups
      }
      if !groups.isEmpty {
        composition.say(
          "\(Words.plural(groups.count, "project")) may be there twice now: \(NextStep.duplicatesOf(.project).command)")
      }
    }
  }

  struct Undo: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Undo a merge that no later merge or edit builds on; imports do not count.",
      discussion: "  rota duplicates merges\n  rota duplicates undo 3")
    @OptionGroup var options: CommonOptions
    @Argument(help: "The merge's id. Default: the last one.") var merge: Int64?
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(UndoMerge(merge), dryRun) }
  }

  struct Merges: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List merges, newest first.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      TablePrinter.show(
        try Composition(options).read { try $0.questions.merges() }, asJSON: json.json, empty: "Nothing was merged yet."
      )
    }
  }

  struct Dismiss: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that two items are different: they are not listed as duplicates again.",
      discussion: "  rota duplicates dismiss project 11 40\n  rota duplicates dismiss project 11 40 --undo")
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind
    @Argument(help: "One item.") var one: String
    @Argument(help: "The other item.") var other: String
    @Flag(help: "List them again.") var undo = false
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(DismissPair(kind, one, other, undo: undo), dryRun) }
  }

  struct Dismissed: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List pairs that were said to be different.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      TablePrinter.show(
        try Composition(options).read { try $0.questions.dismissed() }, asJSON: json.json,
        empty: "No pair was dismissed.")
    }
  }

  struct Review: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Decide on one group after the other; each answer is kept at once.")
    @OptionGroup var options: CommonOptions
    @Option(help: "client, project or person. Default: all.") var kind: PlanSnapshot.Kind?

    func run() throws {
      let composition = try Composition(options)
      var skipped: Set<[Int64]> = []
      while true {
        let found = try composition.read {
          session -> (shown: [String], left: Int64, right: Int64, kind: PlanSnapshot.Kind, open: Int)? in
          let finder = try DuplicateFinder(session: session, kinds: kind.map { [$0] } ?? PlanSnapshot.Kind.allCases)
          let groups = finder.groups.filter { !skipped.contains([$0.ids[0], $0.ids[1]]) }
          guard let group = groups.first else { return nil }
          let lines = DuplicateWords(finder, group, number: 1).pair
          return (lines, group.ids[0], group.ids[1], group.kind, groups.count)
        }
        guard let found else { return composition.say("Nothing is left to review.") }
        print("\n\(found.open) to review")
        for line in found.shown { Terminal.say(line) }
        print("[a] keep A   [b] keep B   [d] different, do not ask again   [s] skip   [q] quit ? ", terminator: "")
        fflush(nil)
        guard let answer = readLine()?.trimmingCharacters(in: .whitespaces).lowercased() else { return print("") }
        switch answer {
        case "a", "b":
          let (keep, drop) = answer == "a" ? (found.left, found.right) : (found.right, found.left)
          let said = try composition.desk().perform(MergeItems(found.kind, keep: "\(keep)", drop: "\(drop)"))
          for line in said.text { Terminal.say(line) }
        case "d": _ = try composition.desk().perform(DismissPair(found.kind, "\(found.left)", "\(found.right)"))
        case "s": skipped.insert([found.left, found.right])
        case "q": return
        default: print("Answer a, b, d, s or q.")
        }
      }
    }
  }
}
