package import ClockifyAPI

/// What a PUT must hold so that it changes nothing: a PUT replaces or resets what it leaves out (toolbox.md 2.2).
package enum WriteForm {
  /// - Parameter row: as Clockify sent it.
  package static func of(_ row: JSONTree, _ kind: Kind) -> JSONTree {
    var form = JSONTree.object([])
    func keep(_ names: String...) {
      for name in names {
        if let value = row[name], value != .null { form.set(name, value) }
      }
    }
    switch kind {
    case .timeEntry:
      for name in ["start", "end"] {
        if let value = row["timeInterval"]?[name] ?? row[name], value != .null { form.set(name, value) }
      }
      keep("description", "projectId", "taskId", "tagIds", "billable")
      if let type = row["type"]?.words, type != "REGULAR" { form.set("type", .text(type)) }
      let custom = (row["customFieldValues"]?.elements ?? []).map { field in
        var value = JSONTree.object([])
        for name in ["customFieldId", "value", "sourceType"] {
          if let part = field[name] { value.set(name, part) }
        }
        return value
      }
      if !custom.isEmpty { form.set("customFields", .list(custom)) }
    case .project:
      keep("name", "clientId")
      if let isPublic = row["public"] ?? row["isPublic"] { form.set("isPublic", isPublic) }
      // Rates are left out: Clockify keeps them.
      keep("billable", "color", "note", "archived")
    case .task: keep("name", "assigneeIds", "estimate", "status", "billable", "userGroupIds", "budgetEstimate")
    case .client: keep("name", "email", "address", "note", "archived", "currencyId", "ccEmails")
    case .tag: keep("name", "archived")
    case .workspace: keep("name")
    }
    return form
  }

  /// What was asked for and is not so in Clockify's answer, as sentences.
  package static func differences(asked: JSONTree, answered row: JSONTree, _ kind: Kind) -> [String] {
    let now = of(row, kind)
    return asked.members.compactMap { member in
      guard let found = now[member.name] ?? row[member.name], !equal(found, member.value) else { return nil }
      return "Clockify made '\(member.name)' \(found.json), not \(member.value.json)."
    }
  }

  private static func equal(_ left: JSONTree, _ right: JSONTree) -> Bool {
    if left == right || (left.isNothing && right.isNothing) { return true }
    if let one = left.words.flatMap({ ClockifyTime.instant($0) }),
      let other = right.words.flatMap({ ClockifyTime.instant($0) })
    {
      return one == other
    }
    if let one = left.words, let other = right.words, one.hasPrefix("PT"), other.hasPrefix("PT") {
      return ClockifyTime.duration(one) == ClockifyTime.duration(other)
    }
    if case .list(let one) = left, case .list(let other) = right {
      return Set(one) == Set(other)
    }
    // What is sent as a part comes back with more members.
    guard case .object(let asked) = right else { return false }
    return asked.allSatisfy { member in left[member.name].map { equal($0, member.value) } ?? true }
  }
}
