import ArgumentParser
import Steering
import PlanningStore

/// Clients, projects and people as the commands `archive` and `unarchive` see them.
protocol ItemSubject {
  static var kind: PlanSnapshot.Kind { get }
  /// The command above, as typed: `projects`.
  static var command: String { get }
  /// What archiving does to the import.
  static var archivedWords: String { get }
}

struct ArchiveItems<Subject: ItemSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "archive", abstract: "Archive \(Subject.command). \(Subject.archivedWords)",
      discussion: "  rota \(Subject.command) archive NAME")
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "Ids, exact names or Clockify ids.") var items: [String]
  @OptionGroup var dryRun: DryRunOption

  func run() throws { try Composition(options).archive(true, items, Subject.self, dryRun) }
}

struct UnarchiveItems<Subject: ItemSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "unarchive",
      abstract: "Take \(Subject.command) out of the archive; the next import brings what was skipped.",
      discussion: "  rota \(Subject.command) unarchive NAME")
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "Ids, exact names or Clockify ids.") var items: [String]
  @OptionGroup var dryRun: DryRunOption

  func run() throws { try Composition(options).archive(false, items, Subject.self, dryRun) }
}

/// Deletes an item for good; what hangs on it is said first, and goes only when asked (rule 15).
struct DeleteItem<Subject: ItemSubject>: ParsableCommand {
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
    let composition = try Composition(options)
    let (name, hanging, ids) = try composition.write(dryRun: dryRun.dryRun) { session in
      let found = try session.items.named(Subject.kind, item)
      let hanging = try session.items.whatHangsOn(Subject.kind, found.id)
      let words = hanging.parts.map(\.words)
      if !words.isEmpty, !cascade {
        throw UserError(
          "\(words.joined(separator: ", ")) \(words.count == 1 && words[0].hasPrefix("1 ") ? "hangs" : "hang") on \(Subject.kind.rawValue) \(found.id) \(found.name); nothing was deleted",
          next:
            .either(.cascade(Subject.kind, found.id), .archive(Subject.kind, found.id)),
          status: .needsConfirmation)
      }
      if ignore {
        for id in hanging.clockifyIDs {
          _ = try session.references.ignore(Subject.kind, externalID: id, note: found.name)
        }
      }
      try session.items.delete(Subject.kind, found.id, catchAll: composition.settings.imports.catchAllProject)
      return (found.name, words, hanging.clockifyIDs)
    }
    composition.say(
      "\(dryRun.verb("Deleted")) \(name)\(hanging.isEmpty ? "" : " with \(hanging.joined(separator: ", "))").")
    if !ids.isEmpty, !ignore {
      composition.say(
        "The next import makes it again, unless:  \(NextStep.ignore(Subject.kind, ids).command)")
    }
  }
}

/// Items that carry tags: projects and clients.
struct TagItem<Subject: ItemSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "tag", abstract: "Tag one of the \(Subject.command).",
      discussion: "  rota \(Subject.command) tag NAME sync_off")
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "Id, exact name or Clockify id.") var item: String
  @Argument(help: "The tag; sync_off keeps the import out.") var tag: String
  @OptionGroup var dryRun: DryRunOption

  func run() throws { try Composition(options).setTag(tag, true, on: item, Subject.self, dryRun) }
}

struct UntagItem<Subject: ItemSubject>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "untag", abstract: "Take a tag off one of the \(Subject.command).",
      discussion: "  rota \(Subject.command) untag NAME sync_off")
  }

  @OptionGroup var options: CommonOptions
  @Argument(help: "Id, exact name or Clockify id.") var item: String
  @Argument(help: "The tag.") var tag: String
  @OptionGroup var dryRun: DryRunOption

  func run() throws { try Composition(options).setTag(tag, false, on: item, Subject.self, dryRun) }
}

extension Composition {
  func archive(
    _ isArchived: Bool, _ items: [String], _ subject: any ItemSubject.Type, _ dryRun: DryRunOption
  ) throws {
    let state = isArchived ? "archived" : "active"
    let lines = try write(dryRun: dryRun.dryRun) { session in
      try items.map { text in
        let item = try session.items.named(subject.kind, text)
        guard try session.items.setArchived(isArchived, subject.kind, item.id) else {
          return "\(item.name): \(state) already"
        }
        return "\(item.name): \(state)\(dryRun.dryRun ? " (not written)" : "")"
      }
    }
    for line in lines { say(line) }
    if isArchived { say(subject.archivedWords) }
  }

  func setTag(
    _ tag: String, _ isSet: Bool, on text: String, _ subject: any ItemSubject.Type, _ dryRun: DryRunOption,
    then words: String? = nil
  ) throws {
    let state = isSet ? "tagged \(tag)" : "not tagged \(tag)"
    say(
      try write(dryRun: dryRun.dryRun) { session in
        let item = try session.items.named(subject.kind, text)
        let changed = try session.items.setTag(tag, isSet, on: subject.kind, item.id)
        return "\(item.name): \(state)\(changed ? dryRun.dryRun ? " (not written)" : "" : " already")"
      })
    guard tag.lowercased() == "sync_off" else {
      if isSet, tag.lowercased().filter(\.isLetter) == "syncoff" {
        say(
          "Warning: \"\(tag)\" does nothing; the tag that keeps the import out is sync_off.\nNext: rota \(subject.command) untag \"\(text)\" \"\(tag)\" && rota \(subject.command) tag \"\(text)\" sync_off"
        )
      }
      return
    }
    say(
      words
        ?? (isSet
          ? "What is stored stays; new time is skipped from the next import on."
          : "The next import takes up everything the ledger holds."))
  }
}
