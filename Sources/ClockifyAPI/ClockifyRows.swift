import Foundation

/// GET /user: who the key belongs to.
package struct ClockifyUser: Decodable, Sendable, Equatable {
  package var id: String
  package var name: String?
  package var email: String?
  /// Of the account: ACTIVE, LIMITED, DELETED, …; an open set.
  package var status: String?
  /// Of the membership in the workspace asked for: PENDING, ACTIVE, DECLINED, INACTIVE; nil where it was not stated.
  package var membershipStatus: String?
  /// IANA name; nil for people who have not finished signing up.
  package var timeZone: String?
  package var activeWorkspace: String?
  package var memberships: [Membership]

  package struct Membership: Decodable, Sendable, Equatable {
    package var targetID: String?
    package var type: String?
    package var status: String?

    package init(from decoder: any Decoder) throws {
      let row = try decoder.container(keyedBy: FieldName.self)
      targetID = row.text("targetId")
      type = row.text("membershipType")
      status = row.text("membershipStatus")
    }
  }

  package init(from decoder: any Decoder) throws {
    let row = try decoder.container(keyedBy: FieldName.self)
    id = try row.id()
    name = row.text("name")
    email = row.text("email")
    status = row.text("status")
    activeWorkspace = row.text("activeWorkspace")
    let settings = try? row.nestedContainer(keyedBy: FieldName.self, forKey: "settings")
    timeZone = settings?.text("timeZone")
    memberships = (try? row.decodeIfPresent([Membership].self, forKey: "memberships")) ?? []
  }

  func asMember(of workspace: String) -> ClockifyUser {
    var user = self
    user.membershipStatus = memberships.first { $0.targetID == workspace && $0.type != "PROJECT" }?.status
    return user
  }
}

package struct ClockifyWorkspace: Decodable, Sendable, Equatable {
  package var id: String
  package var name: String?
  /// FREE, TRIAL, PRO_2021, …; an open set.
  package var featureSubscriptionType: String?

  /// One that the key does not list.
  package init(id: String) {
    self.id = id
  }

  package init(from decoder: any Decoder) throws {
    let row = try decoder.container(keyedBy: FieldName.self)
    id = try row.id()
    name = row.text("name")
    featureSubscriptionType = row.text("featureSubscriptionType")
  }

  package var isFree: Bool { featureSubscriptionType?.uppercased() == "FREE" }
}

package struct ClockifyClient: Decodable, Sendable, Equatable {
  package var id: String
  package var name: String?
  package var archived: Bool

  package init(from decoder: any Decoder) throws {
    let row = try decoder.container(keyedBy: FieldName.self)
    id = try row.id()
    name = row.text("name")
    archived = row.flag("archived") ?? false
  }
}

package struct ClockifyProject: Decodable, Sendable, Equatable {
  package var id: String
  package var name: String?
  /// nil: no client. Clockify writes "".
  package var clientID: String?
  package var billable: Bool?
  package var archived: Bool
  package var template: Bool

  package init(from decoder: any Decoder) throws {
    let row = try decoder.container(keyedBy: FieldName.self)
    id = try row.id()
    name = row.text("name")
    let client = try? row.nestedContainer(keyedBy: FieldName.self, forKey: "client")
    clientID = row.text("clientId") ?? client?.text("id")
    billable = row.flag("billable")
    archived = row.flag("archived") ?? false
    template = row.flag("template") ?? false
  }
}

package struct ClockifyUserGroup: Decodable, Sendable, Equatable {
  package var id: String
  package var name: String?
  package var userIDs: [String]

  package init(from decoder: any Decoder) throws {
    let row = try decoder.container(keyedBy: FieldName.self)
    id = try row.id()
    name = row.text("name")
    userIDs = (try? row.decodeIfPresent([String].self, forKey: "userIds")) ?? []
  }
}

/// A row that has an id; what lists are de-duplicated by.
protocol ClockifyRow: Decodable, Sendable {
  var id: String { get }
}

extension ClockifyUser: ClockifyRow {}
extension ClockifyWorkspace: ClockifyRow {}
extension ClockifyClient: ClockifyRow {}
extension ClockifyProject: ClockifyRow {}
extension ClockifyUserGroup: ClockifyRow {}

/// Field names as they stand in the JSON.
private struct FieldName: CodingKey, ExpressibleByStringLiteral {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringLiteral value: String) { stringValue = value }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// Lenient reading: null, "" and absent are nil, numbers and flags may come as text (clockify-api.md 1.6, 11).
extension KeyedDecodingContainer where K == FieldName {
  fileprivate func id() throws -> String {
    guard let id = text("id") ?? text("_id") else {
      throw DecodingError.keyNotFound(
        "id" as FieldName, .init(codingPath: codingPath, debugDescription: "a row without id"))
    }
    return id
  }

  fileprivate func text(_ name: FieldName) -> String? {
    if let text = try? decodeIfPresent(String.self, forKey: name) { return text.isEmpty ? nil : text }
    if let number = try? decodeIfPresent(Int.self, forKey: name) { return String(number) }
    return nil
  }

  fileprivate func flag(_ name: FieldName) -> Bool? {
    if let flag = try? decodeIfPresent(Bool.self, forKey: name) { return flag }
    return text(name).flatMap { Bool($0.lowercased()) }
  }
}
