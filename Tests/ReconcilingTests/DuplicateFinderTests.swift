import PlanningStore
import RotaTesting
import Testing

@testable import Reconciling

@Suite("Rules 74, 75: finding duplicates")
struct DuplicateFinderTests {
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
          try DuplicateFinder(session: session).groups([.client, .project, .person], includesNear: true)
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
