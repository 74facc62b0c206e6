import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Reconciling
import Steering

/// A page whose rows one can take along: its address with `format=csv` or `format=json` gives all that match, on whatever
/// page they stand, with the columns' names of the database.
protocol TabularPage: PageModel {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table
}

extension Visit {
  /// - Throws: `Refusal` where the format is none.
  func table(_ page: any TabularPage.Type, as format: String) async throws -> Response {
    guard ["csv", "json"].contains(format) else { throw Refusal(.badRequest, "The format is csv or json.") }
    let table = try await site.plan.ask { try page.table($0, self) }
    if format == "json" { return .json(JSONText.of(JSONText.objects(table))) }
    let name = request.uri.path.split(separator: "/").joined(separator: "-")
    return .csv(CSVFile.lines(table), name: "\(name).csv")
  }

  /// The same rows in other forms; none where a form was sent.
  var twins: [LinkModel] {
    guard request.method == .get else { return [] }
    let asked = query.with("said", nil).with("page", nil)
    return ["csv", "json"].map {
      LinkModel(path: request.uri.path + asked.with("format", $0).suffix, label: $0.uppercased())
    }
  }
}

extension PeopleModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table {
    let filter = PeopleFilter(visit.query)
    let monday = visit.week(of: visit.today)
    let found = filter.sorted(try ListedPerson.all(session, week: monday).filter { filter.takes($0) })
    return Table(found.map(\.row))
      .adding("week_planned_minutes", found.map { .number(Int64($0.planned)) })
      .adding("week_worked_minutes", found.map { .number(Int64($0.worked)) })
  }
}

extension PersonModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table {
    let monday = visit.week(of: visit.query["week"].flatMap { CalendarDay($0) } ?? visit.today)
    return Table(try session.questions.week(of: try visit.id("person"), from: monday))
  }
}

extension ItemsModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table {
    let kind: PlanSnapshot.Kind = visit.request.uri.path == "/clients" ? .client : .project
    let rows = try found(session, kind: kind, visit.query).map(\.row)
    return kind == .client
      ? Table(rows.compactMap { $0 as? ClientRow }) : Table(rows.compactMap { $0 as? ProjectRow })
  }
}

extension CellModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table {
    guard let cell = visit.cell else { throw Refusal(.notFound, "There is no such date.") }
    return Table(try Explanation(cell, "", session).entries)
  }
}

extension RunsModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table {
    Table(try session.questions.runs(RunFilter(visit.query), limit: 1_000_000))
  }
}

extension ChangesModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table {
    Table(try session.questions.changes(ChangeFilter(visit.query), limit: 1_000_000))
  }
}

extension ConflictsModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table {
    Table(try session.questions.conflicts())
  }
}

extension DriftModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table { Table(try session.drift.list()) }
}

extension LocksModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table { Table(try session.questions.locks()) }
}

extension RolesModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table { Table(try session.questions.roles()) }
}

extension DuplicatesModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table {
    let kind = visit.query["kind"].flatMap { PlanSnapshot.Kind(rawValue: $0) }
    let finder = try DuplicateFinder(session: session, kinds: kind.map { [$0] } ?? PlanSnapshot.Kind.allCases)
    return Table(
      finder.groups.enumerated().flatMap {
        DuplicateWords(finder, $1, number: $0 + 1).rows.map(DuplicateWords.Row.init)
      })
  }
}

extension MergesModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table { Table(try session.questions.merges()) }
}

extension EntriesModel: TabularPage {
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table {
    let asked = Asked(visit)
    return if let project = asked.project {
      Table(
        try session.questions.entries(
          on: project, person: asked.person, role: asked.role, in: asked.days, limit: 1_000_000))
    } else {
      Table(
        try session.questions.notPlacedEntries(
          users: try asked.users(session), reason: asked.reason, in: asked.days, limit: 1_000_000))
    }
  }
}

extension HeatModel: TabularPage {
  /// A line for each week of each person, role or client, in minutes.
  static func table(_ session: StoreSession, _ visit: Visit) throws -> Table {
    let asked = try Asked(session, visit)
    let use = try Utilisation(
      by: asked.grouping, from: asked.first, weeks: asked.count, people: asked.people.map { Set($0.map(\.id)) },
      session)
    let rows = try asked.named(use, session).flatMap { id, link in
      zip(use.weeks, use.sums[id] ?? []).map { week, sum in
        HeatRow(
          id: id, name: link.label, week: week, available: sum.available, planned: sum.planned, worked: sum.worked,
          billable: sum.billable)
      }
    }
    return Table(rows)
  }
}

/// A week of somebody, or of a role or a client. Minutes.
private struct HeatRow: TabularRow {
  let id: Int64
  let name: String
  let week: CalendarDay
  let available: Int
  let planned: Int
  let worked: Int
  let billable: Int

  enum CodingKeys: String, CodingKey, CaseIterable {
    case id, name, week
    case available = "available_minutes"
    case planned = "planned_minutes"
    case worked = "worked_minutes"
    case billable = "billable_minutes"
  }
}
