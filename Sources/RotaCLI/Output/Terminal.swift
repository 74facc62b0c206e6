import Foundation

/// Words go to stderr, data to stdout.
enum Terminal {
  static func note(_ text: String) {
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
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text.prefix(98))".utf8))
  }

  static func endProgress() {
    guard isInteractive else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }
}
