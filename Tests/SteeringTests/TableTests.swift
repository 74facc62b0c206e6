import Planning
import PlanningStore
import Steering
import Testing

@Suite("Rows as tables")
struct TableTests {
  private struct Sample: TabularRow {
    let itemID: Int64
    let kind: PlanSnapshot.Kind
    let isOpen: Bool
    let day: CalendarDay?
    let note: String?
    let value: Scalar
    let count: Int?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case itemID = "item_id"
      case kind
      case isOpen = "is_open"
      case day, note, value, count
    }
  }

  private static let full = Sample(
    itemID: 7, kind: .person, isOpen: true, day: CalendarDay(year: 2026, month: 3, day: 2), note: "007",
    value: .number(3),
    count: 4)
  private static let bare = Sample(
    itemID: 8, kind: .client, isOpen: false, day: nil, note: nil, value: .none, count: nil)

  @Test(
    "Fields stand in the order of the columns: truths as 0 and 1, enums and dates as text, a text of digits as text")
  func fields() {
    let table = Table([Self.full])

    #expect(table.columns == ["item_id", "kind", "is_open", "day", "note", "value", "count"])
    #expect(
      table.rows == [
        [.number(7), .text("person"), .number(1), .text("2026-03-02"), .text("007"), .number(3), .number(4)]
      ])
  }

  @Test("What is nil keeps its column, also at the end of a row")
  func nothing() {
    #expect(Table([Self.bare]).rows == [[.number(8), .text("client"), .number(0), .none, .none, .none, .none]])
  }

  @Test("A list without rows has its columns")
  func empty() {
    #expect(Table([Sample]()).columns == Sample.columns)
  }

  @Test("Columns that are left out go from every row")
  func narrowed() {
    let table = Table([Self.full, Self.bare]).keeping(["kind", "note"])

    #expect(table.columns == ["kind", "note"])
    #expect(table.rows == [[.text("person"), .text("007")], [.text("client"), .none]])
  }
}
