import Planning
import PlanningStore
import Steering

/// How things stand, and what waits for a person.
struct HomeModel: PageModel {
  static let template = "home"
  let title = "Home"
  let isEmpty: Bool
  let facts: [Fact]
  let waiting: [Wait]
  let isAllDone: Bool
  let books: BooksBar?
  let booksRun: LinkModel?
  let nights: Nights?
  let mayImport: Bool

  struct Fact: Sendable {
    let name: String
    let words: String
    let step: StepModel?
  }

  struct Wait: Sendable {
    let words: String
    let step: StepModel

    static func all(_ waiting: Waiting, _ visit: Visit) -> [Wait] {
      waiting.items.map { Wait(words: $0.words.sentence, step: StepModel($0.next, visit)) }
    }
  }
}

extension HomeModel {
  init(_ session: StoreSession, _ visit: Visit) throws {
    let wiring = visit.site.wiring
    let status = try Status(session, now: wiring.now(), replica: wiring.replica, database: wiring.database)
    isEmpty = status.last == nil
    facts = visit.facts(of: status).map { fact in
      Fact(name: fact.name, words: fact.words, step: fact.next.map { StepModel($0, visit) })
    }
    waiting = Wait.all(status.waiting, visit)
    isAllDone = status.waiting.items.isEmpty && status.last != nil
    let run = status.lastComplete ?? status.last
    books = run.flatMap { BooksBar($0) }
    booksRun = run.map { LinkModel(path: "/runs/\($0.id)", label: "Books of run \($0.id)") }
    nights = Nights(try session.questions.runs(limit: Nights.count), visit.moments)
    mayImport = visit.may(.planner)
  }
}
