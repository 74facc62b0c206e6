import ArgumentParser
import PlanningStore
import Steering

extension SwitchSubject: ExpressibleByArgument {}

struct SwitchCommand: ParsableCommand {
  enum State: String, ExpressibleByArgument, CaseIterable { case on, off }

  static let configuration = CommandConfiguration(
    commandName: "switch", abstract: "Switch parts of the import on and off as a whole, or see what is off.",
    discussion: """
      What is off is not imported by anybody, at night neither, and 'rota import --scope' that names it is refused with exit
      code 4. Switches win over the settings file. 'actuals' is 'rota actuals enable' and 'disable'.

        rota switch
        rota switch people off
        rota switch autofill on
      """)
  @OptionGroup var options: CommonOptions
  @OptionGroup var json: JSONOption
  @Argument(help: "clients-projects, people, actuals or autofill. Default: all, as they are.")
  var subject: SwitchSubject?
  @Argument(help: "on or off.") var state: State?
  @OptionGroup var dryRun: DryRunOption

  func validate() throws {
    guard (subject == nil) == (state == nil) else {
      throw ValidationError("Say on or off, as in 'rota switch people off'.")
    }
  }

  func run() throws {
    let composition = try Composition(options)
    if let subject, let state { return try composition.perform(TurnSwitch(subject, isOn: state == .on), dryRun) }
    let switches = try composition.read { try Switches($0) }
    TablePrinter.show(
      SwitchSubject.allCases.map {
        Row(part: $0.rawValue, state: switches.isOff($0, composition.settings.imports) ? "off" : "on")
      }, asJSON: json.json, empty: "")
  }

  private struct Row: TabularRow {
    let part: String
    let state: String

    enum CodingKeys: String, CodingKey, CaseIterable { case part, state }
  }
}
