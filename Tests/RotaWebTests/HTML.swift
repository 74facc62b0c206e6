/// As much of HTML as it takes to see that a page is whole: every element is closed where it must be, ids are there once,
/// and what points to one finds it.
struct HTML {
  private(set) var faults: [String] = []

  private static let void: Set<String> = ["meta", "link", "input", "br", "img", "hr"]

  init(_ text: String) {
    guard text.hasPrefix("<!doctype html>") else {
      faults = ["no doctype"]
      return
    }
    var open: [String] = []
    var ids: Set<String> = []
    var headings = 0
    for match in text.matches(of: /<(\/?)([a-z0-9]+)((?:\s+[a-zA-Z-]+(?:="[^"<]*")?)*)\s*(\/?)>|<[^!]/) {
      guard let name = match.output.2.map(String.init) else {
        faults.append("no tag: \(text[match.range.lowerBound...].prefix(80))")
        continue
      }
      if name == "h1", match.output.1 == "" { headings += 1 }
      if let id = match.output.3?.firstMatch(of: /\sid="([^"]*)"/)?.output.1, !ids.insert(String(id)).inserted {
        faults.append("the id \(id) twice")
      }
      if match.output.1 == "/" {
        if open.popLast() != name { faults.append("</\(name)> closes something else") }
      } else if match.output.4 != "/", !Self.void.contains(name) {
        open.append(name)
      }
    }
    if !open.isEmpty { faults.append("not closed: \(open)") }
    if headings != 1 { faults.append("\(headings) h1") }
    for match in text.matches(of: /aria-labelledby="([^"]*)"/) where !ids.contains(String(match.output.1)) {
      faults.append("no \(match.output.1)")
    }
  }
}
