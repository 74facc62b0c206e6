import ArgumentParser
import ClockifyAPI
import Foundation
import Importing
import Operating
import Planning
import PlanningStore
import Steering

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check key, rights, workspace, reports, zones, database, clock and targets; one line each.")
  @OptionGroup var options: CommonOptions
  @Flag(help: "Ask Clockify, in about ten requests, which guesses about its API hold here. The report names nobody.")
  var probe = false

  func run() async throws {
    let composition = try Composition(options)
    if probe { return try await runProbe(composition) }
    let checkup = Checkup(composition: composition)
    let status = try await checkup.run { Terminal.say($0.text) }
    if let status { throw status }
  }

  /// For issues: what a real workspace answers, with nothing private in it.
  private func runProbe(_ composition: Composition) async throws {
    let source = try composition.source(try? composition.openDatabase())
    let owner = try await source.currentUser().user
    let wanted = composition.settings.imports.workspaces
    let visible = try await source.workspaces()
    guard let workspace = visible.first(where: { wanted.isEmpty || wanted == ["all"] || wanted.contains($0.id) })
    else {
      throw UserError("the key sees no such workspace", next: .check)
    }
    if workspace.isFree { await source.budget.limitPerHour(to: composition.settings.imports.freeRequestsPerHour) }
    let users = try await source.users(in: workspace.id)
    let findings = try await Probe(
      source: source, workspace: workspace.id, owner: owner, users: users, now: composition.now.seconds
    ).run()
    print("rota probe, plan \(workspace.featureSubscriptionType ?? "unknown")")
    for finding in findings {
      print("\(Words.padded(finding.answer.rawValue, 8)) \(Words.padded(finding.question, 56)) \(finding.detail)")
    }
    composition.say(
      "\(source.budget.count) requests. Nothing above names a person, a project or a workspace: you may send it."
    )
  }
}
