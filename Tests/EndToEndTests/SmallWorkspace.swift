import ClockifySimulator
import Foundation

/// Ana and Bob, client Acme with project Alpha, on Monday 2 March 2026: what tests of the binary start from.
enum SmallWorkspace {
  static let anaID = "6630aa10b1c2d3e4f5060001"
  static let bobID = "6630aa10b1c2d3e4f5060002"
  static let acmeID = "6630aa10b1c2d3e4f5060010"
  static let alphaID = "6630aa10b1c2d3e4f5060020"
  static let now = ["--as-of", "2026-03-09T06:00:00Z"]

  /// - Parameter hours: an hour each, at eight o'clock: whose, and on which project.
  static func make(hours: [(user: String, project: String?)]) -> SimulatedWorkspace {
    var workspace = SimulatedWorkspace(id: "6630aa10b1c2d3e4f5060000", name: "W", plan: "PRO_2021")
    var ana = SimulatedWorkspace.User(id: anaID, name: "Ana", email: "ana@ex.test", timeZone: "UTC")
    ana.role = .owner
    workspace.users = [ana, .init(id: bobID, name: "Bob", email: "bob@ex.test", timeZone: "UTC")]
    workspace.clients = [.init(id: acmeID, name: "Acme")]
    workspace.projects = [.init(id: alphaID, name: "Alpha", clientID: acmeID)]
    let monday = 1_772_438_400  // 2026-03-02T08:00:00Z
    for (index, hour) in hours.enumerated() {
      workspace.add(
        .init(
          id: "66500c00b1c2d3e4f506\(String(format: "%04d", index))", userID: hour.user, projectID: hour.project,
          start: monday,
          end: monday + 3600))
    }
    return workspace
  }

  /// Lists imported, everybody a Dev, actuals on and imported.
  static let setUp = [
    ["init"], ["import"] + now, ["roles", "add", "Dev"], ["people", "set-role", "Dev", "--unknown"],
    ["actuals", "enable"] + now, ["import"] + now,
  ]
}
