import Testing

@testable import RotaWeb

@Suite("Templates")
struct TemplateTests {
  @Test("Everything is escaped: no template asks for a value as it is")
  func escaped() {
    for (name, bytes) in Pages.sources {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!text.contains("{{{") && !text.contains("{{&"), "\(name)")
      #expect(!text.contains("style="), "\(name): the policy blocks it")
    }
  }

  @Test("Templates and assets stay small: at most 80 KB together")
  func small() {
    let assets = Assets()
    let all = Pages.sources.map(\.bytes.count) + [assets.style, assets.script, assets.icon].map(\.bytes.count)
    #expect(all.reduce(0, +) <= 80_000)
    #expect(assets.script.bytes.count <= 8_192)
  }
}
