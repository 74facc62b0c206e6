import ArgumentParser
import ClockifyAPI
import Planning
import Sending
import Steering

struct ToolboxTimeEntries: ParsableCommand, ToolboxSubject {
  static let configuration = CommandConfiguration(
    commandName: "time-entries", abstract: "Time entries and timers in Clockify.",
    discussion: """
        rota clockify time-entries find --from 2026-05-04 --to 2026-05-05
        rota clockify time-entries add --start "2026-05-04 09:00" --end "2026-05-04 10:45" --project Alpha
        rota clockify time-entries stop
      """,
    subcommands: [
      ToolboxFind<ToolboxTimeEntries>.self, ToolboxGet<ToolboxTimeEntries>.self, ToolboxAdd<ToolboxTimeEntries>.self,
      ToolboxUpdate<ToolboxTimeEntries>.self, Stop.self, ToolboxDelete<ToolboxTimeEntries>.self,
    ])
  typealias Scope = WholeWorkspace
  static let kind = Kind.timeEntry
  static let columns = shown { ClockifyTime.duration($0).map(DurationForm.full.text) }

  /// - Parameter duration: how `PT1H30M` is shown.
  static func shown(duration: @escaping @Sendable (String) -> String?) -> [ToolboxColumn] {
    [
      ToolboxColumn("id"), ToolboxColumn("start", "timeInterval", "start"), ToolboxColumn("end", "timeInterval", "end"),
      ToolboxColumn("duration") { row in
        (row.at(["timeInterval", "duration"])?.words).flatMap(duration).map { .text($0) }
      },
      ToolboxColumn("project") { $0["project"].flatMap { $0 == .null ? nil : $0 } ?? $0["projectId"] },
      ToolboxColumn("task") { $0["task"].flatMap { $0 == .null ? nil : $0 } ?? $0["taskId"] },
      ToolboxColumn("tags") { $0["tags"].flatMap { $0.isNothing ? nil : $0 } ?? $0["tagIds"] },
      ToolboxColumn("description"), ToolboxColumn("billable"),
    ]
  }

  struct Search: ToolboxSearch, ColumnChooser {
    @Option(help: "Whose, by id, e-mail or me.") var user = "me"
    @Option(help: "Entries that start then or later.") var from: String?
    @Option(help: "Entries that start before.") var to: String?
    @Option(help: "Only of this project.") var project: String?
    @Option(help: "Only of this task; a name needs --project.") var task: String?
    @Option(name: .customLong("tag"), help: "Only with this tag; may be given again.") var tags: [String] = []
    @Flag(name: .customLong("with-project"), help: "Only those that have a project.") var withProject = false
    @Flag(name: .customLong("with-task"), help: "Only those that have a task.") var withTask = false
    @Flag(help: "With project, task, tags and user as objects.") var hydrated = false
    @Flag(
      name: .customLong("duration-format"),
      help: "Show durations as the workspace does (its setting durationFormat), rounded.")
    var durationFormat = false
    @Flag(help: "Only timers that run; the other filters do not count. With --user all: everybody's.")
    var running = false

    func list(_ kind: Kind, project scope: String?, _ toolbox: Toolbox) async throws -> ToolboxList {
      let workspace = toolbox.place.id
      if running, user == "all" {
        return ToolboxList(path: "/workspaces/\(workspace)/time-entries/status/in-progress")
      }
      let whose = try await toolbox.names.id(of: user, .user)
      var list = ToolboxList(path: "/workspaces/\(workspace)/user/\(whose)/time-entries")
      if hydrated { list.query.append(("hydrated", "true")) }
      if running {
        list.query.append(("in-progress", "true"))
        return list
      }
      let (first, last) = (try from.map(toolbox.times.instant), try to.map(toolbox.times.instant))
      // The server reads the digits of a window in a zone of its own (clockify-api.md 5.1): ask for more, look here.
      let margin = 26 * 3600
      if let first { list.query.append(("start", (first - margin).description)) }
      if let last { list.query.append(("end", (last + margin).description)) }
      list.keeps = { row in
        guard first != nil || last != nil else { return true }
        guard
          let start = row.at(["timeInterval", "start"])?.words.flatMap({ ClockifyTime.instant($0) }).flatMap({
            Instant($0)
          })
        else { return false }
        return first.map { start >= $0 } ?? true && last.map { start < $0 } ?? true
      }
      let of = if let project { try await toolbox.names.id(of: project, .project) } else { String?.none }
      if let of { list.query.append(("project", of)) }
      if let task {
        list.query.append(("task", try await TaskName.id(task, project: of, toolbox)))
      }
      for tag in tags { list.query.append(("tags", try await toolbox.names.id(of: tag, .tag))) }
      if withProject { list.query.append(("project-required", "true")) }
      if withTask { list.query.append(("task-required", "true")) }
      return list
    }

    func columns(_ session: ToolboxSession) async throws -> [ToolboxColumn] {
      guard durationFormat else { return ToolboxTimeEntries.columns }
      let row = try await session.toolbox.source.row(at: "/workspaces/\(session.place.id)")
      let form = row?.at(["workspaceSettings", "durationFormat"])?.words.flatMap(DurationForm.init(rawValue:)) ?? .full
      return ToolboxTimeEntries.shown { ClockifyTime.duration($0).map(form.text) }
    }
  }

  struct Fields: ToolboxFields {
    @Option(help: "When it starts: 2026-05-04T07:00:00Z, \"2026-05-04 09:00\" or now.") var start: String
    @OptionGroup var rest: EntryFlags
    @Option(help: "Whose it is, by id, e-mail or me. Default: the key's owner.") var user: String?

    func body(_ toolbox: Toolbox, project: String?) async throws -> ToolboxBody {
      var body = ToolboxBody()
      body.set("start", text: try toolbox.times.instant(start).description)
      try await rest.lay(on: &body, toolbox)
      if let user { body.user = try await toolbox.names.id(of: user, .user) }
      return body
    }
  }

  struct Changes: ToolboxFields {
    @Option(help: "When it starts.") var start: String?
    @OptionGroup var rest: EntryFlags

    func body(_ toolbox: Toolbox, project: String?) async throws -> ToolboxBody {
      var body = ToolboxBody()
      if let start { body.set("start", text: try toolbox.times.instant(start).description) }
      try await rest.lay(on: &body, toolbox)
      return body
    }
  }

  struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "stop", abstract: "Stop a running timer.")
    @OptionGroup var options: ToolboxOptions
    @Option(help: "Whose, by id, e-mail or me.") var user = "me"
    @Option(help: "When it ends.") var end = "now"
    @Flag(name: .customLong("if-running"), help: "No timer is no error.") var ifRunning = false
    @OptionGroup var write: WriteOptions

    func run() async throws {
      let session = try await options.open()
      let toolbox = session.toolbox
      let whose = try await toolbox.names.id(of: user, .user)
      guard let step = try await toolbox.stopping(whose, at: try toolbox.times.instant(end)) else {
        let name =
          if whose == toolbox.place.ownerID { toolbox.place.ownerName } else {
            try await toolbox.source.firstRow(
              of: "/workspaces/\(toolbox.place.id)/users", query: [("status", "ALL")],
              where: { $0["id"]?.words == whose }
            )?["name"]?.words ?? user
          }
        let refusal = Refusal(.noTimer(user: name), says: nil)
        guard ifRunning else { throw refusal.error }
        return session.composition.say(refusal.sentence)
      }
      try await session.carry([step], write, ToolboxTimeEntries.columns, unchanged: "Done.")
    }
  }
}

/// Flags that `add` and `update` share.
struct EntryFlags: ParsableArguments {
  @Option(help: "When it ends; left out of add: a timer is started.") var end: String?
  @Option(help: "The project, by id or exact name.") var project: String?
  @Option(help: "The task, by id or exact name; a name needs --project.") var task: String?
  @Option(name: .customLong("tag"), help: "A tag, by id or exact name; may be given again.") var tags: [String] = []
  @Option(help: "What was done.") var description: String?
  @Flag(help: "It is billable.") var billable = false
  @Flag(name: .customLong("no-billable"), help: "It is not billable.") var notBillable = false

  func validate() throws { _ = try chosen(billable, notBillable, "billable") }

  func lay(on body: inout ToolboxBody, _ toolbox: Toolbox) async throws {
    if let end { body.set("end", text: try toolbox.times.instant(end).description) }
    let projectID = if let project { try await toolbox.names.id(of: project, .project) } else { String?.none }
    body.set("projectId", text: projectID)
    if let task { body.set("taskId", text: try await TaskName.id(task, project: projectID, toolbox)) }
    if !tags.isEmpty {
      var ids: [JSONRow] = []
      for tag in tags { ids.append(.text(try await toolbox.names.id(of: tag, .tag))) }
      body.set("tagIds", .list(ids))
    }
    body.set("description", text: description)
    body.set("billable", flag: try chosen(billable, notBillable, "billable"))
  }
}

/// A task by its name is one of a project.
enum TaskName {
  static func id(_ text: String, project: String?, _ toolbox: Toolbox) async throws -> String {
    if text.lowercased().isClockifyID { return text.lowercased() }
    guard let project else {
      throw SendingError("a task by its name needs its project", next: "the same with --project")
    }
    return try await toolbox.names.id(of: text, .task(project: project))
  }
}

/// How a workspace shows durations.
enum DurationForm: String {
  case full = "FULL"
  case compact = "COMPACT"
  case decimal = "DECIMAL"

  /// - Parameter seconds: rounded half up to minutes where no seconds are shown.
  func text(_ seconds: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let minutes = (seconds + 30) / 60
    switch self {
    case .full: return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    case .compact: return "\(minutes / 60):\(two(minutes % 60))"
    case .decimal:
      let hundredths = (seconds * 100 + 1800) / 3600
      return "\(hundredths / 100).\(two(hundredths % 100))"
    }
  }
}
