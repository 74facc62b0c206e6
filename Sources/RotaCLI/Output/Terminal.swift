import Foundation

/// Words go to stderr, data to stdout.
enum Terminal {
  static func note(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

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
