import AsyncHTTPClient
import Foundation
import NIOCore

/// One event on its way to one webhook.
struct Delivery: Sendable {
  let workspace: String
  let hook: String
  let event: String
  let body: Data
}

extension SimulatedClockify.State {
  /// What happened since this was asked last, for every webhook that listens.
  mutating func takeDeliveries() -> [Delivery] {
    var deliveries: [Delivery] = []
    for index in workspaces.indices {
      let events = events(of: index)
      for event in events {
        for hook in workspaces[index].webhooks
        where hook.event == event.name && hook.isEnabled && hook.isDelivering && hook.isOnPlan {
          deliveries.append(
            Delivery(workspace: workspaces[index].id, hook: hook.id, event: event.name, body: event.body))
        }
      }
    }
    return deliveries
  }

  private mutating func events(of index: Int) -> [SimulatedEvent] {
    let json = CoreJSON(controls: controls)
    let workspace = workspaces[index]
    var events: [SimulatedEvent] = []
    func add(_ name: String, _ row: Any) {
      guard let body = try? JSONSerialization.data(withJSONObject: row, options: [.sortedKeys]) else { return }
      events.append(SimulatedEvent(name: name, body: body))
    }
    for change in workspace.entryChanges {
      guard let entry = change.after ?? change.before else { continue }
      if change.kind == .removed { removedEntries.insert(entry.id) }
      let isBack = change.kind == .added && removedEntries.contains(entry.id)
      for name in change.events(isBack: isBack, stopIsAlsoUpdate: controls.deliveries.stopIsAlsoUpdate) {
        add(name, json.delivered(entry, in: workspace))
      }
    }
    workspaces[index].entryChanges = []
    for (name, row) in listEvents(of: workspace, json) { add(name, row) }
    return events
  }

  /// New and changed items, against what the lists were when this was asked last.
  private mutating func listEvents(of workspace: SimulatedWorkspace, _ json: CoreJSON) -> [(String, Any)] {
    let now = ListSketch(workspace)
    defer { sketches[workspace.id] = now }
    guard let before = sketches[workspace.id] else { return [] }
    var events: [(String, Any)] = []
    for client in workspace.clients where before.clients[client.id] == nil {
      events.append(("NEW_CLIENT", json.client(client, in: workspace)))
    }
    for project in workspace.projects where before.projects[project.id] != now.projects[project.id] {
      let isNew = before.projects[project.id] == nil
      events.append((isNew ? "NEW_PROJECT" : "PROJECT_UPDATED", json.project(project, in: workspace, hydrated: true)))
    }
    for user in workspace.users where !user.isRemoved && before.users[user.id] == nil {
      events.append(("USER_JOINED_WORKSPACE", json.user(user, in: workspace, memberships: false)))
    }
    return events
  }
}

/// What of the lists makes events.
struct ListSketch: Sendable {
  var clients: [String: String] = [:]
  var projects: [String: String] = [:]
  var users: [String: String] = [:]

  init(_ workspace: SimulatedWorkspace) {
    for client in workspace.clients { clients[client.id] = client.name }
    for project in workspace.projects {
      projects[project.id] = "\(project.name)/\(project.clientID ?? "")/\(project.archived)/\(project.billable)"
    }
    for user in workspace.users where !user.isRemoved { users[user.id] = user.name ?? "" }
  }
}

extension SimulatedClockify {
  /// Sends what waits to be sent.
  ///
  /// - Returns: how many deliveries were answered with 2xx.
  @discardableResult
  public func deliver() async -> Int {
    let waiting = update { state in
      defer { state.outbox = [] }
      return disordered(state.outbox, state.controls.deliveries)
    }
    return await withTaskGroup(of: Bool.self) { group in
      for delivery in waiting { group.addTask { await self.send(delivery) } }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
  }

  /// What a change makes is sent by itself, unless it is held.
  func sendWhatHappened() {
    guard read({ $0.workspaces.contains { !$0.webhooks.isEmpty } }) else { return }
    let (isToSend, delay) = update { state in
      state.outbox += state.takeDeliveries()
      return (!state.outbox.isEmpty && !state.controls.deliveries.isHeld, state.controls.deliveries.delay)
    }
    guard isToSend else { return }
    Task {
      if delay > 0 { try? await Task.sleep(for: .seconds(delay)) }
      await deliver()
    }
  }

  private func disordered(_ deliveries: [Delivery], _ controls: DeliveryControls) -> [Delivery] {
    func happens(_ of: Int) -> Bool { of > 0 && Int.random(in: 0..<of) == 0 }
    var sent = deliveries.flatMap { delivery -> [Delivery] in
      if happens(controls.losesOneOf) { return [] }
      return happens(controls.doublesOneOf) ? [delivery, delivery] : [delivery]
    }
    for index in sent.indices.dropFirst() where happens(controls.swapsOneOf) { sent.swapAt(index, index - 1) }
    return sent
  }

  private func send(_ delivery: Delivery) async -> Bool {
    let controls = read { $0.controls.deliveries }
    for attempt in 0...controls.retries {
      if attempt > 0 { try? await Task.sleep(for: .seconds(controls.retryPause)) }
      guard let hook = webhook(delivery), hook.isDelivering else { return false }
      var request = HTTPClientRequest(url: hook.url)
      request.method = .POST
      request.headers.add(name: "Content-Type", value: "application/json")
      request.headers.add(name: controls.signatureHeader, value: hook.token)
      if controls.sendsEventType {
        request.headers.add(name: "Clockify-Webhook-Event-Type", value: delivery.event)
      }
      request.body = .bytes(ByteBuffer(bytes: delivery.body))
      let answer = try? await HTTPClient.shared.execute(request, timeout: .seconds(10))
      let status = answer.map { Int($0.status.code) } ?? 0
      note(status, of: delivery, failuresUntilOff: controls.failuresUntilOff)
      if (200..<300).contains(status) { return true }
    }
    return false
  }

  private func webhook(_ delivery: Delivery) -> SimulatedWebhook? {
    read { state in
      state.workspaces.first { $0.id == delivery.workspace }?.webhooks.first { $0.id == delivery.hook }
    }
  }

  private func note(_ status: Int, of delivery: Delivery, failuresUntilOff: Int) {
    update { state in
      guard let at = state.workspaces.firstIndex(where: { $0.id == delivery.workspace }),
        let index = state.workspaces[at].webhooks.firstIndex(where: { $0.id == delivery.hook })
      else { return }
      state.workspaces[at].webhooks[index].logs.append(.init(at: state.controls.now, status: status))
      if (200..<300).contains(status) {
        state.workspaces[at].webhooks[index].failures = 0
      } else {
        state.workspaces[at].webhooks[index].failures += 1
        if state.workspaces[at].webhooks[index].failures >= failuresUntilOff {
          state.workspaces[at].webhooks[index].isDelivering = false
        }
      }
    }
  }
}
