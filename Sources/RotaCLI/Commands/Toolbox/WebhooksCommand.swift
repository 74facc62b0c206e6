import ArgumentParser
import ClockifyAPI
import Foundation
import Operating
import Planning
import PlanningStore
import Sending
import Steering

struct WebhooksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "webhooks", abstract: "Let Clockify tell of changes as they happen (docs/live.md).",
    discussion: """
        rota webhooks install --url https://hooks.example.com
        rota webhooks list
        rota webhooks remove --all

      They write to Clockify's list of webhooks, and to nothing else there. What Clockify then delivers is taken by
      'rota serve' with live: listen in the settings.
      """,
    subcommands: [Install.self, List.self, Remove.self])

  struct Install: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the webhooks that are missing, and mend ours; ends with a test of the way in.")
    @OptionGroup var options: ToolboxOptions
    @Option(help: "How Clockify reaches the receiver, as https://hooks.example.com. Default: live: public_url.")
    var url: String?
    @Option(help: "Which events, separated by commas. Default: all that concern rota, as many as the plan allows.")
    var events: String?
    @Flag(help: "Switch on again what was switched off.") var again = false
    @OptionGroup var dryRun: DryRunOption
    @OptionGroup var confirmation: Confirmation

    func validate() throws { _ = try WebhooksCommand.events(events) }

    func run() async throws {
      let hooks = try await Hooks(options)
      let composition = hooks.composition
      guard let url = url ?? composition.settings.live.publicURL else {
        throw UserError(
          "how does Clockify reach the receiver?",
          next: .outside("rota webhooks install --url https://…, or set live: public_url"))
      }
      guard let address = URLComponents(string: url), let host = address.host, !host.isEmpty,
        address.scheme == "https" || ["127.0.0.1", "localhost"].contains(host)
      else {
        throw UserError(
          "\(url) is no address that Clockify delivers to", next: .outside("name one that begins with https://"))
      }
      var probed: String?
      var isWhole = true
      for place in hooks.places {
        let webhooks = ClockifyWebhooks(place.toolbox, url: url)
        let plan = try await webhooks.plan(
          WebhooksCommand.events(events) ?? WebhookEvent.allCases, ours: hooks.ours(in: place.id),
          isFree: place.isFree, owner: place.toolbox.place.ownerID, mends: again)
        isWhole = try await carryOut(plan, webhooks, place, hooks) && isWhole
        probed = probed ?? plan.steps.first.map { webhooks.address($0.hook.pathKey) }
      }
      guard !dryRun.dryRun else { return }
      if isWhole { try hooks.desk.hooksAreOn() }
      if let probed {
        if let problem = await HookProbe.problem(at: probed) { throw problem }
        composition.say("The way in is open: the receiver refuses a wrong token at \(url)\(WebhookAddress.path)…")
      }
      if !isWhole { throw ExitStatus.partial }
    }

    /// - Returns: whether all of it was done.
    private func carryOut(
      _ plan: ClockifyWebhooks.Plan, _ webhooks: ClockifyWebhooks, _ place: Hooks.Place, _ hooks: Hooks
    ) async throws -> Bool {
      let composition = hooks.composition
      let writes = plan.steps.filter(\.writes)
      if dryRun.dryRun {
        for step in plan.steps { Terminal.data("\(step.words(isDryRun: true)) in \(place.name)") }
      } else if !writes.isEmpty {
        try confirmation.ask(
          "\(Words.plural(writes.count, "webhook", "webhooks")) will be made or changed in \(place.name)")
      }
      var isWhole = true
      for step in plan.steps where !dryRun.dryRun {
        if case .keep = step { continue }
        try hooks.desk.begin(hook: LiveHook(step.hook, in: place.id, at: hooks.desk.now))
        switch try await webhooks.carryOut(step) {
        case .done(let hook):
          try hooks.desk.keep(
            hook: hook.pathKey, id: hook.hookID ?? "", tokenHash: hook.tokenHash, event: hook.event)
          composition.say("\(step.words(isDryRun: false)) in \(place.name)")
        case .refused(let hook, let why):
          isWhole = false
          Terminal.note("\(hook.event): Clockify refused it: \(why)")
        case .unknown(let hook, let why):
          isWhole = false
          Terminal.note("\(hook.event): \(why); whether it is there is not known. Next: rota webhooks install")
        }
      }
      if !dryRun.dryRun, plan.steps.allSatisfy({ if case .keep = $0 { true } else { false } }), !plan.steps.isEmpty {
        composition.say("\(Words.plural(plan.steps.count, "webhook", "webhooks")) in \(place.name): all there.")
      }
      if !plan.leftOut.isEmpty {
        composition.say(
          "Left out, for \(place.isFree ? "a FREE workspace has 3 webhooks" : "a person has 10 webhooks"): \(plan.leftOut.map(\.rawValue).joined(separator: ", ")). Those changes come with a poll or with the night."
        )
      }
      return isWhole
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List our webhooks: whether they deliver, and what failed in the last seven days.")
    @OptionGroup var options: ToolboxOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
      let hooks = try await Hooks(options)
      var rows: [WebhookRow] = []
      for place in hooks.places {
        let webhooks = ClockifyWebhooks(place.toolbox, url: "")
        let listed = Dictionary(
          try await place.toolbox.source.webhooks(in: place.id).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        for hook in try hooks.rows(in: place.id) {
          let there = hook.hookID.flatMap { listed[$0] }
          let failed =
            if let there { try await webhooks.failures(of: there.id, since: hooks.desk.now - 7 * 86_400) } else {
              nil as Int?
            }
          rows.append(WebhookRow(hook, there, failed: failed))
        }
      }
      TablePrinter.show(rows, asJSON: json.json, empty: "no webhooks of ours: rota webhooks install makes them")
      if rows.allSatisfy({ $0.problem == nil }) {
        if !rows.isEmpty { try hooks.desk.hooksAreOn() }
      } else {
        Terminal.note("Next: \(NextStep.installWebhooks.command)")
        throw ExitStatus.partial
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove our webhooks from Clockify; others are never touched.")
    @OptionGroup var options: ToolboxOptions
    @Argument(help: "Events.") var events: [String] = []
    @Flag(help: "All of ours.") var all = false
    @OptionGroup var dryRun: DryRunOption
    @OptionGroup var confirmation: Confirmation

    func validate() throws {
      guard all == events.isEmpty else { throw ValidationError("Name events, or use --all.") }
      if !events.isEmpty { _ = try WebhooksCommand.events(events.joined(separator: ",")) }
    }

    func run() async throws {
      let hooks = try await Hooks(options)
      let wanted = all ? nil : Set(try WebhooksCommand.events(events.joined(separator: ","))!.map(\.rawValue))
      var isWhole = true
      for place in hooks.places {
        let ours = try hooks.ours(in: place.id).filter { wanted?.contains($0.event) ?? true }
        guard !ours.isEmpty else { continue }
        if dryRun.dryRun {
          for hook in ours { Terminal.data("Would remove \(hook.event) in \(place.name)") }
          continue
        }
        try confirmation.ask("\(Words.plural(ours.count, "webhook", "webhooks")) will be removed in \(place.name)")
        let webhooks = ClockifyWebhooks(place.toolbox, url: "")
        for hook in ours {
          if let why = try await webhooks.remove(hook) {
            isWhole = false
            Terminal.note("\(hook.event): it is still there: \(why)")
            continue
          }
          try hooks.desk.forget(hook: hook.pathKey, event: hook.event)
          hooks.composition.say("Removed \(hook.event) in \(place.name)")
        }
      }
      if !isWhole { throw ExitStatus.partial }
    }
  }

  /// nil: none are named.
  fileprivate static func events(_ text: String?) throws -> [WebhookEvent]? {
    guard let text else { return nil }
    return try text.split(separator: ",").map { part in
      let name = part.trimmingCharacters(in: .whitespaces).uppercased()
      guard let event = WebhookEvent(rawValue: name) else {
        let near = NearestWord.to(name, among: WebhookEvent.allCases.map(\.rawValue))
        throw ValidationError("There is no event \(name)\(near.map { ". Did you mean \($0)?" } ?? "").")
      }
      return event
    }
  }
}

/// The workspaces that the database knows, each with a way to write to it.
private struct Hooks {
  struct Place {
    let id: String
    let name: String
    let isFree: Bool
    let toolbox: Toolbox
  }

  let composition: Composition
  let desk: Desk
  let places: [Place]

  init(_ options: ToolboxOptions) async throws {
    let composition = try Composition(options.common)
    self.composition = composition
    desk = composition.desk()
    var plans = try composition.read { try $0.mirror.plans() }
    guard !plans.isEmpty else {
      throw UserError("no workspace was imported yet: live changes add to what an import has read", next: .importNow)
    }
    if let wanted = options.workspace {
      plans = plans.filter { $0.id == wanted.lowercased() || $0.name == wanted }
      guard !plans.isEmpty else {
        throw UserError("no import reads the workspace \"\(wanted)\"", next: .outside("leave --workspace out"))
      }
    }
    let way = try await ToolboxWay(options)
    var places: [Place] = []
    for plan in plans {
      places.append(
        Place(id: plan.id, name: plan.name, isFree: plan.isFree, toolbox: try await way.toolbox(plan.id)))
    }
    self.places = places
  }

  func rows(in workspace: String) throws -> [LiveHook] { try composition.read { try $0.liveHooks.all(in: workspace) } }

  func ours(in workspace: String) throws -> [ClockifyWebhooks.Ours] {
    try rows(in: workspace).map {
      ClockifyWebhooks.Ours(pathKey: $0.pathKey, event: $0.event, hookID: $0.hookID, tokenHash: $0.tokenHash)
    }
  }
}

extension LiveHook {
  fileprivate init(_ hook: ClockifyWebhooks.Ours, in workspace: String, at now: Instant) {
    self.init(pathKey: hook.pathKey, workspaceID: workspace, event: WebhookEvent(rawValue: hook.event)!, at: now)
  }
}

extension ClockifyWebhooks.Step {
  fileprivate func words(isDryRun: Bool) -> String {
    let event = hook.event
    return switch self {
    case .keep: "\(event) is there"
    case .adopt: isDryRun ? "Would take over \(event)" : "Took over \(event)"
    case .renewToken: isDryRun ? "Would give \(event) a new token" : "Gave \(event) a new token"
    case .mend: isDryRun ? "Would mend \(event)" : "Mended \(event)"
    case .create: isDryRun ? "Would make \(event)" : "Made \(event)"
    }
  }
}

/// One webhook of ours. No token, and no path key: whoever has both could make rota read.
struct WebhookRow: TabularRow, Encodable {
  let event: String
  let workspaceID: String
  let host: String?
  let enabled: Bool?
  let deliveryEnabled: Bool?
  let planEnabled: Bool?
  let lastDeliveryAt: String?
  let failed: Int?
  let problem: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case event
    case workspaceID = "workspace_id"
    case host, enabled
    case deliveryEnabled = "delivery_enabled"
    case planEnabled = "plan_enabled"
    case lastDeliveryAt = "last_delivery_at"
    case failed, problem
  }

  /// - Parameters:
  ///   - there: as Clockify lists it; nil: it does not.
  ///   - failed: deliveries of the last seven days, at most 50.
  init(_ hook: LiveHook, _ there: ClockifyWebhook?, failed: Int?) {
    event = hook.event
    workspaceID = hook.workspaceID
    host = there.flatMap { URLComponents(string: $0.url)?.host }
    (enabled, deliveryEnabled, planEnabled) = (there?.isEnabled, there?.isDelivering, there?.isOnPlan)
    lastDeliveryAt = hook.lastDeliveryAt
    self.failed = failed
    problem = LiveWords.off(hook, there)
  }
}
