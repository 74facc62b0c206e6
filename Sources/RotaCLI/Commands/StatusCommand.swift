import ArgumentParser
import PlanningStore
import Steering

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show at a glance how things stand and what waits for a person.")
  @OptionGroup var options: CommonOptions
  @OptionGroup var json: JSONOption
  @Flag(
    name: .customLong("exit-code"),
    help: "For monitors: end with 3 when the last run is not done, is overdue, or something waits for a person.")
  var exitCode = false

  func run() throws {
    let composition = try Composition(options)
    let path = composition.settings.database
    let status = try composition.read {
      try Status($0, now: composition.now, replica: composition.settings.replica, database: path)
    }
    if json.json {
      print(JSONText.of(status.object))
    } else {
      for line in status.lines(composition.settings.imports.autofillMode) { Terminal.say(line) }
    }
    if exitCode, !status.isWell { throw ExitStatus.partial }
  }
}
