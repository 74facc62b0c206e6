import ArgumentParser
import PlanningStore
import Steering

/// Clients, projects and people as the commands `archive` and `unarchive` see them.
protocol ItemSubject {
  static var kind: PlanSnapshot.Kind { get }
}

extension ItemSubject {
  /// The command above, as typed: `projects`.
  static var command: String { kind.command }
}

struct ArchiveCommand<Subject: ItemSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "archive", abstract: "Archive \(Subject.command). \(ArchiveItems.effect(on: Subject.kind))",
      discussion: "  rota \(Subject.command) archive NAME")
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "Ids, exact names or Clockify ids.") var items: [String]
  @OptionGroup var dryRun: DryRunOption

  func run() throws { try Composition(options).perform(ArchiveItems(Subject.kind, items), dryRun) }
}

struct UnarchiveCommand<Subject: ItemSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "unarchive",
      abstract: "Take \(Subject.command) out of the archive; the next import brings what was skipped.",
      discussion: "  rota \(Subject.command) unarchive NAME")
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "Ids, exact names or Clockify ids.") var items: [String]
  @OptionGroup var dryRun: DryRunOption

  func run() throws { try Composition(options).perform(UnarchiveItems(Subject.kind, items), dryRun) }
}

/// Deletes an item for good; what hangs on it is said first, and goes only when asked (rule 15).
struct DeleteItemCommand<Subject: ItemSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "delete", abstract: "Delete one of the \(Subject.command) for good.",
      discussion: """
        Says what hangs on it and refuses; with --cascade that goes too. An item that Clockify knows is made again by the
        next import, unless its Clockify id is put on the ignore list with --ignore.

          rota \(Subject.command) delete NAME --dry-run --cascade
        """)
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "Id, exact name or Clockify id.") var item: String
  @Flag(help: "With everything that hangs on it.") var cascade = false
  @Flag(help: "And never import it again.") var ignore = false
  @OptionGroup var dryRun: DryRunOption

  func run() throws {
    try Composition(options).perform(
      DeleteItem(Subject.kind, item, cascade: cascade, ignore: ignore), dryRun)
  }
}

/// Items that carry tags: projects and clients.
struct TagCommand<Subject: ItemSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "tag", abstract: "Tag one of the \(Subject.command).",
      discussion: "  rota \(Subject.command) tag NAME sync_off")
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "Id, exact name or Clockify id.") var item: String
  @Argument(help: "The tag; sync_off keeps the import out.") var tag: String
  @OptionGroup var dryRun: DryRunOption

  func run() throws { try Composition(options).perform(TagItem(Subject.kind, item, tag), dryRun) }
}

struct UntagCommand<Subject: ItemSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "untag", abstract: "Take a tag off one of the \(Subject.command).",
      discussion: "  rota \(Subject.command) untag NAME sync_off")
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "Id, exact name or Clockify id.") var item: String
  @Argument(help: "The tag.") var tag: String
  @OptionGroup var dryRun: DryRunOption

  func run() throws { try Composition(options).perform(UntagItem(Subject.kind, item, tag), dryRun) }
}
