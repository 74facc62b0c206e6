import PlanningStore
import RotaTesting
import Testing

@testable import Reconciling

@Suite("Rules 74, 75: finding duplicates")
struct DuplicateFinderTests {
  @Test("What hangs on a few items is what hangs on them among all")
  func attached() async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 60)
      world.track(.ana, .beta, "2026-03-03T09:00:00Z", minutes: 90)
      world.track(.bob, .alpha, "2026-03-04T09:00:00Z", minutes: 30)
      _ = try await world.importNow()
      try world.assign(.ana, to: world.project(.alpha), from: "2026-03-02", to: "2026-03-06")
      try world.sql("UPDATE actual SET billable_minutes = 45 WHERE date = '2026-03-04'")

      // By hand, and by another way than the table's key: of so many ids all actuals are read.
      let many = Array(1...30_000 as ClosedRange<Int64>)
      try world.database.read { session in
        for kind in PlanSnapshot.Kind.allCases {
          let all = try session.questions.attached(kind, to: many)
          for (id, one) in all { #expect(try session.questions.attached(kind, to: [id]) == [id: one]) }
        }
        let alpha = try world.project(.alpha)
        let attached = try #require(try session.questions.attached(.project, to: [alpha])[alpha])
        #expect([attached.links, attached.assignments, attached.actuals, attached.manual] == [1, 1, 2, 1])
        #expect(attached.minutes == 105 && attached.lastUsed == "2026-03-04")
        let acme = try world.client(.acme)
        let client = try #require(try session.questions.attached(.client, to: [acme])[acme])
        #expect([client.actuals, client.minutes, client.assignments] == [3, 195, 1])
      }
    }
  }

  @Test("Rules 74, 75: exact first, then near; the proposal; settled pairs stay settled")
  func groups() async throws {
    try await World.with { world in
      world.track("2026-03-02T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      let (alpha, beta, ana, acme) = (
        try world.project(.alpha), try world.project(.beta), try world.person(.ana), try world.client(.acme)
      )
      let shouted = try world.planProject("ALPHA!", client: acme)
      let betas = try world.planProject("Betas", client: acme)
      let elsewhere = try world.planProject("Alpha", client: world.client(.internal))
      try world.assign(.ana, to: shouted, from: "2026-03-02", to: "2026-03-06")
      let annaLena = try world.planPerson("Anna Lena", email: "ANA@ex.test")
      try world.planPerson("Bobb")
      let acmeInc = try world.planClient("Acme, Inc.")
      func found() throws -> [DuplicateGroup] {
        try world.database.read { session in
          try DuplicateFinder(session: session).groups
        }
      }
      let groups = try found()
      let exact: Set<[Int64]> = Set(groups.filter { !$0.isNear }.map(\.ids))
      #expect(exact == [[ana, annaLena], [shouted, alpha], [acme, acmeInc]])
      #expect(groups.first { $0.kind == .project && !$0.isNear }?.ids == [shouted, alpha])
      #expect(groups.contains { $0.kind == .person && $0.reason == .sameEmail && $0.ids == [ana, annaLena] })
      #expect(groups.contains { $0.kind == .project && $0.isNear && Set($0.ids) == [beta, betas] })
      #expect(!groups.contains { $0.ids.contains(elsewhere) && $0.kind == .project })

      try world.database.write { session in
        _ = try session.dismissals.set(.init(kind: .project, alpha, shouted), true)
        _ = try session.dismissals.set(.init(kind: .project, betas, beta), true)
      }
      #expect(try !found().contains { $0.kind == .project })

      // A third Alpha is open against the linked one only; the import says the same as the list.
      let third = try world.planProject("alpha", client: acme)
      #expect(try found().first { $0.kind == .project && !$0.isNear }?.ids == [alpha, third])
      func flagged() async throws -> Int {
        try await world.importNow().findings.count { $0.code.rawValue == "probable_duplicate" && $0.kind == .project }
      }
      #expect(try await flagged() == 1)
      try world.database.write { _ = try $0.dismissals.set(.init(kind: .project, alpha, third), true) }
      #expect(try !found().contains { $0.kind == .project && !$0.isNear })
      #expect(try await flagged() == 0)
    }
  }

  @Test(
    "Rule 74: names that are near, and names that are not",
    arguments: [
      ("ana ruiz", "anna ruiz", true), ("ana ruiz", "ruiz ana", true), ("a ruiz", "ana ruiz", true),
      ("website", "web site", true), ("phase 1", "phase 2", false), ("ana ruiz", "eva ruiz", false),
      ("alpha", "alpine", false), ("alpha", "alpha", false),
    ])
  func near(_ left: String, _ right: String, _ isNear: Bool) {
    #expect(DuplicateFinder.areNear(left, right) == isNear)
    #expect(DuplicateFinder.areNear(right, left) == isNear)
    if isNear {
      #expect(!Set(DuplicateFinder.nearKeys(left)).isDisjoint(with: DuplicateFinder.nearKeys(right)))
    }
  }
}
