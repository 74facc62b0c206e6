import ArgumentParser
import Foundation
import Steering
import Synchronization

/// Entry: runs the command line and turns every error into words and an exit code (rule 82). Nothing leaves `main` as a
/// trap or a trace.
@main
struct Main {
  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    // The key is in this process's memory: no crash may write that to a disk.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    #if canImport(Glibc)
      setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    #else
      setrlimit(RLIMIT_CORE, &none)
    #endif
    let task = Task { await run() }
    let signals = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if task.isCancelled, Interruption.endsAtSecond { _exit(ExitStatus.interrupted.rawValue) }
        task.cancel()
      }
      source.resume()
      return source
    }
    let status = await task.value
    for source in signals { source.cancel() }
    exit(status)
  }

  private static func run() async -> Int32 {
    do {
      var command = try Rota.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return 0
    } catch let status as ExitStatus {
      return status.rawValue
    } catch {
      return ErrorReport.report(error)
    }
  }
}

/// What a second signal does: most commands end soon after the first; one that waits for an answer may take minutes.
enum Interruption {
  private static let flag = Atomic(false)

  static var endsAtSecond: Bool {
    get { flag.load(ordering: .relaxed) }
    set { flag.store(newValue, ordering: .relaxed) }
  }
}

struct Rota: AsyncParsableCommand {
  static let version = "0.1.0"
  static let configuration = CommandConfiguration(
    commandName: "rota",
    abstract: "Plan and actuals side by side: imports clients, projects, people and worked time from Clockify.",
    version: version,
    groupedSubcommands: [
      CommandGroup(
        name: "Setting up", subcommands: [DemoCommand.self, InitCommand.self, CheckCommand.self, DatabaseCommand.self]),
      CommandGroup(
        name: "Importing",
        subcommands: [
          ImportCommand.self, NightlyCommand.self, ScheduleCommand.self, NotifyCommand.self, StatusCommand.self,
          RunsCommand.self, SwitchCommand.self, ReferencesCommand.self, DriftCommand.self,
          DuplicatesCommand.self, ConflictsCommand.self, ReplicaCommand.self, PublishCommand.self,
        ]),
      CommandGroup(name: "In Clockify", subcommands: [ClockifyCommand.self, PushCommand.self, WebhooksCommand.self]),
      CommandGroup(name: "In a browser", subcommands: [ServeCommand.self, WebCommand.self]),
      CommandGroup(
        name: "Planning",
        subcommands: [
          ActualsCommand.self, PeopleCommand.self, ProjectsCommand.self, ClientsCommand.self, RolesCommand.self,
          AssignmentsCommand.self, TimeOffCommand.self, HolidaysCommand.self,
          LockCommand.self,
        ]),
    ])
}
