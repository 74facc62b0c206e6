import Foundation
import RotaTesting
import Steering
import Testing

@testable import RotaWeb

@Suite("Web: what is created in Clockify, and what was sent")
struct PushPagesTests {
  @Test("What has no link is listed; creating it takes two steps and a planner")
  func push() async throws {
    try await World.with { world in
      try await world.importNow()
      try world.database.write { session in
        let client = try session.plan.createClient(name: "Nova <b>", isArchived: false, at: world.now)
        _ = try session.plan.createProject(
          client: client, name: "Comet", isBillable: true, isArchived: false, at: world.now)
      }
      try await Served.with(world) { served in
        let list = try await served.ask("GET", "/push", as: .planner)
        #expect(
          list.status == 200 && list.text.contains("Nova &lt;b&gt;") && list.text.contains("2 items without a link"))
        #expect(list.text.contains("aria-label=\"Create project Comet in Clockify\""))
        let viewer = try await served.ask("GET", "/push", as: .viewer)
        #expect(!viewer.text.contains("Create…"))
        #expect(try await served.ask("POST", "/push", as: .viewer, form: "kind=project&id=4").status == 403)
        let first = try await served.ask("POST", "/push", as: .planner, form: "kind=project&id=4")
        #expect(
          first.status == 200 && first.text.contains("project 4 --dry-run by web:")
            && first.text.contains("would create.") && first.text.contains("name=\"sure\""))
        let second = try await served.ask("POST", "/push", as: .planner, form: "kind=project&id=4&sure=yes")
        #expect(
          second.status == 200 && second.text.contains("project 4 --yes by web:") && second.text.contains(": created."))
        let refused = try await served.ask("POST", "/push", as: .planner, form: "kind=client&id=1")
        #expect(refused.status == 422 && !refused.text.contains("name=\"sure\""))
        for wrong in ["kind=person&id=1", "kind=project&id=x", ""] {
          #expect(try await served.ask("POST", "/push", as: .planner, form: wrong).status == 400)
        }
      }
    }
  }

  @Test("Journals are shown to planners, from the folder of the settings alone")
  func sends() async throws {
    try await World.with { world in
      try await Served.with(world) { served in
        #expect(try await served.ask("GET", "/sends", as: .viewer).status == 403)
        let unset = try await served.ask("GET", "/sends", as: .planner)
        #expect(unset.text.contains("No folder of journals is set."))
        #expect(try await served.ask("GET", "/sends/x", as: .planner).status == 404)
      }
      try await Served.with(world, journals: "/somewhere") { served in
        let list = try await served.ask("GET", "/sends", as: .planner)
        #expect(
          list.text.contains("<a href=\"/sends/hours%2Ecsv%2Esend\">hours.csv.send</a>") && list.text.contains("1,198"))
        let send = try await served.ask("GET", "/sends/hours%2Ecsv%2Esend?state=failed", as: .planner)
        #expect(send.status == 200 && send.text.contains("name taken &lt;b&gt;"))
        for path in ["/sends/nothing", "/sends/..%2Fx", "/sends/--help", "/sends/%2E%2E"] {
          #expect(try await served.ask("GET", path, as: .planner).status == 404, "\(path)")
        }
      }
    }
  }
}
