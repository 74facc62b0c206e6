import Planning
import PlanningStore
package import Sending

/// What a push says, the same on every face.
package struct PushWords: Sendable {
  /// The sentence.
  package let text: String
  /// A command, or what to do in words.
  package let next: String?

  private init(_ text: String, next: String? = nil) {
    self.text = text
    self.next = next
  }

  /// What would be done, in the order of doing: a client that is made for a project stands with it.
  package static func would(_ plan: PushPlan) -> [PushWords] {
    plan.steps.indices.compactMap { index in
      guard !isForNext(plan.steps, index) else { return nil }
      return would(plan.steps, index)
    }
  }

  /// What would be done with one item.
  package static func would(_ item: PushPlan.Item, in plan: PushPlan) -> PushWords {
    plan.steps.firstIndex { $0.item == item }.map { would(plan.steps, $0) } ?? PushWords("nothing.")
  }

  private static func would(_ steps: [PushPlan.Step], _ index: Int) -> PushWords {
    switch steps[index] {
    case .create(let item, _) where index > 0 && isForNext(steps, index - 1):
      PushWords("would create client \(steps[index - 1].item.name), then project \(item.name) in it.")
    case .create(let item, _): PushWords("would create \(item.kind.rawValue) \(item.name).")
    case .link(let item, let id): PushWords("would link \(item.kind.rawValue) \(item.name) to \(id).")
    case .refuse(let item, let reason): refused(item, reason)
    }
  }

  /// Whether a client is created and the project that comes next goes into it.
  private static func isForNext(_ steps: [PushPlan.Step], _ index: Int) -> Bool {
    guard case .create(let client, .none) = steps[index], index + 1 < steps.count,
      case .create(_, .planned(let planned)) = steps[index + 1]
    else { return false }
    return planned == client.id
  }

  package static func did(_ outcome: Push.Outcome) -> PushWords {
    switch outcome {
    case .adopted(let item, let id): PushWords("\(of(item)): an earlier push had created it, \(id); linked.")
    case .created(let item, let id): PushWords("\(of(item)): created in Clockify, \(id), and linked.")
    case .linked(let item, let id): PushWords("\(of(item)): linked to \(id).")
    case .refused(let item, let reason): refused(item, reason)
    case .failed(let item, let sentence, let next): PushWords("\(of(item)): \(sentence)", next: next)
    case .unknown(let item, let why):
      PushWords(
        "\(of(item)): it is not known whether it was created: \(why).",
        next: "the same again in a moment, or rota import")
    case .notLinked(let item, let id, let why):
      PushWords("\(of(item)): created in Clockify, \(id), and not linked: \(why).", next: "rota push list")
    }
  }

  /// `Creating 1 client and 2 projects in workspace W in Clockify as Ana`.
  package static func question(_ plan: PushPlan, _ place: Diagnosis.Place) -> String? {
    func count(_ kind: PlanSnapshot.Kind, _ links: Bool) -> Int {
      plan.steps.count { step in
        switch step {
        case .create(let item, _): !links && item.kind == kind
        case .link(let item, _): links && item.kind == kind
        case .refuse: false
        }
      }
    }
    func words(_ links: Bool) -> String? {
      let parts = [(PlanSnapshot.Kind.client, "client"), (.project, "project")].compactMap { kind, noun -> String? in
        let number = count(kind, links)
        return number == 0 ? nil : "\(number) \(noun)\(number == 1 ? "" : "s")"
      }
      return parts.isEmpty ? nil : parts.joined(separator: " and ")
    }
    let doing = [words(false).map { "Creating \($0)" }, words(true).map { "Linking \($0)" }].compactMap(\.self)
    guard !doing.isEmpty else { return nil }
    return "\(doing.joined(separator: ", ")) in workspace \(place.name) in Clockify as \(place.ownerName)"
  }

  private static func of(_ item: PushPlan.Item) -> String { "\(item.kind.rawValue) \(item.name)" }

  private static func refused(_ item: PushPlan.Item, _ reason: PushPlan.Reason) -> PushWords {
    let kind = item.kind.rawValue
    return switch reason {
    case .linked(let id): PushWords("\(of(item)) is linked already, to \(id).")
    case .archived:
      PushWords("\(of(item)) is archived here.", next: "rota \(kind)s unarchive \(item.id)")
    case .changed: PushWords("\(of(item)) was changed here meanwhile.", next: "the same again")
    case .badName(let lengths):
      PushWords(
        "\(of(item)): Clockify takes names of \(lengths.lowerBound) to \(lengths.upperBound) characters.",
        next: "rota \(kind)s edit \(item.id) --name NAME")
    case .clientGone(let client):
      PushWords("\(of(item)): its client \(client) is gone from Clockify.", next: "rota references list --kind client")
    case .clientElsewhere(let client):
      PushWords(
        "\(of(item)): its client \(client) is linked, but not in this workspace.", next: "the same with --workspace")
    case .clientLinkedTwice(let client, let ids):
      PushWords(
        "\(of(item)): its client \(client) is linked to several: \(ids.joined(separator: ", ")).",
        next: "the same with --client CLOCKIFY_ID")
    case .noSuchClient(let client, let ids):
      PushWords(
        "\(of(item)): its client \(client) has no such id here\(ids.isEmpty ? "" : ", only \(ids.joined(separator: ", "))").",
        next: "rota references list --kind client")
    case .isThere(let id, let name, let isArchived, let isFree):
      PushWords(
        "Clockify has a \(kind) \"\(name)\": \(id)\(isArchived ? " (archived)" : "")\(isFree ? "" : ", linked or ignored").",
        next: isFree
          ? "rota references link \(kind) \(item.id) \(id)   or   the same with --link-existing"
          : "rota duplicates list --kind \(kind)")
    case .severalThere(let ids):
      PushWords(
        "Clockify has several \(kind)s of this name: \(ids.joined(separator: ", ")).",
        next: "rota references link \(kind) \(item.id) CLOCKIFY_ID")
    case .pending(let doubt): pending(item, doubt)
    case .clientFailed(let client): PushWords("\(of(item)) was not tried: its client \(client) is not there.")
    }
  }

  private static func pending(_ item: PushPlan.Item, _ doubt: PendingPush.Doubt) -> PushWords {
    let again = "the same with --again, if you know that it is not there"
    return switch doubt {
    case .young(let minutes):
      PushWords(
        "\(of(item)): it is not known whether a push \(minutes < 1 ? "less than a minute" : "\(minutes) min") ago created it; it may still come.",
        next: "the same after 10 minutes, or rota import")
    case .several(let ids):
      PushWords(
        "\(of(item)): it is not known which of several a push created: \(ids.joined(separator: ", ")).",
        next: "rota references link \(item.kind.rawValue) \(item.id) CLOCKIFY_ID")
    case .renamed(let id, let name):
      PushWords(
        "\(of(item)): it is not known whether a push created it; \"\(name)\" (\(id)) is as old: was it renamed meanwhile?",
        next: "rota references link \(item.kind.rawValue) \(item.id) \(id)   or   \(again)")
    }
  }

  static func refusal(_ problem: PlanRefusal) -> String {
    switch problem {
    case .linkedAlready(_, let kind, let item): "the id is linked to \(kind.rawValue) \(item) already"
    default: "the id cannot be linked"
    }
  }
}
