import ArgumentParser
import ClockifyAPI
import Foundation
import Importing
import Operating
import Planning
import PlanningStore
import Steering

struct DatabaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "database", abstract: "Look after the database file.",
    subcommands: [Info.self, Check.self, Backup.self, Migrate.self])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what the file holds.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      let composition = try Composition(options)
      let row = try composition.read { try $0.questions.database() }
      if json.json {
        print(JSONText.of(JSONText.rows([row])[0]))
      } else {
        print("file          \(composition.settings.database)")
        for line in TablePrinter.lines(row) { print(line) }
      }
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check the file: damage, links that lead nowhere, books that do not balance.")
    @OptionGroup var options: CommonOptions

    func run() throws {
      let composition = try Composition(options)
      let problems = try composition.read { try $0.faults.all() }
      for problem in problems {
        Terminal.say("fail  \(problem.words)")
        if let next = problem.next {
          Terminal.say("      Mend: \(next.command.replacing("DATABASE", with: "\(composition.settings.database)"))")
        }
      }
      guard problems.isEmpty else {
        throw UserError(
          "\(composition.settings.database) has \(Words.plural(problems.count, "problem"))",
          next: .outside("mend each as said, or restore a backup, and check again"), status: .failed)
      }
      print("ok    \(composition.settings.database): intact, links lead somewhere, ledger and actuals agree")
    }
  }

  struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a copy of the whole database to a new file, also while an import runs.",
      discussion: """
          rota database backup /var/backups/rota-2026-03-09.sqlite

        To restore: stop what writes, put the copy in the place of the database, remove its -wal and -shm files.
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "The new file; it must not be there yet.", completion: .file()) var file: String

    func run() throws {
      let composition = try Composition(options)
      let database = try composition.openDatabase()
      guard !FileManager.default.fileExists(atPath: file) else {
        throw UserError("\(file) is there already; nothing was written", next: .outside("name another file"))
      }
      let size = try Backups.write(database, to: file)
      composition.say("Backup written: \(file), \(Words.count(size / 1024)) KiB, intact.")
    }
  }

  struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Bring the schema up to date; an older file is copied beside it first.")
    @OptionGroup var options: CommonOptions

    func run() throws {
      let composition = try Composition(options)
      _ = try composition.openDatabase()
      composition.say("\(composition.settings.database) has schema \(PlanningDatabase.schemaVersion).")
    }
  }
}
