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
          rota schedule systemd --live
        """)
    @OptionGroup var options: CommonOptions
    @OptionGroup var when: ScheduleOptions
    @Option(help: "The user that it runs as.") var user = "rota"
    @Option(help: "The folder of database and settings.") var folder = "/var/lib/rota"
    @Option(help: "The rota program. Default: this one.") var program: String?
    @Flag(help: "The web app's service instead.") var web = false
    @Flag(help: "The same service, set up to take changes as they happen.") var live = false
    @Option(help: "Print only this: service, timer, failure or web.") var unit: String?

    func validate() throws {
      guard unit.map(["service", "timer", "failure", "web"].contains) ?? true else {
        throw ValidationError("--unit must be service, timer, failure or web.")
      }
      if web, live { throw ValidationError("--web and --live: one of them.") }
      try Units.validate(user: user, folder: folder, program: program)
    }

    func run() throws {
      let composition = try Composition(options)
      var units = Units(schedule: try when.schedule(composition), program: program, folder: folder, user: user)
      let metrics = composition.settings.night.metricsFile.map { ($0 as NSString).deletingLastPathComponent }
      let folders = composition.settings.publish.targets.map { target in
        if case .folder(let path, _) = target.place { path } else { nil as String? }
      }
      units.writable += ([composition.settings.night.backup.to, metrics] + folders).compactMap(\.self).filter {
        $0.hasPrefix("/")
      }
      switch unit {
      case "service": print(units.service)
      case "timer": print(units.timer)
      case "failure": print(units.failure)
      case "web": print(units.web)
      default: print(live ? units.systemdLive : web ? units.systemdWeb : units.systemd)
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
      abstract: "A CronJob with its volume and secret for Kubernetes, or one for each of many companies.",
      discussion: """
          rota schedule kubernetes --image registry.example/rota:0.1.0 | kubectl apply -f -

        Many companies stand in a CSV file with the columns tenant, secret, volume and time_zone; each gets a time of its own
        in the night that begins at --at.

          rota schedule kubernetes --image registry.example/rota:0.1.0 --fleet companies.csv
        """)
    @OptionGroup var options: CommonOptions
    @OptionGroup var when: ScheduleOptions
    @Option(help: "The container image that holds rota.") var image: String
    @Option(help: "The namespace.") var namespace = "rota"
    @Option(help: "Many companies: a CSV file, - for standard input.") var fleet: String?
    @Option(help: "With --fleet: hours over which the companies are spread.") var spread = 4
    @Option(help: "With --fleet: where to publish, as in 'bi=postgres://rota@db.example/planning'.") var targets:
      String?

    func validate() throws {
      guard !image.isEmpty, image.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 34 && $0 != 39 }) else {
        throw ValidationError("--image must be the name of an image.")
      }
      guard Fleet.isName(namespace, longest: 63) else {
        throw ValidationError("--namespace must be lower-case letters, digits and dashes.")
      }
      guard (1...12).contains(spread) else { throw ValidationError("--spread must be from 1 to 12 hours.") }
      if fleet == nil, targets != nil { throw ValidationError("--targets goes with --fleet.") }
      if fleet != nil, when.timeZone != nil {
        throw ValidationError("--time-zone: with --fleet each company's zone stands in the file.")
      }
    }

    func run() throws {
      let composition = try Composition(options)
      let schedule = try when.schedule(composition)
      guard let fleet else {
        return print(KubernetesUnits(schedule: schedule, image: image, namespace: namespace).single)
      }
      try refuseTargets()
      print(
        try Fleet(path: fleet).manifest(
          begin: schedule.minute, length: spread * 60, image: image, namespace: namespace, targets: targets))
    }

    private func refuseTargets() throws {
      var problems: [String] = []
      let parts = (targets ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
      _ = PublishTargets.targets(parts, place: "--targets", folder: nil, problems: &problems)
      let isPlain = targets.map { !$0.contains { $0 == "\"" || $0 == "\\" || $0.isNewline } } ?? true
      guard problems.isEmpty, isPlain else {
        throw UserError(problems.first ?? "--targets may hold no quotes, backslashes and line breaks")
      }
    }
  }
}
