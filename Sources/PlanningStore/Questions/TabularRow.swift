/// A row that can be printed: `CodingKeys` names its columns as in the schema, in the order of its properties.
package protocol TabularRow: Encodable, Sendable {
  associatedtype CodingKeys: CodingKey, CaseIterable
}

extension TabularRow {
  package static var columns: [String] { CodingKeys.allCases.map(\.stringValue) }
}
