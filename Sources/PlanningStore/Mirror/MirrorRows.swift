/// One mirrored list row, whatever its kind: columns beyond the id are compared and written only when they differ.
package struct MirrorUser: Sendable, Equatable {
  package var id: String
  package var name: String?
  package var email: String?
  package var status: String?
  package var membershipStatus: String?
  package var timeZone: String?

  package init(
    id: String, name: String?, email: String?, status: String?, membershipStatus: String?, timeZone: String?
  ) {
    self.id = id
    self.name = name
    self.email = email
    self.status = status
    self.membershipStatus = membershipStatus
    self.timeZone = timeZone
  }
}

package struct MirrorClient: Sendable, Equatable {
  package var id: String
  package var name: String?
  package var archived: Bool
  package var isGone = false
  /// Known of rows of the mirror.
  package var workspace = ""

  package init(id: String, name: String?, archived: Bool) {
    self.id = id
    self.name = name
    self.archived = archived
  }
}

package struct MirrorProject: Sendable, Equatable {
  package var id: String
  package var name: String?
  package var clientID: String?
  package var billable: Bool?
  package var archived: Bool
  package var template: Bool
  package var isGone = false
  /// Known of rows of the mirror.
  package var workspace = ""

  package init(id: String, name: String?, clientID: String?, billable: Bool?, archived: Bool, template: Bool) {
    self.id = id
    self.name = name
    self.clientID = clientID
    self.billable = billable
    self.archived = archived
    self.template = template
  }
}

package struct MirrorGroup: Sendable, Equatable {
  package var id: String
  package var name: String?
  package var users: [String]

  package init(id: String, name: String?, users: [String]) {
    self.id = id
    self.name = name
    self.users = users
  }
}
