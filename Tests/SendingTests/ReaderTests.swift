import ClockifyAPI
import Foundation
import RotaTesting
import Sending
import SwiftCSV
import Testing

@Suite("Sending: readers")
struct ReaderTests {
  private func read(_ text: [UInt8], _ format: RecordReader.Format, in folder: URL) throws -> [Result<
    SendRecord, RecordProblem
  >] {
    let file = folder.appendingPathComponent("input")
    try Data(text).write(to: file)
    var reader = try RecordReader(path: file.path, format: format)
    var found: [Result<SendRecord, RecordProblem>] = []
    while let next = try reader.next() { found.append(next) }
    return found
  }

  private func inFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rota-readers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func value(_ depth: Int) -> Any {
    switch Int.random(in: 0..<(depth > 2 ? 5 : 7)) {
    case 0: NSNull()
    case 1: Bool.random()
    case 2: Int.random(in: -1000...1000)
    case 3, 4: ["", "a", "\"q\"", "\\", "é", "😀", "\n\t", "]", "},{", "\u{2028}"].randomElement()! as String
    case 5: (0..<Int.random(in: 0...3)).map { _ in value(depth + 1) }
    default: object(depth + 1)
    }
  }

  private func object(_ depth: Int) -> [String: Any] {
    Dictionary((0..<Int.random(in: 0...3)).map { _ in (["a", "b.c", "", "ü", "]"].randomElement()!, value(depth)) }) {
      $1
    }
  }

  private func foundation(_ tree: JSONTree) throws -> NSObject {
    try #require(JSONSerialization.jsonObject(with: Data(tree.json.utf8)) as? NSObject)
  }

  @Test("JSON and NDJSON as Foundation reads them, on generated and mutated input, cut at every byte")
  func json() throws {
    try inFolder { folder in
      for _ in 0..<60 {
        let objects = (0..<Int.random(in: 0...4)).map { _ in object(0) }
        let options: JSONSerialization.WritingOptions = Bool.random() ? [.prettyPrinted] : []
        let whole = Array(try JSONSerialization.data(withJSONObject: objects, options: options))
        let lines = try objects.map { Array(try JSONSerialization.data(withJSONObject: $0)) }
        let ends: [UInt8] = Bool.random() ? [13, 10] : [10]
        let ndjson = Array(lines.joined(separator: ends))
        for (text, format) in [(whole, RecordReader.Format.json), (ndjson, .ndjson)] {
          let read = try read(text, format, in: folder).map { try $0.get() }
          #expect(read.map(\.number) == Array(1..<(objects.count + 1)))
          #expect(try read.map { try foundation($0.value) } == objects.map { $0 as NSObject })
        }
        // Cut: whole records before the cut are read, and nothing that is not in the input.
        for cut in stride(from: 0, to: whole.count, by: max(1, whole.count / 40)) {
          let found = (try? read(Array(whole[..<cut]), .json, in: folder)) ?? []
          let good = found.compactMap { try? $0.get() }
          #expect(good.count <= objects.count && (found.isEmpty || good.count < found.count))
          for record in good { #expect(try foundation(record.value) == objects[record.number - 1] as NSObject) }
        }
        // Mutated: a record is what Foundation makes of it too, or refused.
        var mutated = ndjson
        guard !mutated.isEmpty else { continue }
        mutated[Int.random(in: mutated.indices)] = UInt8.random(in: 32...126)
        let byLine = mutated.split(separator: 10).filter { line in !line.allSatisfy { [13, 32].contains($0) } }
        for (line, found) in zip(byLine, try read(mutated, .ndjson, in: folder)) {
          let judged = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
          if let record = try? found.get() { #expect(try foundation(record.value) == judged as NSObject?) }
        }
      }
    }
  }

  @Test("CSV and TSV as SwiftCSV reads them; a dot nests, an empty cell is absent")
  func csv() throws {
    try inFolder { folder in
      for round in 0..<200 {
        let delimiter: Character = round.isMultiple(of: 2) ? "," : "\t"
        let names = ["name", "a b", "ü", "x"].prefix(Int.random(in: 1...4))
        let rows = (0..<Int.random(in: 1...5)).map { _ in
          names.map { _ in ["", "a", "a,b", "q\"q", "two\nlines", "é😀", " x ", "a\tb", "\"\"", "1.50"].randomElement()!
          }
        }
        func cell(_ text: String) -> String {
          // SwiftCSV takes the blank off the head of what is not in quotes.
          let needsQuotes = text.contains { "\",\n\t ".contains($0) } || Bool.random()
          return needsQuotes ? "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\"" : text
        }
        let text = ([names.map(cell)] + rows.map { $0.map(cell) }).map { $0.joined(separator: String(delimiter)) }
          .joined(separator: "\n")
        let theirs = try NamedCSV(string: text, delimiter: .character(delimiter)).rows
        let ours = try read(Array(text.utf8), delimiter == "," ? .csv : .tsv, in: folder).map { try $0.get() }
        // A row of one empty cell is an empty line to us.
        let expected = theirs.map { $0.filter { !$0.value.isEmpty } }.filter { !$0.isEmpty || names.count > 1 }
        let found = ours.map { record in
          Dictionary(record.value.members.map { ($0.name, $0.value.words ?? "") }) { $1 }
        }.filter { !$0.isEmpty || names.count > 1 }
        #expect(found == expected, "\(text.debugDescription)")
      }
      let nested = try read(Array("name,estimate.estimate,estimate.type\nA,PT1H,MANUAL\nB,,\n".utf8), .csv, in: folder)
      #expect(
        try nested.map { try $0.get().value.json } == [
          #"{"name":"A","estimate":{"estimate":"PT1H","type":"MANUAL"}}"#, #"{"name":"B"}"#,
        ])
    }
  }

  @Test("What no record can be read from is said with its line, and the rest is read")
  func problems() throws {
    try inFolder { folder in
      func problems(_ text: String, _ format: RecordReader.Format) throws -> [String] {
        try read(Array(text.utf8), format, in: folder).map { result in
          switch result {
          case .success(let record): record.value.json
          case .failure(let problem): problem.text
          }
        }
      }
      let lines = try problems("{\"a\":1}\n\n[1]\nx\n{\"a\":2}", .ndjson)
      #expect(
        lines == [
          #"{"a":1}"#, "record 2 (line 3): it is no JSON object", "record 3 (line 4): it is not JSON", #"{"a":2}"#,
        ])
      let rows = try problems("a,b\n1,2,3\n\"x\ny\",2\nq\"q,1\n\"open", .csv)
      #expect(
        rows == [
          "record 1 (line 2): it has 3 cells, and there are 2 columns", #"{"a":"x\ny","b":"2"}"#,
          "record 3 (line 5): a quote stands in the middle of a cell", "record 4 (line 6): a quote is not closed",
        ])
      #expect(try problems("[{\"a\":1},{\"a\":", .json) == [#"{"a":1}"#, "record 2 (line 1): the array breaks off"])
      #expect(try read([0x61, 10, 0xFF, 10], .csv, in: folder).count == 1)
      #expect(try problems("\u{FEFF}a\n1\n", .csv) == [#"{"a":"1"}"#])
      let big = "{\"a\":\"\(String(repeating: "x", count: 1 << 20))\"}"
      #expect(
        try problems("\(big)\n{\"a\":1}", .ndjson) == ["record 1 (line 1): it is larger than 1 MiB", #"{"a":1}"#])
      #expect(try problems("[\(big),{\"a\":1}]", .json) == ["record 1 (line 1): it is larger than 1 MiB", #"{"a":1}"#])
      for (text, format, part) in [
        ("", RecordReader.Format.csv, "the file is empty"), ("a,a\n", .csv, "two columns are called \"a\""),
        ("a,\n", .csv, "a column has no name"), ("{}", .json, "no JSON array"),
        ("[] x", .json, "something stands behind the array"),
      ] {
        let error = #expect(throws: SendingError.self) { try problems(text, format) }
        #expect(error?.message.contains(part) ?? false, "\(error?.message ?? "")")
      }
    }
  }
}
