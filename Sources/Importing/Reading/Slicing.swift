import ClockifyAPI
import Planning

/// Cuts the stretches of a plan into what one report may span, newest first: 30 days, and more while little comes back, so
/// that years in which nobody worked cost few requests.
struct Slicing: Sendable {
  /// Under 31 days, the padding of the edges included, so that FREE workspaces take it too.
  static let shortest = 30 * 86_400
  /// Under the 366 days that other plans take. clockify-api.md 5.1.
  static let longestPaid = 365 * 86_400
  /// Less than a page: the next slice may be four times as long.
  private static let few = 1000
  /// So much at once that reading it again, should the totals disagree, had better be cheap.
  private static let many = 10_000

  private var stretches: ArraySlice<ReadingPlan.Stretch>
  /// Where the current stretch is read down to, seconds since 1970.
  private var readTo: Int?
  private var seconds = Slicing.shortest
  private var longest: Int

  init(_ stretches: [ReadingPlan.Stretch], longest: Int) {
    self.stretches = stretches[...]
    self.longest = longest
  }

  /// The next slice to read.
  var next: ReadingPlan.Stretch? {
    guard let stretch = stretches.first else { return nil }
    let to = readTo ?? stretch.slice.to
    return ReadingPlan.Stretch(
      dates: stretch.dates, slice: ReportSlice(from: max(stretch.slice.from, to - seconds), to: to))
  }

  /// It spans more than what every plan takes.
  var isLong: Bool { next.map { $0.slice.to - $0.slice.from > Self.shortest } ?? false }

  /// Goes on after `next`, of which so many entries came back; nil: it was not read to its end.
  mutating func advance(entries: Int?) {
    guard let done = next, let stretch = stretches.first else { return }
    if let entries {
      if entries < Self.few { seconds = min(longest, seconds * 4) }
      if entries > Self.many { seconds = Self.shortest }
    }
    readTo = done.slice.from
    if done.slice.from <= stretch.slice.from {
      stretches = stretches.dropFirst()
      readTo = nil
    }
  }

  /// The server takes no long slices after all.
  mutating func shorten() {
    longest = Self.shortest
    seconds = Self.shortest
  }

  /// How many slices are left as long as the next one.
  var left: Int {
    var rest = self
    var count = 0
    while rest.next != nil {
      rest.advance(entries: nil)
      count += 1
    }
    return count
  }
}
