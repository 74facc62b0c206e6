import Foundation
import Logging
import Steering
import Synchronization

/// Words go to stderr, data to stdout.
enum Terminal {
  /// One line of words on stdout; names in it may be anybody's.
  static func say(_ line: String) { print(Words.harmless(line)) }

  /// A line of data on stdout: as it is, but harmless where a terminal shows it.
  static func data(_ line: String) { print(width == nil ? line : Words.harmless(line, keepsLines: true)) }

  static func note(_ text: String) {
    let text = Words.harmless(text, keepsLines: true)
    // Where both go to one place, lines stand in the order in which they were said.
    fflush(nil)
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

  /// Columns of the terminal that data goes to; nil if it goes elsewhere.
  static var width: Int? {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown ? Int(size.ws_col) : 100
  }

  /// One line that is overwritten, on a terminal only.
  static func progress(_ text: String) {
    guard isInteractive else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(Words.harmless(text).prefix(98))".utf8))
  }

  static func endProgress() {
    guard isInteractive else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }
}

/// Signs of life: on a terminal one line that is overwritten, elsewhere a line of its own every ten seconds.
final class Progress: Sendable {
  private let last = Mutex(ContinuousClock.now)
  /// Where lines go instead, off a terminal: the log of a service is JSON.
  private let logger: Logger?

  init(logger: Logger? = nil) {
    self.logger = logger
  }

  func say(_ text: String) {
    guard !Terminal.isInteractive else { return Terminal.progress(text) }
    let isDue = last.withLock { last in
      guard ContinuousClock.now - last >= .seconds(10) else { return false }
      last = .now
      return true
    }
    guard isDue else { return }
    if let logger { logger.info("waiting", metadata: ["for": "\(text)"]) } else { Terminal.note(text) }
  }
}
