package import ClockifyAPI
package import PlanningStore

/// One row of Clockify's, taken apart: columns, rows of its lists, and what is left.
package struct ReplicaRow: Sendable, Hashable {
  package let id: String
  /// In the order of the table's columns as they are stored.
  package let values: [ReplicaField]
  /// For each child of the table its rows, values in the order of its columns as they are stored.
  package let children: [[[ReplicaField]]]
  /// JSON of the members that no column holds; nil: nothing is left.
  package let raw: String?
  package let notes: Set<ReplicaNote>

  var stored: StoredReplica {
    StoredReplica(id: id, values: values, children: children, raw: raw, hash: hash)
  }

  /// Of columns, lists and remainder: what is equal is not written again.
  package var hash: Int64 {
    var hash = ContentHash()
    func add(_ values: [ReplicaField]) {
      for value in values {
        switch value {
        case .null: hash.add(nil as String?)
        case .whole(let number): hash.add("\(number)")
        case .real(let number): hash.add("\(number)")
        case .text(let text): hash.add(text)
        }
      }
    }
    add(values)
    for rows in children {
      hash.add(rows.count)
      for row in rows { add(row) }
    }
    hash.add(raw)
    return Int64(bitPattern: hash.value)
  }
}

/// Something of a kind's answers that no descriptor foresees. Said once ever.
package struct ReplicaNote: Sendable, Hashable {
  package enum Problem: String, Sendable {
    /// A member in no descriptor: it is in `raw`.
    case unknownField = "unknown_field"
    /// A value of another form than the column's: it is in `raw`.
    case unexpectedValue = "unexpected_value"
  }

  /// With dots; `[]` stands for any element of a list.
  package let path: String
  package let problem: Problem
}

extension ReplicaTable {
  /// Takes a row apart.
  ///
  /// - Parameter withMoney: false: amounts are kept nowhere.
  /// - Returns: nil where it has no id.
  package func row(_ tree: JSONTree, withMoney: Bool = true) -> ReplicaRow? {
    let parts = id.compactMap { path -> String? in
      if case .text(let text)? = tree.at(path).flatMap({ ReplicaForm.text.read($0) }) { text } else { nil }
    }
    guard parts.count == id.count else { return nil }
    return row(parts.joined(separator: ":"), tree, withMoney: withMoney)
  }

  /// The same of an answer that does not say whose it is.
  func row(_ id: String, _ tree: JSONTree, withMoney: Bool) -> ReplicaRow {
    var rest = Remainder()
    for path in self.id { rest.take(path) }
    // In the row's key.
    rest.take(["workspaceId"])
    for one in ignored { rest.take(one.path) }
    var reader = ColumnReader(withMoney: withMoney, rest: rest)
    let values = reader.values(columns, Place(tree), derived: derived)
    let lists = children.map { reader.rows($0, Place(tree)) }
    let (left, notes) = reader.rest.left(of: tree)
    return ReplicaRow(id: id, values: values, children: lists, raw: left?.canonical, notes: notes)
  }
}

/// A value in a row, and the way to it.
private struct Place {
  let tree: JSONTree
  let path: [String]
  /// Where its list stands in another list's element.
  var outer: [Place] = []
  /// In its list.
  var index: Int?

  init(_ tree: JSONTree, _ path: [String] = [], index: Int? = nil, outer: [Place] = []) {
    self.tree = tree
    self.path = path
    self.index = index
    self.outer = outer
  }

  /// nil: nothing stands there.
  func at(_ path: [String]) -> Place? {
    guard let first = path.first, first.hasPrefix("^") else {
      return tree.at(path).map { Place($0, self.path + path) }
    }
    return outer.first?.at([String(first.dropFirst())] + path.dropFirst())
  }

  /// The elements of a list; nil: it is none.
  var elements: [Place]? {
    guard case .list(let elements) = tree else { return nil }
    return elements.enumerated().map { Place($1, path + ["\($0)"], index: $0, outer: outer) }
  }
}

/// Reads columns out of values, and marks what they hold.
private struct ColumnReader {
  let withMoney: Bool
  var rest: Remainder

  /// Of the columns that the replica writes; what others write is only marked.
  mutating func values(
    _ columns: [ReplicaColumn], _ place: Place, derived: [String: @Sendable (JSONTree) -> ReplicaField] = [:]
  ) -> [ReplicaField] {
    columns.flatMap { column -> [ReplicaField] in
      let value = derived[column.name]?(place.tree) ?? value(column, place)
      guard column.writer == .replica else { return [] }
      return column.form == .duration ? [value, ReplicaForm.seconds(of: value)] : [value]
    }
  }

  private mutating func value(_ column: ReplicaColumn, _ place: Place) -> ReplicaField {
    if let constant = column.constant { return .text(constant) }
    var value = ReplicaField.null
    for path in column.paths {
      if path == ["#"] {
        if value == .null { value = .whole(Int64(place.index ?? 0)) }
        continue
      }
      guard let sent = place.at(path) else { continue }
      if column.isMoney, !withMoney {
        rest.take(sent.path)
      } else if let read = column.form.read(sent.tree) {
        // Two that say different things: the second stays in `raw`.
        guard value == .null || read == .null || read == value else { continue }
        if value == .null { value = read }
        rest.take(sent.path)
      } else {
        rest.refuse(sent.path)
      }
    }
    return value
  }

  /// Those without a place in the list are a set: in the order of their keys.
  mutating func rows(_ child: ReplicaChild, _ place: Place) -> [[ReplicaField]] {
    guard let list = place.at(child.path), !list.tree.isNothing else { return [] }
    guard let elements = elements(child, list) else {
      rest.refuse(list.path)
      return []
    }
    var seen: Set<[ReplicaField]> = []
    var rows: [[ReplicaField]] = []
    for element in elements {
      let before = rest
      let values = row(child, element)
      let key = values.prefix(child.key.count)
      // Without a key, or twice the same: it stays in `raw`.
      if key.contains(.null) || key.isEmpty || !seen.insert(Array(key)).inserted {
        rest = before
      } else {
        rows.append(values)
      }
    }
    if child.columns.contains(where: \.hasPosition) { return rows }
    return rows.map { ($0.prefix(child.key.count).map { "\($0)" }.joined(), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
  }

  private func elements(_ child: ReplicaChild, _ list: Place) -> [Place]? {
    guard let inner = child.inner else { return list.elements }
    return list.elements?.flatMap { element in
      element.at([inner])?.elements?.map { Place($0.tree, $0.path, index: $0.index, outer: [element]) } ?? []
    }
  }

  private mutating func row(_ child: ReplicaChild, _ element: Place) -> [ReplicaField] {
    for name in child.ignored { rest.take(name == "*" ? element.path : element.path + [name]) }
    guard child.isOfValues else { return values(child.columns, element) }
    return child.columns.map { column in
      if column.hasPosition { return .whole(Int64(element.index ?? 0)) }
      if let constant = column.constant { return .text(constant) }
      guard let read = column.form.read(element.tree), read != .null else { return .null }
      rest.take(element.path)
      return read
    }
  }
}

/// What is left of a row once columns have taken their members.
private struct Remainder {
  private var marks: [(path: [String], isRefused: Bool)] = []

  mutating func take(_ path: [String]) { marks.append((path, false)) }
  mutating func refuse(_ path: [String]) { marks.append((path, true)) }

  /// Marks by their ways.
  private final class Node {
    var isTaken = false
    var isRefused = false
    /// At it, or further down.
    var hasRefused = false
    var children: [String: Node] = [:]

    func node(_ name: String) -> Node {
      if let known = children[name] { return known }
      let node = Node()
      children[name] = node
      return node
    }
  }

  private var tree: Node {
    let root = Node()
    for mark in marks {
      var node = root
      node.hasRefused = node.hasRefused || mark.isRefused
      for name in mark.path {
        node = node.node(name)
        node.hasRefused = node.hasRefused || mark.isRefused
      }
      if mark.isRefused { node.isRefused = true } else { node.isTaken = true }
    }
    return root
  }

  /// - Returns: nil: nothing; and every member that is left, by its way.
  func left(of tree: JSONTree) -> (left: JSONTree?, notes: Set<ReplicaNote>) {
    let marks = self.tree
    guard let left = left(of: tree, marks, isPassed: false) else { return (nil, []) }
    var notes: Set<ReplicaNote> = []
    note(tree, marks, "", into: &notes)
    return (left, notes)
  }

  /// Of what is passed over as a whole only what a column refused is left.
  private func left(of tree: JSONTree, _ node: Node?, isPassed: Bool) -> JSONTree? {
    let isRefused = node?.isRefused ?? false
    let isPassed = (isPassed || node?.isTaken ?? false) && !isRefused
    if tree.isNothing || isPassed && !(node?.hasRefused ?? false) { return nil }
    if isRefused || (node == nil && !isPassed) { return tree.withoutNothing }
    switch tree {
    case .object(let members):
      let kept = members.compactMap { member in
        left(of: member.value, node?.children[member.name], isPassed: isPassed).map { JSONTree.Member(member.name, $0) }
      }
      return kept.isEmpty ? nil : .object(kept)
    case .list(let elements):
      let kept = elements.enumerated().map { left(of: $1, node?.children["\($0)"], isPassed: isPassed) }
      return kept.allSatisfy { $0 == nil } ? nil : .list(kept.map { $0 ?? .null })
    case .null, .flag, .number, .text: return tree
    }
  }

  private func note(_ tree: JSONTree, _ node: Node?, _ name: String, into notes: inout Set<ReplicaNote>) {
    if tree.isNothing { return }
    func add(_ problem: ReplicaNote.Problem) { notes.insert(ReplicaNote(path: name, problem: problem)) }
    func member(_ part: String) -> String { name.isEmpty ? part : "\(name).\(part)" }
    guard let node else { return add(.unknownField) }
    if node.isRefused { return add(.unexpectedValue) }
    if node.isTaken {
      if node.hasRefused { refused(node, name, into: &notes) }
      return
    }
    switch tree {
    case .object(let members) where !node.children.isEmpty || name.isEmpty:
      for one in members { note(one.value, node.children[one.name], member(one.name), into: &notes) }
    case .list(let elements) where !node.children.isEmpty:
      for (index, element) in elements.enumerated() {
        note(element, node.children["\(index)"], "\(name)[]", into: &notes)
      }
    default: add(.unknownField)
    }
  }

  /// What was refused below something that is passed over.
  private func refused(_ node: Node, _ name: String, into notes: inout Set<ReplicaNote>) {
    if node.isRefused { notes.insert(ReplicaNote(path: name, problem: .unexpectedValue)) }
    for (part, child) in node.children where child.hasRefused {
      refused(child, Int(part) != nil ? "\(name)[]" : "\(name).\(part)", into: &notes)
    }
  }
}

extension JSONTree {
  /// The same without members that say nothing; nil: nothing is left.
  fileprivate var withoutNothing: JSONTree? {
    switch self {
    case .object(let members):
      let kept = members.compactMap { member in member.value.withoutNothing.map { Member(member.name, $0) } }
      return kept.isEmpty ? nil : .object(kept)
    case .list(let elements):
      let kept = elements.map(\.withoutNothing)
      return kept.allSatisfy { $0 == nil } ? nil : .list(kept.map { $0 ?? .null })
    case .null, .text(""): return nil
    case .flag, .number, .text: return self
    }
  }
}
