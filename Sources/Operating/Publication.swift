import Foundation
import Planning
package import PlanningStore
package import Publishing
import Replicating
package import Steering

/// Publishes to the targets of the settings, one after the other. What keeps one from it is kept with the target, told with what
/// waits (`publish_failed`), and keeps nothing from the others.
package struct Publication: Sendable {
  package let desk: Desk
  package let settings: PublishSettings
  package let version: String
  /// Only this target; nil: all.
  package var only: String?
  package var isFull = false
  package var isDryRun = false
  /// After an import that only wrote its own books there is nothing to publish.
  package var isAfterImport = false

  package struct Outcome: Sendable {
    package let target: String
    package let result: Result<PublishReport, UserError>
  }

  package init(desk: Desk, settings: PublishSettings, version: String) {
    self.desk = desk
    self.settings = settings
    self.version = version
  }

  /// - Throws: `UserError` where there is nothing to publish or nowhere to, `StoreError`, `CancellationError`.
  package func run(on database: PlanningDatabase, heard: (Outcome) -> Void) throws {
    let chosen = settings.targets.filter { only == nil || $0.name == only }
    guard !chosen.isEmpty else { return }
    let tenant = try tenant(database)
    for target in chosen {
      heard(Outcome(target: target.name, result: try publish(to: target, tenant, database)))
    }
  }

  /// What follows each import, where the settings say so.
  package func runAfterImport(_ database: PlanningDatabase, heard: (Outcome) -> Void) throws {
    guard settings.afterImport else { return }
    var publication = self
    publication.isAfterImport = true
    try publication.run(on: database, heard: heard)
  }

  /// What is known of targets that the settings do not name any more goes. Only where somebody asks to publish: an import may
  /// run without the settings of the nights.
  package func forgetOthers(_ database: PlanningDatabase) throws {
    let names = settings.targets.map(\.name)
    guard try database.read({ try $0.publishStates.targets().contains { !names.contains($0.target) } }) else { return }
    try database.write { try $0.publishStates.keepOnly(names) }
  }

  private func publish(
    to target: PublishSettings.Target, _ tenant: String, _ database: PlanningDatabase
  ) throws -> Result<PublishReport, UserError> {
    var publisher = Publisher(
      database: database, tenant: tenant, kinds: Self.kinds, version: version, now: desk.now)
    (publisher.isFull, publisher.isDryRun, publisher.skipsBooks) = (isFull, isDryRun, isAfterImport)
    if let progress = desk.progress {
      publisher.progress = { progress.say("publishing to \(target.name): \($0)") }
    }
    defer { desk.progress?.end() }
    do {
      return .success(try publisher.publish(to: settings.target(target)))
    } catch let error as PublishError {
      let words = PublishWords(target.name).words(error)
      // Who waits for somebody else has not failed.
      let isBusy = if case .busy = error { true } else { false }
      if !isDryRun, !isBusy {
        try database.write { session in
          try session.publishStates.begin(
            target.name, address: settings.target(target).address, schema: Publisher.schema, at: desk.now)
          try session.publishStates.note(target.name, failure: words.message, at: desk.now)
        }
      }
      return .failure(words)
    }
  }

  /// Tries each target; nothing is written there.
  package func check() -> [NightlyCheck.Finding] {
    settings.targets.map { target in
      func finding(_ state: String, _ text: String) -> NightlyCheck.Finding {
        .init(state: state, name: "publish", text: "\(target.name): \(text)")
      }
      do {
        let said = try settings.target(target).probe(
          tenant: settings.tenant ?? (try? desk.ask { try $0.published.workspaces().first }) ?? nil ?? "")
        return finding("ok", said)
      } catch let error as PublishError {
        let words = PublishWords.words(error)
        return finding("fail", "\(words.message)\(words.next.map { ". Next: \($0.command)" } ?? "")")
      } catch {
        return finding("fail", "\(words(error))")
      }
    }
  }

  private func words(_ error: any Error) -> String { ErrorWords.words(error)?.message ?? "\(error)" }

  /// - Throws: `UserError` where there is none to be had.
  private func tenant(_ database: PlanningDatabase) throws -> String {
    if let tenant = settings.tenant { return tenant }
    let ids = try database.read { try $0.published.workspaces() }
    guard ids.count == 1 else { throw PublishWords.words(.noTenant(workspaces: ids)) }
    return ids[0]
  }

  /// What columns of Clockify's kinds hold, as their descriptors say.
  package static let kinds: [String: [String: PublishedTable.Form]] = {
    var kinds: [String: [String: PublishedTable.Form]] = [:]
    func add(_ columns: [ReplicaColumn], to table: String) {
      for column in columns {
        kinds[table, default: [:]][column.name] = column.form.published
        if column.form == .duration { kinds[table]?["\(column.name)_seconds"] = .integer }
      }
    }
    for kind in ReplicaKind.all {
      add(kind.table.columns, to: kind.table.name)
      for child in kind.table.children { add(child.columns, to: child.table) }
    }
    return kinds
  }()
}

extension ReplicaForm {
  fileprivate var published: PublishedTable.Form {
    switch self {
    case .text, .address, .duration: .text
    case .whole, .money: .integer
    case .real: .real
    case .flag: .flag
    case .instant: .instant
    case .date: .date
    case .json: .json
    }
  }
}
