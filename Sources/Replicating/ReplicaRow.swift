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

    var rest = Remainder(tree)
    for path in id { rest.take(path) }
    // In the row's key.
    rest.take(["workspaceId"])
    for one in ignored { rest.take(one.path) }
    let values = Self.values(columns, of: tree, at: [], withMoney, &rest)
    let lists = children.map { child in child.rows(tree, withMoney, &rest) }
    return ReplicaRow(
      id: parts.joined(separator: ":"), values: values, children: lists, raw: rest.left?.canonical, notes: rest.notes)
  }

  fileprivate static func values(
    _ columns: [ReplicaColumn], of tree: JSONTree, at place: [String], _ withMoney: Bool, _ rest: inout Remainder
  ) -> [ReplicaField] {
    columns.flatMap { column -> [ReplicaField] in
      var value = ReplicaField.null
      for path in column.paths {
        guard let sent = tree.at(path) else { continue }
        if column.isMoney, !withMoney {
          rest.take(place + path)
        } else if let read = column.form.read(sent) {
          // Two that say different things: the second stays in `raw`.
          guard value == .null || read == .null || read == value else { continue }
          if value == .null { value = read }
          rest.take(place + path)
        } else {
          rest.refuse(place + path)
        }
      }
      return column.form == .duration ? [value, ReplicaForm.seconds(of: value)] : [value]
    }
  }
}

extension ReplicaChild {
  fileprivate func rows(_ tree: JSONTree, _ withMoney: Bool, _ rest: inout Remainder) -> [[ReplicaField]] {
    guard let sent = tree.at(path), !sent.isNothing else { return [] }
    guard case .list(let elements) = sent else {
      rest.refuse(path)
      return []
    }
    var seen: Set<[ReplicaField]> = []
    return elements.enumerated().compactMap { index, element in
      // Twice the same key: the first holds, the second stays in `raw`.
      var own = rest
      guard let values = values(of: element, index, withMoney, &own),
        seen.insert(Array(values.prefix(key.count))).inserted
      else { return nil }
      rest = own
      return values
    }
  }

  /// nil: it is none, and stays where it is.
  private func values(
    of element: JSONTree, _ index: Int, _ withMoney: Bool, _ rest: inout Remainder
  ) -> [ReplicaField]? {
    let place = path + ["\(index)"]
    let position = columns[0].isPosition ? [ReplicaField.whole(Int64(index))] : []
    let columns = position.isEmpty ? columns : Array(columns.dropFirst())
    let values: [ReplicaField]
    if isOfValues {
      guard let read = columns[0].form.read(element), read != .null else { return nil }
      rest.take(place)
      values = [read]
    } else {
      for name in ignored { rest.take(place + [name]) }
      values = ReplicaTable.values(columns, of: element, at: place, withMoney, &rest)
      guard !position.isEmpty || values.first != .null else { return nil }
    }
    return position + values
  }
}

/// What is left of a row once columns have taken their members.
private struct Remainder {
  private var tree: JSONTree
  private var refused: Set<[String]> = []
  private var taken: Set<[String]> = []

  init(_ tree: JSONTree) { self.tree = tree }

  mutating func take(_ path: [String]) { taken.insert(path) }
  mutating func refuse(_ path: [String]) { refused.insert(path) }

  /// nil: nothing.
  var left: JSONTree? { left(of: tree, at: []) }

  /// Of what is passed over as a whole only what a column refused is left.
  private func left(of tree: JSONTree, at path: [String], isPassed: Bool = false) -> JSONTree? {
    let isPassed = (isPassed || taken.contains(path)) && !refused.contains(path)
    if tree.isNothing || isPassed && !refused.contains(where: { $0.starts(with: path) }) { return nil }
    if refused.contains(path) { return tree }
    switch tree {
    case .object(let members):
      let kept = members.compactMap { member in
        left(of: member.value, at: path + [member.name], isPassed: isPassed).map { JSONTree.Member(member.name, $0) }
      }
      return kept.isEmpty ? nil : .object(kept)
    case .list(let elements):
      let kept = elements.enumerated().map { left(of: $1, at: path + ["\($0)"], isPassed: isPassed) }
      return kept.allSatisfy { $0 == nil } ? nil : .list(kept.map { $0 ?? .null })
    case .null, .flag, .number, .text: return tree
    }
  }

  /// Every member that is left is one, by its path.
  var notes: Set<ReplicaNote> {
    var notes: Set<ReplicaNote> = []
    func name(_ path: [String]) -> String {
      path.reduce(into: "") { text, part in
        text += Int(part) != nil ? "[]" : text.isEmpty ? part : ".\(part)"
      }
    }
    func walk(_ tree: JSONTree, _ path: [String]) {
      if tree.isNothing { return }
      if refused.contains(path) {
        notes.insert(ReplicaNote(path: name(path), problem: .unexpectedValue))
        return
      }
      if taken.contains(path) {
        for one in refused where one.starts(with: path) {
          notes.insert(ReplicaNote(path: name(one), problem: .unexpectedValue))
        }
        return
      }
      let isHalfKnown = (taken.union(refused)).contains { $0.count > path.count && $0.starts(with: path) }
      switch tree {
      case .object(let members) where isHalfKnown || path.isEmpty:
        for member in members { walk(member.value, path + [member.name]) }
      case .list(let elements) where isHalfKnown:
        for (index, element) in elements.enumerated() { walk(element, path + ["\(index)"]) }
      default: notes.insert(ReplicaNote(path: name(path), problem: .unknownField))
      }
    }
    walk(tree, [])
    return notes
  }
}
