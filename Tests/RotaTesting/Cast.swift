package import Importing

/// People, clients, projects and groups of the simulated Clockify, by name.
///
/// `.ana`, `.bob`, `.chloe`; `.acme`, `.internal`; `.alpha`, `.beta` (Acme's), `.leave` (Internal's) are there when a
/// world begins. A test makes further ones by name: `world.hire("Dora")`, `world.newProject("Gamma", client: .acme)`.
package enum Cast {
  package struct Person: Hashable, Sendable {
    package let name: String
    package let id: String

    package static let ana = Person(name: "Ana", id: Cast.id(1))
    package static let bob = Person(name: "Bob", id: Cast.id(2))
    package static let chloe = Person(name: "Chloe", id: Cast.id(3))
  }

  package struct Client: Hashable, Sendable {
    package let name: String
    package let id: String

    package static let acme = Client(name: "Acme", id: Cast.id(10))
    package static let `internal` = Client(name: "Internal", id: Cast.id(11))
  }

  package struct Project: Hashable, Sendable {
    package let name: String
    package let id: String

    package static let alpha = Project(name: "Alpha", id: Cast.id(20))
    package static let beta = Project(name: "Beta", id: Cast.id(21))
    package static let leave = Project(name: "Leave", id: Cast.id(22))
  }

  package struct Group: Hashable, Sendable {
    package let name: String
    package let id: String
  }

  package static let people: [Person] = [.ana, .bob, .chloe]
  package static let projects: [Project] = [.alpha, .beta, .leave]

  /// A Clockify id: 24 hex digits that end in `number`, which has up to four.
  static func id(_ number: Int) -> String { "6630aa10b1c2d3e4f506" + padded(number) }

  static func entryID(_ number: Int) -> String {
    let digits = number > 9999 ? "\(number)" : padded(number)
    return "66500c00b1c2d3e4f506".prefix(24 - digits.count) + digits
  }

  private static func padded(_ number: Int) -> String {
    String(repeating: "0", count: 4 - "\(number)".count) + "\(number)"
  }
}

extension ImportFilter {
  package static func people(_ people: Cast.Person...) -> ImportFilter {
    var filter = ImportFilter()
    filter.users = Set(people.map(\.id))
    return filter
  }

  package static func groups(_ groups: Cast.Group...) -> ImportFilter {
    var filter = ImportFilter()
    filter.groups = Set(groups.map(\.id))
    return filter
  }

  package static func projects(_ projects: Cast.Project...) -> ImportFilter {
    var filter = ImportFilter()
    filter.projects = Set(projects.map(\.id))
    return filter
  }
}
