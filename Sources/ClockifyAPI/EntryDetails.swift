import Synchronization

/// What few time entries have, and the plan has no use for: tags, fields of the workspace's own, approval, money. A class, so
/// that an entry without any carries one word.
package final class EntryDetails: Sendable, Equatable {
  package struct CustomField: Sendable, Hashable {
    package let id: String
    package let name: String?
    package let type: String?
    /// JSON.
    package let value: String?
  }

  package struct Values: Sendable, Hashable {
    package var tagIDs: [String] = []
    package var customFields: [CustomField] = []
    package var approvalRequestID: String?
    package var kioskID: String?
    package var currency: String?
    /// Minor units, as a decimal number.
    package var hourlyRate: Double?
    package var earned: Double?
    package var costRate: Double?
    package var cost: Double?
    /// JSON.
    package var invoicingInfo: String?
    /// Members that nobody knows, each with its JSON, in order of their names.
    package var unknown: [Unknown] = []

    package struct Unknown: Sendable, Hashable {
      package let name: String
      package let json: String
    }
  }

  package let values: Values

  init(_ values: Values) {
    self.values = values
  }

  package static func == (one: EntryDetails, other: EntryDetails) -> Bool { one.values == other.values }

  /// Entries are to be read with details. Equal: the same is asked for.
  package struct Wanted: Sendable, Equatable {
    /// Amounts and rates are asked for and read.
    package let withMoney: Bool
    /// Members that came and that nobody knows, by name.
    package let unknown = Names()

    package init(withMoney: Bool) {
      self.withMoney = withMoney
    }

    package static func == (one: Wanted, other: Wanted) -> Bool { one.withMoney == other.withMoney }

    /// Names that several pages add to at once.
    package final class Names: Sendable {
      private let names = Mutex<Set<String>>([])

      package var all: Set<String> { names.withLock(\.self) }
      func add(_ name: String) { _ = names.withLock { $0.insert(name) } }
    }
  }

  /// Where an entry was read: what the other source delivers stays as it was.
  package enum Source: Sendable, Hashable {
    /// The detailed report.
    case report(withMoney: Bool)
    /// A list of entries, or an entry by its id.
    case entry(withMoney: Bool)
  }
}

/// Reads details beside an entry; nothing is made while there is nothing to hold.
struct DetailReader {
  private let withMoney: Bool
  private let names: EntryDetails.Wanted.Names
  private(set) var isLocked = false
  private var values: EntryDetails.Values?

  init(_ wanted: EntryDetails.Wanted) {
    withMoney = wanted.withMoney
    names = wanted.unknown
  }

  private var currency: String?

  var details: EntryDetails? {
    guard var values else { return nil }
    if values.hourlyRate != nil || values.earned != nil || values.costRate != nil || values.cost != nil {
      values.currency = values.currency ?? currency
    }
    return EntryDetails(values)
  }

  private mutating func set(_ change: (inout EntryDetails.Values) -> Void) {
    var values = values ?? EntryDetails.Values()
    change(&values)
    self.values = values
  }

  /// Names and times that join from elsewhere, or follow from start and zone.
  private static func isIgnored(_ key: JSONScanner.Key) -> Bool {
    switch key {
    case "projectName", "projectColor", "clientId", "clientName", "workspaceId", "user", "project", "task",
      "userStatus", "currentlyRunning", "projectCurrency", "approvalStatus":
      true
    default: false
    }
  }

  /// Reads the value of a member, whatever it is.
  mutating func read(_ key: JSONScanner.Key, _ scanner: inout JSONScanner) throws {
    switch key {
    case "isLocked", "locked": isLocked = try scanner.flag() ?? isLocked
    case "tagIds", "tags": try tags(&scanner)
    case "customFields", "customFieldValues": try customFields(&scanner)
    case "approvalRequestId": if let id = try scanner.repeatedText() { set { $0.approvalRequestID = id } }
    case "kioskId": if let id = try scanner.repeatedText() { set { $0.kioskID = id } }
    case "currency":
      // Without an amount it says nothing.
      if let text = try scanner.repeatedText(), withMoney { currency = text }
    case "earnedRate", "hourlyRate": try money(&scanner) { $0.hourlyRate = $1 }
    case "rate": try money(&scanner) { $0.hourlyRate = $0.hourlyRate ?? $1 }
    case "earnedAmount": try money(&scanner) { $0.earned = $1 }
    case "amount": try money(&scanner) { $0.earned = $0.earned ?? $1 }
    case "costRate": try money(&scanner) { $0.costRate = $1 }
    case "costAmount": try money(&scanner) { $0.cost = $1 }
    case "amounts": try amounts(&scanner)
    case "invoicingInfo":
      let tree = try JSONTree(&scanner)
      if !tree.isNothing { set { $0.invoicingInfo = tree.canonical } }
    case _ where Self.isIgnored(key): try scanner.skip()
    default: try unknown(key, &scanner)
    }
  }

  private mutating func tags(_ scanner: inout JSONScanner) throws {
    guard try scanner.peek() == UInt8(ascii: "[") else { return try scanner.skip() }
    var ids: [String] = []
    try scanner.array { scanner in
      guard try scanner.peek() == UInt8(ascii: "{") else {
        if let id = try scanner.repeatedText() { ids.append(id) }
        return
      }
      try scanner.object { scanner, key in
        switch key {
        case "_id", "id": if let id = try scanner.repeatedText() { ids.append(id) }
        default: try scanner.skip()
        }
      }
    }
    // The same ids in two members.
    if !ids.isEmpty { set { values in values.tagIDs += ids.filter { !values.tagIDs.contains($0) } } }
  }

  private mutating func customFields(_ scanner: inout JSONScanner) throws {
    guard try scanner.peek() == UInt8(ascii: "[") else { return try scanner.skip() }
    var fields: [EntryDetails.CustomField] = []
    var odd: [JSONTree] = []
    try scanner.array { scanner in
      let tree = try JSONTree(&scanner)
      func text(_ names: String...) -> String? {
        names.lazy.compactMap { tree[$0]?.words }.first
      }
      guard let id = text("customFieldId", "_id", "id") else { return odd.append(tree) }
      let value = tree["value"].flatMap { $0.isNothing ? nil : $0.canonical }
      fields.append(.init(id: id, name: text("name"), type: text("type"), value: value))
    }
    let kept = fields.filter { $0.value != nil }
    if !kept.isEmpty { set { $0.customFields = kept } }
    if !odd.isEmpty { names.add("customFields") }
    if !odd.isEmpty { set { $0.unknown.append(.init(name: "customFields", json: JSONTree.list(odd).canonical)) } }
  }

  /// A number, or a rate with amount and currency; zero is nothing.
  private mutating func money(
    _ scanner: inout JSONScanner, _ assign: (inout EntryDetails.Values, Double) -> Void
  ) throws {
    guard withMoney else { return try scanner.skip() }
    if try scanner.peek() == UInt8(ascii: "{") {
      let tree = try JSONTree(&scanner)
      if case .number(let digits)? = tree["amount"], let amount = Double(digits), amount != 0 {
        set { assign(&$0, amount) }
      }
      if case .text(let currency)? = tree["currency"], values != nil { set { $0.currency = $0.currency ?? currency } }
    } else if let amount = try scanner.decimal(), amount != 0, amount.isFinite {
      set { assign(&$0, amount) }
    }
  }

  /// By kind of amount: what a report shows that was asked for several.
  private mutating func amounts(_ scanner: inout JSONScanner) throws {
    let tree = try JSONTree(&scanner)
    guard withMoney, case .list(let elements) = tree else { return }
    for element in elements {
      guard case .text(let type)? = element["type"],
        case .number(let digits)? = element["value"] ?? element["amount"], let amount = Double(digits), amount != 0
      else { continue }
      switch type {
      case "EARNED": set { $0.earned = $0.earned ?? amount }
      case "COST": set { $0.cost = $0.cost ?? amount }
      default: break
      }
    }
  }

  private mutating func unknown(_ key: JSONScanner.Key, _ scanner: inout JSONScanner) throws {
    let first = try scanner.peek()
    if first == UInt8(ascii: "n") || first == UInt8(ascii: "f") { return try scanner.skip() }
    let tree = try JSONTree(&scanner)
    if tree.isNothing || tree == .number("0") || tree == .object([]) { return }
    let name = key.text
    names.add(name)
    set { $0.unknown.append(.init(name: name, json: tree.canonical)) }
  }
}
