package import ClockifyAPI
import Crypto
import Foundation
package import Planning

/// Makes, mends and removes rota's own webhooks in one workspace (live.md 3). Foreign ones are never touched: ours are those
/// whose address holds one of our path keys.
package struct ClockifyWebhooks: Sendable {
  /// A webhook as our database has it.
  package struct Ours: Sendable, Equatable {
    /// 16 random bytes, base64url: the last part of its address.
    package let pathKey: String
    package let event: String
    package var hookID: String?
    /// SHA-256 of its token; nil: not known.
    package var tokenHash: String?

    package init(pathKey: String, event: String, hookID: String? = nil, tokenHash: String? = nil) {
      self.pathKey = pathKey
      self.event = event
      self.hookID = hookID
      self.tokenHash = tokenHash
    }
  }

  package enum Step: Sendable {
    /// It is as it should be.
    case keep(Ours)
    /// It is there; what we know of it is completed from the list.
    case adopt(Ours)
    /// Nobody knows its token any more: a new one is made.
    case renewToken(Ours)
    /// It is off, or has another address: written again.
    case mend(Ours, ClockifyWebhook)
    case create(Ours)

    package var hook: Ours {
      switch self {
      case .keep(let hook), .adopt(let hook), .renewToken(let hook), .mend(let hook, _), .create(let hook): hook
      }
    }

    /// It changes something in Clockify.
    package var writes: Bool {
      switch self {
      case .keep, .adopt: false
      case .renewToken, .mend, .create: true
      }
    }
  }

  package struct Plan: Sendable {
    package var steps: [Step] = []
    /// For which there is no room.
    package var leftOut: [WebhookEvent] = []
  }

  /// How a step ended.
  package enum Outcome: Sendable {
    case done(Ours)
    /// What Clockify said.
    case refused(Ours, String)
    /// It may be there: the next run looks.
    case unknown(Ours, String)
  }

  let source: ClockifySource
  let writer: ClockifyWriter
  let carrier: Carrier
  let workspace: String
  /// What addresses begin with.
  let url: String

  /// - Parameter url: `https://hooks.example.com`.
  package init(_ toolbox: Toolbox, url: String) {
    source = toolbox.source
    carrier = toolbox.carrier
    writer = toolbox.carrier.writer
    workspace = toolbox.place.id
    self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
  }

  package func address(_ pathKey: String) -> String { url + WebhookAddress.path + pathKey }

  /// A path key that nobody had before.
  package static func newPathKey() -> String {
    SymmetricKey(size: .bits128).withUnsafeBytes { Data($0) }.base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  package static func hash(_ token: String) -> String {
    SHA256.hash(data: Data(token.utf8)).hex
  }

  // MARK: Looking

  /// - Parameters:
  ///   - ours: as the database has them, removed ones left out.
  ///   - mends: also those that Clockify or somebody switched off.
  package func plan(
    _ events: [WebhookEvent], ours: [Ours], isFree: Bool, owner: String, mends: Bool
  ) async throws -> Plan {
    let listed = try await source.webhooks(in: workspace)
    var plan = Plan()
    let foreign = listed.filter { hook in !ours.contains { $0.isAt(hook.url) } && (isFree || hook.userID == owner) }
    var room =
      WebhookEvent.allowance(isFree: isFree) - foreign.count
      - ours.count { hook in
        listed.contains { hook.isAt($0.url) }
      }
    for event in events {
      let known = ours.filter { $0.event == event.rawValue }
      let there = known.lazy.compactMap { hook in listed.first { hook.isAt($0.url) }.map { (hook, $0) } }.first
      if let (hook, row) = there {
        plan.steps.append(step(hook, row, mends: mends))
      } else if room > 0 {
        room -= 1
        plan.steps.append(.create(known.first ?? Ours(pathKey: Self.newPathKey(), event: event.rawValue)))
      } else {
        plan.leftOut.append(event)
      }
    }
    return plan
  }

  private func step(_ hook: Ours, _ row: ClockifyWebhook, mends: Bool) -> Step {
    var known = hook
    known.hookID = row.id
    if row.url != address(hook.pathKey) || (mends && !row.isOn) { return .mend(known, row) }
    if let token = row.token {
      known.tokenHash = Self.hash(token)
      return known == hook ? .keep(hook) : .adopt(known)
    }
    guard hook.tokenHash != nil, hook.hookID == row.id else { return .renewToken(known) }
    return .keep(hook)
  }

  // MARK: Doing

  /// - Throws: `ClockifyError`, `SendingError` where the next would fare no better, `CancellationError`.
  package func carryOut(_ step: Step) async throws -> Outcome {
    switch step {
    case .keep(let hook), .adopt(let hook): return .done(hook)
    case .renewToken(let hook):
      return try await write("PATCH", "/\(hook.hookID ?? "")/token", nil, hook)
    case .mend(let hook, _):
      return try await write("PUT", "/\(hook.hookID ?? "")", body(of: hook, isEnabled: true), hook)
    case .create(let hook):
      let outcome = try await write("POST", "", body(of: hook), hook)
      guard case .unknown = outcome else { return outcome }
      // No answer came: it is looked for by its address before anybody makes a second one (clockify-api.md 1.3).
      guard let row = try await source.webhooks(in: workspace).first(where: { hook.isAt($0.url) }) else {
        return outcome
      }
      var found = hook
      found.hookID = row.id
      guard let token = row.token else { return try await carryOut(.renewToken(found)) }
      found.tokenHash = Self.hash(token)
      return .done(found)
    }
  }

  /// - Returns: nil: it is gone; else what Clockify said.
  package func remove(_ hook: Ours) async throws -> String? {
    let listed = try await source.webhooks(in: workspace).filter { hook.isAt($0.url) }
    for row in listed {
      switch try await write("DELETE", "/\(row.id)", nil, hook) {
      case .done: continue
      case .refused(_, let why), .unknown(_, let why): return why
      }
    }
    return nil
  }

  /// How often a webhook failed within the last days; logs are kept seven.
  package func failures(of id: String, since: Instant) async throws -> Int? {
    var request = ClockifyWriter.Request(
      "POST", "/workspaces/\(workspace)/webhooks/\(id)/logs",
      body: JSONTree.object([
        .init("from", .text(since.description)), .init("status", .text("FAILED")), .init("sortByNewest", .flag(true)),
      ]).json)
    request.query = [("page", "0"), ("size", "50")]
    guard case .done(let answer) = try await writer.send(request, expectsRow: true), case .list(let rows)? = answer.json
    else { return nil }
    return rows.count
  }

  private func body(of hook: Ours, isEnabled: Bool? = nil) -> JSONTree {
    var members: [JSONTree.Member] = [
      .init("name", .text(String("rota \(hook.event)".prefix(30)))), .init("url", .text(address(hook.pathKey))),
      .init("webhookEvent", .text(hook.event)), .init("triggerSourceType", .text("WORKSPACE_ID")),
      .init("triggerSource", .list([.text(workspace)])),
    ]
    if let isEnabled { members.append(.init("enabled", .flag(isEnabled))) }
    return .object(members)
  }

  private func write(_ method: String, _ path: String, _ body: JSONTree?, _ hook: Ours) async throws -> Outcome {
    let request = ClockifyWriter.Request(method, "/workspaces/\(workspace)/webhooks\(path)", body: body?.json)
    switch try await writer.send(request, expectsRow: method != "DELETE") {
    case .done(let answer):
      var known = hook
      if let row = answer.json, method != "DELETE" {
        let made = try ClockifyWebhook(row)
        known.hookID = made.id
        known.tokenHash = made.token.map(Self.hash) ?? known.tokenHash
      }
      return .done(known)
    case .refused(let answer): return .refused(hook, answer.message ?? "Clockify refused it (\(answer.status))")
    case .stopped(let answer): throw carrier.stop(request, answer)
    case .doubt(let error): return .unknown(hook, error.message)
    }
  }
}

extension ClockifyWebhooks.Ours {
  func isAt(_ url: String) -> Bool { url.hasSuffix(WebhookAddress.path + pathKey) }
}
