import Foundation
import Testing

/// Whole random worlds against a naive oracle; see `Worlds/`.
///
/// `ROTA_WORLDS=N` runs N worlds instead of a few dozen, from the seed `ROTA_WORLDS_FROM` on;
/// `ROTA_WORLDS_WITHOUT=merges,filters` leaves kinds of trouble out (`Troubles`).
@Suite("Imagined worlds")
struct WorldsTests {
  @Test("Every world does what the rules say, after every import and when everything has thawed")
  func worlds() async throws {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["ROTA_WORLDS"].flatMap(Int.init) ?? 40
    let first = environment["ROTA_WORLDS_FROM"].flatMap(UInt64.init) ?? 1
    let troubles = Troubles(without: environment["ROTA_WORLDS_WITHOUT"])
    let seeds = Array(first..<first + UInt64(count))
    var stories: [String] = []
    try await withThrowingTaskGroup(of: String?.self) { group in
      for (index, seed) in seeds.enumerated() {
        if index >= 2, let story = try await group.next() ?? nil { stories.append(story) }
        group.addTask { try await ImaginedWorld.run(seed: seed, troubles: troubles) }
      }
      while let story = try await group.next() { if let story { stories.append(story) } }
    }
    for story in stories { Issue.record(Comment(rawValue: story)) }
    print("\(count) worlds from seed \(first): \(stories.count) differ")
  }
}
