import ArgumentParser
import Foundation
import Planning
import Scheduling
import Steering

/// What the printed units need to know.
struct ScheduleOptions: ParsableArguments {
  @Option(help: "When: HH:MM on the wall clock.") var at = "02:00"
  @Option(name: .customLong("time-zone"), help: "Whose wall clock. Default: planning: time_zone, else UTC.")
  var timeZone: String?

  func schedule(_ composition: Composition) throws -> NightlySchedule {
    try NightlyCommand.schedule(at: at, zone: timeZone ?? composition.settings.imports.planningZone ?? "UTC")
  }
}

struct ScheduleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule", abstract: "Print what makes another scheduler run the import every night.",
    discussion: "Writes nothing: save what is printed where its first lines say (docs/operations.md).",
    subcommands: [Systemd.self, Cron.self, Kubernetes.self])

  struct Systemd: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A service and a timer for systemd, and the commands that install and remove them.",
      discussion: """
          rota schedule systemd --at 02:00 --time-zone Europe/Berlin
          rota schedule systemd --unit service > rota.service
          rota schedule systemd --web
        """)
    @OptionGroup var options: CommonOptions
    @OptionGroup var when: ScheduleOptions
    @Option(help: "The user that it runs as.") var user = "rota"
    @Option(help: "The folder of database and settings.") var folder = "/var/lib/rota"
    @Option(help: "The rota program. Default: this one.") var program: String?
    @Flag(help: "The web app's service instead.") var web = false
    @Option(help: "Print only this: service, timer, failure or web.") var unit: String?

    func validate() throws {
      guard unit.map(["service", "timer", "failure", "web"].contains) ?? true else {
        throw ValidationError("--unit must be service, timer, failure or web.")
      }
      try Units.validate(user: user, folder: folder, program: program)
    }

    func run() throws {
      let composition = try Composition(options)
      var units = Units(schedule: try when.schedule(composition), program: program, folder: folder, user: user)
      let metrics = composition.settings.night.metricsFile.map { ($0 as NSString).deletingLastPathComponent }
      units.writable += [composition.settings.night.backup.to, metrics].compactMap(\.self).filter { $0.hasPrefix("/") }
      switch unit {
      case "service": print(units.service)
      case "timer": print(units.timer)
      case "failure": print(units.failure)
      case "web": print(units.web)
      default: print(web ? units.systemdWeb : units.systemd)
      }
    }
  }

  struct Cron: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A line for cron.", discussion: "  rota schedule cron --at 02:00 --time-zone Europe/Berlin")
    @OptionGroup var options: CommonOptions
    @OptionGroup var when: ScheduleOptions
    @Option(help: "The user that it runs as.") var user = "rota"
    @Option(help: "The folder of database and settings.") var folder = "/var/lib/rota"
    @Option(help: "The rota program. Default: this one.") var program: String?

    func validate() throws { try Units.validate(user: user, folder: folder, program: program) }

    func run() throws {
      print(Units(schedule: try when.schedule(Composition(options)), program: program, folder: folder, user: user).cron)
    }
  }

  struct Kubernetes: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A CronJob with its volume and secret for Kubernetes.",
      discussion: "  rota schedule kubernetes --image registry.example/rota:0.1.0 | kubectl apply -f -")
    @OptionGroup var options: CommonOptions
    @OptionGroup var when: ScheduleOptions
    @Option(help: "The container image that holds rota.") var image: String
    @Option(help: "The namespace.") var namespace = "rota"

    func validate() throws {
      guard !image.isEmpty, image.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 34 && $0 != 39 }) else {
        throw ValidationError("--image must be the name of an image.")
      }
      let letters = namespace.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
      guard letters, !namespace.isEmpty, namespace.count <= 63, !namespace.hasPrefix("-"), !namespace.hasSuffix("-")
      else { throw ValidationError("--namespace must be lower-case letters, digits and dashes.") }
    }

    func run() throws {
      print(Units.kubernetes(try when.schedule(Composition(options)), image: image, namespace: namespace))
    }
  }
}
