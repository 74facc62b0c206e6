/// Why what somebody asked for is not done, in words, with what comes next.
package struct SendingError: Error, Sendable, Equatable {
  /// How a command ends that meets it (rule 82).
  package enum Ending: Sendable, Equatable {
    /// What was given cannot be used; nothing was sent.
    case input
    /// Clockify refused it, or too much went wrong.
    case refused
    /// Gone through, not all of it done.
    case partial
    /// Not reached, or the key has no right to it.
    case unreachable
    /// Another one is at it.
    case busy
  }

  package let message: String
  /// A command, or what to do in words.
  package let next: String?
  package let ending: Ending

  package init(_ message: String, next: String? = nil, _ ending: Ending = .input) {
    self.message = message
    self.next = next
    self.ending = ending
  }
}
