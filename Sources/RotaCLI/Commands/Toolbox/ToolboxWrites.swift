import ArgumentParser
import ClockifyAPI
import Foundation
import Planning
import Sending
import Steering

/// What every writing command takes.
struct WriteOptions: ParsableArguments {
  @Option(
    name: .customLong("field"), help: "Any other field of the request, as KEY=JSON; may be given again.")
  var fields: [String] = []
  @Flag(name: .customLong("dry-run"), help: "Print the request instead of sending it.") var dryRun = false
  @OptionGroup var json: JSONOption

  /// - Throws: `UserError` for what is not KEY=JSON.
  func lay(on body: inout ToolboxBody) throws {
    for field in fields {
      guard let at = field.firstIndex(of: "="), at > field.startIndex,
        let value = JSONRow(String(field[field.index(after: at)...]))
      else {
        throw UserError(
          "--field \"\(field)\" is not KEY=JSON", next: .outside("write it like --field 'note=\"by phone\"'"))
      }
      body.set(String(field[..<at]), value)
    }
  }
}

extension ToolboxSession {
  /// Carries the steps out, or shows them.
  ///
  /// - Parameter what: what is done, as the error says that half of it was.
  func carry(
    _ steps: [Toolbox.Step], _ options: WriteOptions, _ columns: [ToolboxColumn], unchanged: String
  ) async throws {
    if options.dryRun {
      for step in steps { show(step) }
      if steps.isEmpty { composition.say(unchanged) }
      return
    }
    var row: JSONRow?
    for (index, step) in steps.enumerated() {
      do {
        let written = try await toolbox.carry(step)
        row = written.row
        for warning in written.warnings { warn(warning) }
      } catch let error as SendingError where index > 0 {
        throw SendingError(
          "\(steps[index - 1].request.name) was done, \(step.request.name) was not: \(error.message)", next: error.next,
          error.ending)
      }
    }
    if let row { ToolboxRows.show(row, columns, asJSON: options.json.json) } else { composition.say(unchanged) }
  }

  /// Method, path and body.
  func show(_ step: Toolbox.Step) {
    Terminal.data("\(step.request.name)")
    if let body = step.request.body { Terminal.data(body) }
  }
}

struct ToolboxAdd<Subject: ToolboxSubject>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "add",
      abstract: Subject.kind == .timeEntry
        ? "Add a time entry to Clockify, or start a timer." : "Add a \(Subject.kind.noun) to Clockify.")
  }

  @OptionGroup var options: ToolboxOptions
  @OptionGroup var scope: Subject.Scope
  @OptionGroup var fields: Subject.Fields
  @OptionGroup var write: WriteOptions

  func run() async throws {
    let session = try await options.open(needsWorkspace: Subject.kind != .workspace)
    let toolbox = session.toolbox
    let project = try await scope.projectID(toolbox)
    var body = try await fields.body(toolbox, project: project)
    try write.lay(on: &body)
    let json = JSONRow.object(body.fields.compactMap { name, value in value.map { .init(name, $0) } })
    let step = try toolbox.adding(Subject.kind, json, user: body.user, project: project)
    if Subject.kind == .timeEntry, json["end"] == nil { try await nameRunning(session, body.user) }
    try await session.carry([step], write, Subject.columns, unchanged: "Done.")
  }

  /// Starting a timer stops the one that runs.
  private func nameRunning(_ session: ToolboxSession, _ user: String?) async throws {
    let toolbox = session.toolbox
    guard let running = try await toolbox.running(of: user ?? toolbox.place.ownerID), let id = running["id"]?.words
    else { return }
    let what = running["description"]?.words.map { "\"\($0)\"" } ?? "without a description"
    session.composition.say("\(write.dryRun ? "This would stop" : "This stops") the running timer \(what) (\(id)).")
  }
}

struct ToolboxUpdate<Subject: ToolboxSubject>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "update",
      abstract: "Change a \(Subject.kind == .timeEntry ? "time entry" : Subject.kind.noun) in Clockify.",
      discussion: "What is not named stays as it is: the row is read first, and written only if something differs.")
  }

  @OptionGroup var options: ToolboxOptions
  @OptionGroup var scope: Subject.Scope
  @Argument(help: "\(ItemID.help(Subject.kind))") var id: String
  @OptionGroup var fields: Subject.Changes
  @Option(name: .customLong("clear"), help: "Empty this field of the request; may be given again.")
  var cleared: [String] = []
  @OptionGroup var write: WriteOptions

  func run() async throws {
    let session = try await options.open()
    let toolbox = session.toolbox
    let project = try await scope.projectID(toolbox)
    let id = try await ItemID.of(id, Subject.kind, project, toolbox)
    var body = try await fields.body(toolbox, project: project)
    try write.lay(on: &body)
    let template = Template.of(.update, Subject.kind)
    for name in cleared {
      guard template.field(name) != nil else {
        throw SendingError(
          "\(template.name) has no field '\(name)'", next: "rota clockify templates \(template.name)")
      }
      body.fields.append((name, nil))
    }
    guard !body.fields.isEmpty || body.estimate != nil else {
      throw UserError("nothing to change was named", next: .outside("\(Subject.command) update -h"))
    }
    let steps = try await toolbox.updating(
      Subject.kind, id, body.fields, estimate: body.estimate, project: project)
    try await session.carry(steps, write, Subject.columns, unchanged: "It is so already: nothing was sent.")
  }
}

struct ToolboxDelete<Subject: ToolboxSubject>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "delete", abstract: "Delete \(Subject.kind.plural) from Clockify, for good.",
      discussion: Subject.kind.deletable == nil
        ? "" : "Clockify deletes only \(Subject.kind == .task ? "tasks that are done" : "what is archived").")
  }

  @OptionGroup var options: ToolboxOptions
  @OptionGroup var scope: Subject.Scope
  @Argument(help: "\(Subject.kind == .timeEntry ? "Clockify ids, or running." : "Clockify ids or exact names.")")
  var ids: [String]
  @Flag(
    name: .customLong("archive-first"),
    help: "\(Subject.kind == .task ? "Mark them as done first." : "Archive them first.")")
  var archiveFirst = false
  @Flag(name: .customLong("dry-run"), help: "Print the requests instead of sending them.") var dryRun = false
  @OptionGroup var confirmation: Confirmation

  func run() async throws {
    let session = try await options.open()
    let toolbox = session.toolbox
    let project = try await scope.projectID(toolbox)
    var named: [String] = []
    for text in ids { named.append(try await ItemID.of(text, Subject.kind, project, toolbox)) }
    if !dryRun {
      try confirmation.ask(
        "Deleting \(Words.plural(named.count, singular, Subject.kind.plural)) of workspace \(session.place.name) in Clockify as \(session.place.ownerName)"
      )
    }
    for id in named {
      if archiveFirst, let (field, value) = Subject.kind.deletable {
        for step in try await toolbox.updating(Subject.kind, id, [(field, value)], project: project) {
          if dryRun { session.show(step) } else { _ = try await toolbox.carry(step) }
        }
      }
      let step = toolbox.deleting(Subject.kind, id, project: project)
      guard !dryRun else {
        session.show(step)
        continue
      }
      _ = try await toolbox.carry(step)
      session.composition.say("Deleted \(Subject.kind.noun) \(id).")
    }
  }

  private var singular: String { Subject.kind == .timeEntry ? "time entry" : Subject.kind.noun }
}
