import PlanningStore

/// What may have changed since a target was last published: whole tables always (a hash tells), months that were noted, or
/// everything.
struct PublicationPlan {
  struct Item {
    let table: PublishedTable
    /// nil: the table is published whole.
    let month: PublishedMonth?

    var key: PublishStates.Key { .init(table.name, month?.description ?? PublishStates.whole) }
  }

  let isFull: Bool
  /// As we remember it.
  let generation: Int
  /// The last import that ended.
  let run: Int64?
  let known: [PublishStates.Key: PublishStates.Part]
  let items: [Item]

  /// - Parameter held: what the target says it holds: where that is not what we remember, it gets everything.
  init(
    _ session: StoreSession, target: String, tables: [PublishedTable], held: Int?, isFull: Bool
  ) throws {
    let before = try session.publishStates.target(target)
    known = try session.publishStates.parts(of: target)
    generation = before?.generation ?? 0
    self.isFull = isFull || held == nil || held != generation || known.isEmpty
    run = try session.runs.latest(limit: 20, withLive: true).first { $0.status != .running }?.id
    items = try Self.items(session, tables, self.isFull ? nil : known)
  }

  private static func items(
    _ session: StoreSession, _ tables: [PublishedTable], _ known: [PublishStates.Key: PublishStates.Part]?
  ) throws -> [Item] {
    let notes = try session.publishStates.notes()
    return try tables.flatMap { table -> [Item] in
      guard let noted = table.notedAs else { return [Item(table: table, month: nil)] }
      let months: [PublishedMonth]
      if let known {
        let open = known.filter { $0.key.table == table.name && $0.value.isDirty }.map(\.key.partition)
        months = Set(open + (notes[noted] ?? [])).compactMap { PublishedMonth($0) }.sorted()
      } else {
        months = try session.published.months(of: table)
      }
      return months.map { Item(table: table, month: $0) }
    }
  }
}
