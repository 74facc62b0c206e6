import ClockifySimulator
import Foundation
import RotaTesting
import Testing

/// Parsers of outside bytes, fed with what nobody means well: kept inputs, and a seeded random driver that changes them.
///
/// `ROTA_FUZZ=report ROTA_FUZZ_SECONDS=600` feeds one of them for so long (`Trust/fuzz` all of them), from `ROTA_FUZZ_SEED`; the
/// input of the moment is in the file that `ROTA_FUZZ_INPUT` names, for the case that it ends the process.
@Suite("Fuzzing")
struct FuzzTests {
  private static var environment: [String: String] { ProcessInfo.processInfo.environment }

  private static var folder: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")
  }

  static func corpus(_ parser: Parser) throws -> [[UInt8]] {
    let folder = folder.appendingPathComponent(parser.name)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
      Array(try Data(contentsOf: folder.appendingPathComponent($0)))
    }
  }

  @Test("Whatever it is fed with, it says what it is, and goes on", arguments: Parser.all)
  func fuzz(_ parser: Parser) throws {
    let environment = Self.environment
    if let only = environment["ROTA_FUZZ"], only != parser.name { return }
    let isLong = environment["ROTA_FUZZ"] != nil
    let deadline = Date() + (environment["ROTA_FUZZ_SECONDS"].flatMap(Double.init) ?? 0)
    var mutator = Mutator(seed: environment["ROTA_FUZZ_SEED"].flatMap(UInt64.init) ?? 1, words: parser.words)
    var pool = try Self.corpus(parser)
    #expect(!pool.isEmpty)
    let kept = pool.count
    var outcomes: Set<String> = []
    let last = environment["ROTA_FUZZ_INPUT"].map { open($0, O_RDWR | O_CREAT, 0o600) }
    var count = 0
    func feed(_ input: [UInt8]) {
      if let last {
        _ = input.withUnsafeBytes { pwrite(last, $0.baseAddress, $0.count, 0) }
        ftruncate(last, off_t(input.count))
      }
      let (outcome, complaint) = parser.read(input)
      count += 1
      if let complaint {
        Issue.record("\(parser.name): \(complaint)\nfed with \(Data(input.prefix(2000)).base64EncodedString())")
      }
      // What ends in a new way is worth being changed further.
      if outcomes.count < 4000, outcomes.insert(outcome).inserted, input.count < 8000 { pool.append(input) }
    }
    for input in pool.prefix(kept) { feed(input) }
    let began = Date()
    while isLong ? Date() < deadline : count < 400 + kept { feed(mutator.mutated(from: pool)) }
    if isLong {
      try TrustTable.add(
        "fuzz", [parser.name, kept, count, outcomes.count, Int(Date().timeIntervalSince(began).rounded())])
    }
  }
}

/// Changes inputs at random; the same seed makes the same ones.
struct Mutator {
  private var random: SeededRandom
  private let words: [[UInt8]]

  init(seed: UInt64, words: [String]) {
    random = SeededRandom(state: seed)
    self.words = words.map { Array($0.utf8) }
  }

  mutating func mutated(from pool: [[UInt8]]) -> [UInt8] {
    var input = pool[random.below(pool.count)]
    for _ in 0...random.below(6) { change(&input, pool) }
    return input.count > 1 << 16 ? Array(input.prefix(1 << 16)) : input
  }

  private mutating func range(_ input: [UInt8]) -> Range<Int> {
    let start = random.below(input.count + 1)
    return start..<min(input.count, start + random.below(1 + [4, 32, 400][random.below(3)]))
  }

  private mutating func change(_ input: inout [UInt8], _ pool: [[UInt8]]) {
    let range = range(input)
    switch random.below(9) {
    case 0: if !input.isEmpty { input[random.below(input.count)] ^= 1 << UInt8(random.below(8)) }
    case 1: if !input.isEmpty { input[random.below(input.count)] = UInt8(random.below(256)) }
    case 2: input.removeSubrange(range)
    case 3, 4: input.insert(contentsOf: words[random.below(words.count)], at: range.lowerBound)
    case 5: input.replaceSubrange(range, with: words[random.below(words.count)])
    case 6:
      input.insert(
        contentsOf: Array(repeating: input[range], count: 1 + random.below(4)).joined(), at: range.lowerBound)
    case 7:
      let other = pool[random.below(pool.count)]
      input.replaceSubrange(range, with: other[self.range(other)])
    default:
      // A number becomes another.
      guard let start = input.indices.first(where: { $0 >= range.lowerBound && (48...57).contains(input[$0]) }) else {
        return
      }
      let end = input[start...].firstIndex { !(48...57).contains($0) } ?? input.count
      let numbers = [
        "0", "-1", "1", "9", "00", "2147483648", "9223372036854775807", "9223372036854775808", "99999999999999999999",
        "1e400", "0.1",
      ]
      input.replaceSubrange(start..<end, with: Array(numbers[random.below(numbers.count)].utf8))
    }
  }
}
