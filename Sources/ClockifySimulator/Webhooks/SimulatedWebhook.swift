import Foundation

/// A webhook of a workspace (clockify-api.md 8).
public struct SimulatedWebhook: Sendable {
  public var id: String
  public var userID: String
  public var name: String
  public var url: String
  public var event: String
  public var token: String
  public var isEnabled = true
  /// Clockify's own switch: off after too many failures.
  public var isDelivering = true
  public var isOnPlan = true
  public var triggerSourceType = "WORKSPACE_ID"
  public var triggerSource: [String] = []
  /// In a row.
  var failures = 0
  var logs: [Log] = []

  struct Log: Sendable {
    let at: Int
    let status: Int
  }

  public init(id: String, userID: String, name: String, url: String, event: String, token: String) {
    self.id = id
    self.userID = userID
    self.name = name
    self.url = url
    self.event = event
    self.token = token
  }

  var row: [String: Any] {
    [
      "id": id, "userId": userID, "name": name, "url": url, "webhookEvent": event, "authToken": token,
      "enabled": isEnabled, "deliveryEnabled": isDelivering, "planEnabled": isOnPlan,
      "triggerSourceType": triggerSourceType, "triggerSource": triggerSource,
    ]
  }
}

/// Something that happened in a workspace, which a webhook may be told of.
struct SimulatedEvent: Sendable {
  let name: String
  /// The entity, flat: no event name, no delivery id, no moment.
  let body: Data
}

/// How deliveries go wrong. Nothing of it is documented (clockify-api.md 8, [guess]): receivers must hold all of it.
public struct DeliveryControls: Sendable {
  /// From the event to its delivery, seconds.
  public var delay = 0.0
  /// Of so many deliveries one is lost, comes twice, or comes after the next; 0: none.
  public var losesOneOf = 0
  public var doublesOneOf = 0
  public var swapsOneOf = 0
  /// What is answered otherwise than with 2xx is sent again so often, after so many seconds.
  public var retries = 2
  public var retryPause = 0.2
  /// After so many failures in a row a webhook is switched off.
  public var failuresUntilOff = 10
  /// The header that holds the token.
  public var signatureHeader = "Clockify-Signature"
  public var sendsEventType = true
  /// Nothing is sent by itself: `deliver()` does it.
  public var isHeld = false
  /// A timer that is stopped is also one that was updated.
  public var stopIsAlsoUpdate = false
}
