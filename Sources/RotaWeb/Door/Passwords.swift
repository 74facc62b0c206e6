import Crypto
import CryptoExtras
import Foundation
import NIOPosix
import PlanningStore
import Synchronization

/// Passwords into hashes (scrypt, 32 MiB each), one at a time on a thread of their own.
final class Passwords: Sendable {
  private let thread = NIOThreadPool(numberOfThreads: 1)
  private let waiting = Mutex(0)

  /// How many may wait; more are turned away.
  static let queue = 20
  static let shortest = 12
  static let longest = 1024
  private static let rounds = 1 << 15

  init() { thread.start() }

  func close() async { try? await thread.shutdownGracefully() }

  func hash(_ password: String) async throws -> AccountFile.PasswordHash {
    let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Data($0) }
    return AccountFile.PasswordHash(
      salt: salt, hash: try await derive(password, salt: salt, rounds: Self.rounds), rounds: Self.rounds)
  }

  /// - Parameter known: nil: there is none; it takes as long, so that nobody learns which names there are.
  func isRight(_ password: String, _ known: AccountFile.PasswordHash?) async throws -> Bool {
    let salt = known?.salt ?? Data(repeating: 0, count: 16)
    let derived = try await derive(password, salt: salt, rounds: known?.rounds ?? Self.rounds)
    guard let known else { return false }
    return known.hash.isEqualThroughout(to: derived)
  }

  private func derive(_ password: String, salt: Data, rounds: Int) async throws -> Data {
    let mayWait = waiting.withLock { waiting in
      guard waiting < Self.queue else { return false }
      waiting += 1
      return true
    }
    guard mayWait else { throw Refusal(.tooManyRequests, "Too many log in at once: try again in a moment.") }
    defer { waiting.withLock { $0 -= 1 } }
    return try await thread.runIfActive {
      try KDF.Scrypt.deriveKey(
        from: Data(password.utf8), salt: salt, outputByteCount: 32, rounds: rounds, blockSize: 8, parallelism: 3
      ).withUnsafeBytes { Data($0) }
    }
  }
}

/// Wrong passwords, by name and by where they come from: after five, half a minute of waiting, doubled each time up to a
/// quarter of an hour.
final class Attempts: Sendable {
  private struct Wrong {
    var count = 0
    var waitsUntil = 0
    var last = 0
  }
  private let wrong = Mutex<[String: Wrong]>([:])

  static let free = 5
  static let longest = 15 * 60
  /// How long one is remembered, seconds.
  private static let memory = 24 * 3600

  /// - Returns: seconds to wait; 0: none.
  func wait(_ keys: [String], at now: Int) -> Int {
    wrong.withLock { wrong in keys.map { max(0, (wrong[$0]?.waitsUntil ?? 0) - now) }.max() ?? 0 }
  }

  func failed(_ keys: [String], at now: Int) {
    wrong.withLock { wrong in
      if wrong.count > 10_000 { wrong = wrong.filter { now - $0.value.last < 3600 && $0.value.count > 1 } }
      for key in keys {
        if let known = wrong[key], now - known.last > Self.memory { wrong[key] = nil }
        wrong[key, default: Wrong()].count += 1
        wrong[key]!.last = now
        let over = wrong[key]!.count - Self.free
        if over >= 0 { wrong[key]!.waitsUntil = now + min(Self.longest, 30 << min(over, 10)) }
      }
    }
  }

  /// The right password: whoever it was is no stranger any more.
  func succeeded(_ keys: [String]) {
    wrong.withLock { wrong in
      for key in keys { wrong[key] = nil }
    }
  }
}

extension Collection where Element == UInt8 {
  /// All bytes are compared, wherever the first differs: how long it takes tells nothing of a secret.
  func isEqualThroughout(to other: some Collection<UInt8>) -> Bool {
    count == other.count && zip(self, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
