/// Exit codes, rule 82.
package enum ExitStatus: Int32, Error {
  case failed = 1
  case partial = 3
  case needsConfirmation = 4
  case unreachable = 5
  case alreadyRunning = 6
  case usage = 64
  case interrupted = 130
}

/// An error in words: what happened and where, and the command that comes next.
package struct UserError: Error {
  package let message: String
  package let next: NextStep?
  package let status: ExitStatus

  package init(_ message: String, next: NextStep? = nil, status: ExitStatus = .usage) {
    self.message = message
    self.next = next
    self.status = status
  }
}
