import Planning

/// Why a change to the plan was refused, in words; nothing was changed.
package struct PlanRefusal: Error, Sendable {
  package let message: String
  /// The command that helps.
  package let next: String?

  package init(_ message: String, next: String? = nil) {
    self.message = message
    self.next = next
  }
}

/// A row that is there already, word for word.
package struct PlanDuplicate: Error, Sendable {
  package let id: Int64
  package let refusal: PlanRefusal
}

extension PlanRefusal {
  static func suggestion(_ text: String, _ names: [String]) -> String {
    NearestWord.to(text, among: names).map { ". Did you mean \"\($0)\"?" } ?? ""
  }
}
