import ClockifyAPI
import PlanningStore
import Testing

@testable import Replicating

/// A row taken apart: nothing is lost, and what no descriptor foresees is said.
@Suite("Rows of a replica")
struct RowTests {
  private func row(_ kind: String, _ json: String, withMoney: Bool = true) throws -> ReplicaRow {
    let kind = try #require(ReplicaKind.all.first { $0.name == kind })
    let tree = try #require(JSONTree(json))
    return try #require(kind.table.row(tree, withMoney: withMoney))
  }

  @Test("A holiday: columns, people, and what is left")
  func holiday() throws {
    let row = try row(
      "holidays",
      """
      {"id":"h1","name":"May Day","datePeriod":{"startDate":"2026-05-01","endDate":"2026-05-01","zone":"UTC"},
      "occursAnnually":"yes","userIds":["u1","u2","u1"],"userGroupIds":[],"color":"blue"}
      """)
    #expect(row.id == "h1")
    #expect(
      row.values == [.text("May Day"), .text("2026-05-01"), .text("2026-05-01"), .null, .null, .null, .null, .null])
    #expect(row.children == [[[.text("u1")], [.text("u2")]], []])
    #expect(
      row.raw
        == #"{"color":"blue","datePeriod":{"zone":"UTC"},"occursAnnually":"yes","userIds":[null,null,"u1"]}"#)
    #expect(
      row.notes == [
        ReplicaNote(path: "color", problem: .unknownField),
        ReplicaNote(path: "datePeriod.zone", problem: .unknownField),
        ReplicaNote(path: "occursAnnually", problem: .unexpectedValue),
        ReplicaNote(path: "userIds[]", problem: .unknownField),
      ])
  }

  @Test("Without id there is no row; one of two parts needs both; a list in place of a value is another form")
  func ids() throws {
    let table = try #require(ReplicaKind.all.first { $0.name == "time_off_balances" }).table
    let (half, whole) = (JSONTree(#"{"policyId":"p"}"#), JSONTree(#"{"policyId":"p","userId":"u","balance":1.5}"#))
    #expect(half.flatMap { table.row($0) } == nil)
    #expect(whole.flatMap { table.row($0) }?.id == "p:u")
    let tag = try row("tags", #"{"id":"t","name":["a"],"archived":false}"#)
    #expect(tag.values == [.null, .whole(0)] && tag.raw == #"{"name":["a"]}"#)
    #expect(tag.notes == [ReplicaNote(path: "name", problem: .unexpectedValue)])
  }

  @Test("Without money amounts are nowhere")
  func money() throws {
    let json = #"{"id":"c","name":"Taxi","priceInCents":1250}"#
    #expect(try row("expense_categories", json).values.contains(.whole(1250)))
    let without = try row("expense_categories", json, withMoney: false)
    #expect(!without.values.contains(.whole(1250)) && without.raw == nil && without.notes.isEmpty)
  }

  @Test("The hash follows what is kept, not how it was sent")
  func hashes() throws {
    let one = try row("tags", #"{"id":"t","name":"A","archived":false,"x":{"b":1,"a":2}}"#)
    let other = try row("tags", #"{"x":{"a":2,"b":1},"archived":"false","id":"t","name":"A","note":""}"#)
    #expect(one.hash == other.hash)
    #expect(try one.hash != row("tags", #"{"id":"t","name":"A","archived":false,"x":{"b":1,"a":3}}"#).hash)
    #expect(try one.hash != row("tags", #"{"id":"t","name":"B","archived":false,"x":{"b":1,"a":2}}"#).hash)
  }

  @Test("Descriptors are sound: no table, column, or place twice; keys are columns")
  func descriptors() {
    var tables: Set<String> = []
    for kind in ReplicaKind.all {
      #expect(tables.insert(kind.table.name).inserted && kind.table.name.hasPrefix("clockify_"), "\(kind.name)")
      let names = kind.table.columns.flatMap(\.stored).map(\.name)
      #expect(Set(names).count == names.count, "\(kind.name)")
      let places = kind.table.columns.flatMap(\.paths)
      #expect(Set(places).count == places.count, "\(kind.name)")
      for child in kind.table.children {
        #expect(tables.insert(child.table).inserted || child.keepsGone, "\(child.table)")
        #expect(child.key.allSatisfy { key in child.columns.contains { $0.name == key } }, "\(child.table)")
        #expect(!child.columns.map(\.name).contains(kind.table.parentColumn), "\(child.table)")
      }
      #expect((kind.table.columns.map(\.meaning) + [kind.table.meaning]).allSatisfy { !$0.isEmpty })
    }
  }

  // MARK: Nothing is lost

  /// Any row of a kind: right values, wrong ones, members that nobody knows, at any depth.
  private struct Maker {
    var random: SystemRandomNumberGenerator

    mutating func value(_ form: ReplicaForm) -> JSONTree {
      let good: [JSONTree] =
        switch form {
        case .address: [.text("https://img.test/\(Int.random(in: 0...9, using: &random)).png?signature=s")]
        case .text: [.text("x\(Int.random(in: 0...99, using: &random))"), .number("7"), .flag(true)]
        case .whole, .money: [.number("12"), .number("12.0"), .text("-3")]
        case .real: [.number("1.25"), .text("2.5"), .number("3")]
        case .flag: [.flag(true), .flag(false), .text("true")]
        case .instant: [.text("2026-03-02T09:00:00.5+02:00"), .text("2026-03-02T09:00:00Z")]
        case .date: [.text("2026-03-02"), .text("2026-03-02T00:00:00Z")]
        case .duration: [.text("PT2H"), .number("3600000")]
        case .json: [.object([.init("b", .number("1.0")), .init("a", .null)]), .list([.text("q")])]
        }
      let bad: [JSONTree] = [.object([.init("odd", .number("1"))]), .list([.number("9"), .text("")]), .text("??")]
      let nothing: [JSONTree] = [.null, .text(""), .list([])]
      switch Int.random(in: 0..<10, using: &random) {
      case 0: return bad.randomElement(using: &random)!
      case 1: return nothing.randomElement(using: &random)!
      default: return good.randomElement(using: &random)!
      }
    }

    mutating func row(_ table: ReplicaTable) -> JSONTree {
      var tree = JSONTree.object([])
      for id in table.id { tree.set(.text("i\(Int.random(in: 0...9, using: &random))"), at: id) }
      fill(&tree, table.columns)
      for child in table.children where Bool.random(using: &random) {
        let elements = (0..<Int.random(in: 0...3, using: &random)).map { _ -> JSONTree in
          if child.isOfValues { return value(child.element.form) }
          var element = JSONTree.object([])
          guard let inner = child.inner else {
            fill(&element, child.columns)
            return element
          }
          let (outside, inside) = (child.columns.filter(\.isOutside), child.columns.filter { !$0.isOutside })
          fill(&element, outside)
          element.set(
            .list(
              (0..<Int.random(in: 0...2, using: &random)).map { _ in
                var one = JSONTree.object([])
                fill(&one, inside)
                return one
              }), at: [inner])
          return element
        }
        tree.set(.list(elements), at: child.path)
      }
      if Bool.random(using: &random) { tree.set(value(.json), at: ["unknown"]) }
      return tree
    }

    private mutating func fill(_ tree: inout JSONTree, _ columns: [ReplicaColumn]) {
      for column in columns where Int.random(in: 0..<4, using: &random) > 0 {
        guard let path = column.paths.filter({ $0 != ["#"] }).randomElement(using: &random) else { continue }
        // A member of something that is itself a value already cannot be set.
        tree.set(value(column.form), at: column.isOutside ? [String(path[0].dropFirst())] : path)
      }
    }
  }

  /// By leaves, which a naive walk finds: every value that was sent, with its place, is in a column, in a row of a list, or in
  /// the remainder, and nothing is there that was not sent.
  @Test("Columns, lists and remainder give the answer back", arguments: ReplicaKind.all.map(\.name))
  func lossless(_ name: String) throws {
    let table = try #require(ReplicaKind.all.first { $0.name == name }).table
    var maker = Maker(random: SystemRandomNumberGenerator())
    for _ in 0..<150 {
      let sent = maker.row(table)
      guard let row = table.row(sent) else { continue }
      let ignored = table.ignored.map { $0.path.joined(separator: ".") }
      // The rest of what is passed over: a column may take a part of it.
      let read = table.columns.flatMap(\.paths).map { $0.joined(separator: ".") }
      let expected = sent.leaves("").filter { leaf in
        !ignored.contains { leaf.isUnder($0) } || read.contains { leaf.isUnder($0) }
      }
      func compared(_ leaves: [Leaf]) -> [Leaf: Int] {
        leaves.filter { leaf in !table.elsewhere.contains { leaf.isUnder($0) } }.map { table.primary($0) }
          .counted(table)
      }
      #expect(
        compared(expected) == compared(table.kept(row)),
        "\(sent.canonical)\n→ \(row)")
    }
  }
}

/// A value and where it stands, elements of lists without their number.
private struct Leaf: Hashable {
  var place: String
  let value: String

  func isUnder(_ path: String) -> Bool { place == path || place.hasPrefix(path + ".") || place.hasPrefix(path + "[]") }
}

extension ReplicaTable {
  /// Places that are read in the first's stead.
  fileprivate func primary(_ leaf: Leaf) -> Leaf {
    var leaf = leaf
    let all = columns.map { ("", $0) } + children.flatMap { child in child.columns.map { ("\(child.place).", $0) } }
    for (place, column) in all where column.paths.count > 1 {
      let paths = column.paths.map { place + $0.joined(separator: ".") }
      if paths.dropFirst().contains(leaf.place) { leaf.place = paths[0] }
    }
    return leaf
  }

  /// What no column of the replica's tells: what the import writes, and where elements stand.
  fileprivate var elsewhere: [String] {
    columns(by: .importer).flatMap(\.paths).map { $0.joined(separator: ".") }
      + children.flatMap { child in
        child.columns.filter(\.hasPosition).flatMap(\.paths).map { "\(child.place).\($0.joined(separator: "."))" }
      }
  }

  fileprivate func kept(_ row: ReplicaRow) -> [Leaf] {
    let columns = columns(by: .replica)
    var leaves = zip(id, row.id.split(separator: ":")).filter { path, _ in !columns.contains { $0.paths == [path] } }
      .map { Leaf(place: $0.joined(separator: "."), value: JSONTree.text(String($1)).plain) }
    leaves += Self.kept(columns, row.values, at: "")
    for (child, rows) in zip(children, row.children) {
      for values in rows {
        guard child.isOfValues else {
          leaves += Self.kept(child.columns, values, at: child.place, within: child.inner)
          continue
        }
        let at = child.columns.firstIndex { $0.name == child.element.name }!
        leaves += values[at].tree(child.element.form).leaves(child.place)
      }
    }
    return leaves + (row.raw.flatMap { JSONTree($0) }?.leaves("") ?? [])
  }

  private static func kept(
    _ columns: [ReplicaColumn], _ values: [ReplicaField], at place: String, within inner: String? = nil
  ) -> [Leaf] {
    var rest = values[...]
    return columns.flatMap { column -> [Leaf] in
      let value = rest.removeFirst()
      if column.form == .duration { rest.removeFirst() }
      if column.hasPosition || column.constant != nil || column.paths.isEmpty { return [] }
      var path = column.paths[0].joined(separator: ".")
      if column.isOutside { path.removeFirst() } else if let inner { path = "\(inner)[].\(path)" }
      return value.tree(column.form).leaves(place.isEmpty ? path : "\(place).\(path)")
    }
  }
}

extension ReplicaChild {
  fileprivate var place: String { path.joined(separator: ".") + "[]" }

  /// Of a list of values: what takes them.
  fileprivate var element: ReplicaColumn { columns.first { !$0.hasPosition && $0.constant == nil }! }
}

extension ReplicaColumn {
  /// It stands in the element around.
  fileprivate var isOutside: Bool { paths.first?.first?.hasPrefix("^") ?? false }
}

extension [Leaf] {
  /// How often each is there; of places that two members may fill, once.
  fileprivate func counted(_ table: ReplicaTable) -> [Leaf: Int] {
    let doubled = Set(
      table.columns.filter { $0.paths.count > 1 }.map { $0.paths[0].joined(separator: ".") }
        + table.children.flatMap { child in
          child.columns.filter { $0.isOutside || $0.paths.count > 1 }.map { column in
            let path = column.paths[0].joined(separator: ".")
            return "\(child.place).\(column.isOutside ? String(path.dropFirst()) : path)"
          }
        })
    return reduce(into: [:]) { counts, leaf in
      counts[leaf, default: 0] = doubled.contains(leaf.place) ? 1 : counts[leaf, default: 0] + 1
    }
  }
}

extension JSONTree {
  /// Sets a member, making what is not there; nothing where the way leads through a value.
  fileprivate mutating func set(_ value: JSONTree, at path: [String]) {
    guard let name = path.first else {
      self = value
      return
    }
    guard case .object(var members) = self else { return }
    let rest = Array(path.dropFirst())
    if let index = members.firstIndex(where: { $0.name == name }) {
      members[index].value.set(value, at: rest)
    } else {
      var made = rest.isEmpty ? value : JSONTree.object([])
      if !rest.isEmpty { made.set(value, at: rest) }
      members.append(.init(name, made))
    }
    self = .object(members)
  }

  fileprivate func leaves(_ place: String) -> [Leaf] {
    switch self {
    case .list(let elements): elements.flatMap { $0.leaves("\(place)[]") }
    case .object(let members): members.flatMap { $0.value.leaves(place.isEmpty ? $0.name : "\(place).\($0.name)") }
    case .null, .text(""): []
    case .flag, .number, .text: [Leaf(place: place, value: plain)]
    }
  }

  /// What says the same is the same (replica.md 1.2): an instant is a moment, a number what it counts, a text of one is one.
  fileprivate var plain: String {
    switch self {
    case .flag(let flag): flag ? "true" : "false"
    case .number(let digits): "\(Double(digits)!)"
    case .text(let text):
      if let number = Double(text) {
        "\(number)"
      } else if text.hasPrefix("https://") {
        String(text.prefix { $0 != "?" })
      } else if text.count > 10, let instant = ClockifyTime.instant(text) {
        instant.hasSuffix("T00:00:00Z") ? String(instant.prefix(10)) : instant
      } else {
        text
      }
    case .null, .list, .object: ""
    }
  }
}

extension ReplicaField {
  fileprivate func tree(_ form: ReplicaForm) -> JSONTree {
    switch self {
    case .null: .null
    case .whole(let number): form == .flag ? .flag(number == 1) : .number("\(number)")
    case .real(let number): .number("\(number)")
    case .text(let text): form == .json ? JSONTree(text)! : .text(text)
    }
  }
}
