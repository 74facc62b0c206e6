import PlanningStore
import RotaTesting
import Testing

@testable import Reconciling

@Suite("Finding duplicates")
struct DuplicateFinderTests {
  @Test("Rule 74 and 75: exact first, then near; the proposal; settled pairs stay settled")
  func groups() async throws {
    try await World.with { world in
      world.track("2026-03-02T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      try world.sql(
        """
        INSERT INTO project (client_id, name) VALUES (1, 'ALPHA!'), (1, 'Betas'), (2, 'Alpha');
        INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on) VALUES (1, 4, 2, '2026-03-02', '2026-03-06');
        INSERT INTO person (name, email) VALUES ('Anna Lena', 'ANA@ex.test'), ('Bobb', NULL);
        INSERT INTO client (name) VALUES ('Acme, Inc.');
        """)
      func found() throws -> [DuplicateGroup] {
        try world.database.read { session in
          try DuplicateFinder(session: session).groups([.client, .project, .person], includesNear: true)
        }
      }
      let groups = try found()
      let exact: Set<[Int64]> = Set(groups.filter { !$0.isNear }.map(\.ids))
      #expect(exact == [[1, 4], [4, 1], [1, 3]])
      #expect(groups.first { $0.kind == .project && !$0.isNear }?.ids == [4, 1])
      #expect(groups.contains { $0.kind == .person && $0.reason == .sameEmail && $0.ids == [1, 4] })
      #expect(groups.contains { $0.kind == .project && $0.isNear && Set($0.ids) == [2, 5] })
      #expect(!groups.contains { $0.ids.contains(6) && $0.kind == .project })

      try world.database.write { session in
        _ = try session.dismissals.set(.init(kind: .project, 1, 4), true)
        _ = try session.dismissals.set(.init(kind: .project, 5, 2), true)
      }
      #expect(try !found().contains { $0.kind == .project })

      // A third Alpha is open against the linked one only; the import says the same as the list.
      try world.sql("INSERT INTO project (client_id, name) VALUES (1, 'alpha')")
      #expect(try found().first { $0.kind == .project && !$0.isNear }?.ids == [1, 7])
      func flagged() async throws -> Int {
        try await world.importNow().findings.count { $0.code.rawValue == "probable_duplicate" && $0.kind == .project }
      }
      #expect(try await flagged() == 1)
      try world.database.write { _ = try $0.dismissals.set(.init(kind: .project, 1, 7), true) }
      #expect(try !found().contains { $0.kind == .project && !$0.isNear })
      #expect(try await flagged() == 0)
    }
  }

  @Test(
    "Names that are near, and names that are not",
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
