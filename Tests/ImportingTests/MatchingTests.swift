import ClockifySimulator
import Importing
import PlanningStore
import RotaTesting
import Testing

/// What is linked, created, and left alone.
@Suite("Rules 9 to 17: matching and creating")
struct MatchingTests {
  @Test("Rules 9, 12: the same name without a link makes a second project, flagged once as probable duplicate")
  func sameName() async throws {
    try await World.with { world in
      try world.planProject("Alpha", client: world.planClient("Acme"))
      let report = try await world.importNow()

      #expect(try world.sql("SELECT count(*) FROM project WHERE name = 'Alpha'") == "2")
      #expect(report.findings.filter { $0.code.rawValue == "probable_duplicate" && $0.kind == .project }.count == 1)
    }
  }

  @Test("Rule 10: what is new is created once, each with its link")
  func created() async throws {
    try await World.with { world in
      let report = try await world.importNow()

      #expect(report.summary.clients?.new == 2)
      #expect(report.summary.projects?.new == 3)
      #expect(report.summary.people?.new == 3)
      #expect(
        try world.sql("SELECT kind, count(*) FROM external_reference GROUP BY kind") == "client|2\nperson|3\nproject|3")
    }
  }

  @Test("Rule 11: a rename in Clockify is drift, and changes nothing here")
  func drift() async throws {
    try await World.with { world in
      try await world.importNow()
      world.change(.alpha) { $0.name = "Alpha 2" }
      try await world.importNow()

      #expect(try world.sql("SELECT name FROM project ORDER BY id LIMIT 1") == "Alpha")
      #expect(try world.sql("SELECT field, linked_value, clockify_value FROM drift") == "name|Alpha|Alpha 2")
    }
  }

  @Test("Rule 13: linking first prevents the duplicate and places the time")
  func linkFirst() async throws {
    try await World.with { world in
      let acme = try world.planClient("Acme")
      let alpha = try world.planProject("Alpha", client: acme)
      try world.link(.alpha, to: alpha)
      try world.link(.acme, to: acme)
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()

      #expect(
        try world.sql(
          "SELECT count(*), sum(billable_minutes) FROM project LEFT JOIN actual ON project_id = id WHERE name = 'Alpha'"
        ) == "1|60")
    }
  }

  @Test("Rule 13: a project deleted in Clockify before rota saw it takes its time once it is linked by hand")
  func linkedGoneProject() async throws {
    try await World.with { world in
      let gone = world.newProject("Gone", client: .acme) { $0.isDeleted = true }
      world.track(.ana, gone, "2026-03-03T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      #expect(try await world.importNow().summary.held["project_not_linked"]?.seconds == 3600)
      try world.link(gone, to: world.project(.alpha))
      try await world.importNow()
      #expect(try world.actuals().count == 1)
    }
  }

  @Test("Rule 14: two Clockify projects linked to one item add up in one actual")
  func twoLinks() async throws {
    try await World.with { world in
      try await world.enableActuals()
      try world.link(.beta, to: world.project(.alpha))
      world.track("2026-03-03T08:00:00Z", minutes: 120)
      world.track(.ana, .beta, "2026-03-03T12:00:00Z", minutes: 60)
      try await world.importNow()

      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 180/0"])
    }
  }

  @Test("Rule 15: deleted here by plain SQL, created again with a new id; ignored, it stays away")
  func deletedHere() async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.track(.bob, .alpha, "2026-03-03T15:00:00Z", minutes: 300)
      try await world.importNow()
      let old = try world.person(.bob)
      try world.delete(.bob)
      try await world.importNow()
      let new = try world.person(.bob)
      #expect(old != new)
      #expect(try world.actuals() == ["Bob Alpha Unknown 2026-03-03 300/0"])

      try world.ignore(.bob)
      try world.delete(.bob)
      let report = try await world.importNow()
      #expect(try world.sql("SELECT count(*) FROM person WHERE name = 'Bob'") == "0")
      #expect(report.summary.skipped["ignored"]?.seconds == 300 * 60)
      #expect(try world.actuals().isEmpty)
    }
  }

  @Test("Rule 16: gone from Clockify changes nothing here but marks the link")
  func sourceMissing() async throws {
    try await World.with { world in
      try await world.importNow()
      world.takeOut(.alpha)
      let report = try await world.importNow()

      #expect(report.findings.filter { $0.code.rawValue == "source_missing" }.count == 1)
      #expect(
        try world.sql(
          "SELECT source_missing_since FROM external_reference WHERE external_id = '\(Cast.Project.alpha.id)'")
          == "2026-03-09")
      #expect(try world.sql("SELECT count(*) FROM project") == "3")
    }
  }

  @Test("Rule 17: a project without a client is held, and placed once it has one")
  func clientless() async throws {
    try await World.with { world in
      world.change(.beta) { $0.clientID = nil }
      world.track(.ana, .beta, "2026-03-03T08:00:00Z", minutes: 240)
      try await world.enableActuals()
      let first = try await world.importNow()
      #expect(first.summary.held["project_without_client"]?.seconds == 240 * 60)
      #expect(first.findings.contains { $0.code.rawValue == "project_without_client" && $0.kind == .project })

      world.change(.beta) { $0.clientID = Cast.Client.acme.id }
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Beta Dev 2026-03-03 240/0"])
    }
  }
}
