import Foundation
import PlanningStore
import RotaTesting
import Steering
import Testing

@testable import RotaWeb

/// Who may log in, and how (docs/security.md).
@Suite("Accounts")
struct AccountsTests {
  private static let password = "correct horse battery"

  /// - Returns: path of the invitation.
  private func invite(_ name: String, _ right: Right, _ world: World, _ served: Served) throws -> String {
    let accounts = try AccountFile(database: world.database.path)
    let desk = AccountDesk(accounts, base: "")
    let isThere = try accounts.account(named: name) != nil
    return try #require(try (isThere ? desk.resetUser(name) : desk.addUser(name, right)).secret)
  }

  private func session(_ answer: Served.Answer) -> [String: String] {
    ["Cookie": String((answer.headers["set-cookie"] ?? "").prefix { $0 != ";" })]
  }

  @Test("An invitation: looked at as often as one likes, used once; then the name and the password let in")
  func invitation() async throws {
    try await World.with { world in
      try await Served.with(world) { served in
        let path = try invite("Ana", .planner, world, served)
        #expect(try await served.ask("GET", path, as: nil).text.contains("Welcome, Ana."))
        #expect(try await served.ask("GET", path, as: nil).status == 200)

        let short = try await served.ask("POST", path, as: nil, form: "password=short&again=short")
        #expect(short.status == 422 && short.text.contains("At least 12 characters"))
        let different = try await served.ask(
          "POST", path, as: nil, form: "password=correct+horse+1&again=correct+horse+2")
        #expect(different.status == 422 && different.text.contains("The two are not the same."))

        let form = "password=correct+horse+battery&again=correct+horse+battery"
        let set = try await served.ask("POST", path, as: nil, form: form)
        #expect(set.status == 303)
        #expect(
          try await served.ask("GET", "/people", as: nil, headers: session(set)).text.contains("<span>Ana</span>"))
        #expect(try await served.ask("POST", path, as: nil, form: form).status == 403)
        #expect(try await served.ask("GET", path, as: nil).status == 403)

        // Who came in by a link before there were accounts is out.
        #expect(try await served.ask("GET", "/", as: .admin).status == 303)
        #expect(try await served.ask("GET", String(served.link.dropFirst(served.base.count)), as: nil).status == 403)

        let login = try await served.ask("POST", "/login", as: nil, form: "name=ANA&password=correct+horse+battery")
        #expect(login.status == 303)
        let page = try await served.ask("GET", "/integration", as: nil, headers: session(login))
        #expect(page.status == 200 && !page.text.contains("/integration/actuals"))
        #expect(
          try await served.ask("POST", "/integration/actuals", as: nil, form: "do=on", headers: session(login)).status
            == 403)
      }
      let file = try Data(contentsOf: URL(fileURLWithPath: world.database.path + ".web"))
      #expect(file.range(of: Data(Self.password.utf8)) == nil)
    }
  }

  @Test("Other rights, a reset and a removal each end every session of theirs")
  func ends() async throws {
    try await World.with { world in
      try await Served.with(world) { served in
        let accounts = try AccountFile(database: world.database.path)
        let form = "password=correct+horse+battery&again=correct+horse+battery"
        let ways: [(Int64) throws -> Void] = [
          { try accounts.setRight("admin", of: $0) },
          { id in
            let name = try accounts.accounts().first { $0.id == id }!.name
            _ = try AccountDesk(accounts, base: "").resetUser(name)
          },
          { try accounts.remove($0) },
        ]
        for (number, end) in ways.enumerated() {
          let name = "user\(number)"
          let cookie = session(
            try await served.ask("POST", try invite(name, .viewer, world, served), as: nil, form: form))
          #expect(try await served.ask("GET", "/", as: nil, headers: cookie).status == 200)
          try end(try #require(try accounts.account(named: name)).id)
          #expect(try await served.ask("GET", "/", as: nil, headers: cookie).status == 303, "\(number)")
          let isStillIn = try await served.ask(
            "POST", "/login", as: nil, form: "name=\(name)&password=correct+horse+battery")
          #expect(isStillIn.status == (number == 0 ? 303 : 422))
        }
      }
    }
  }

  @Test("Wrong five times: then everybody from there waits, whatever they type; nothing tells which names there are")
  func throttle() async throws {
    try await World.with { world in
      try await Served.with(world) { served in
        let form = "password=correct+horse+battery&again=correct+horse+battery"
        _ = try await served.ask("POST", try invite("ana", .viewer, world, served), as: nil, form: form)
        var answers: Set<String> = []
        for name in ["ana", "nobody", "ana", "nobody", "ana"] {
          let answer = try await served.ask("POST", "/login", as: nil, form: "name=\(name)&password=wrong+wrong+wrong")
          #expect(answer.status == 422 && answer.text.contains("Name or password is wrong."))
          answers.insert(answer.text.replacing(name, with: "NAME"))
        }
        #expect(answers.count == 1)
        let right = try await served.ask("POST", "/login", as: nil, form: "name=ana&password=correct+horse+battery")
        #expect(right.status == 429 && right.text.contains("Too many wrong passwords: wait "))
      }
    }
  }

  @Test("Half a minute after five, doubled to a quarter of an hour; the right password forgets")
  func waits() {
    let attempts = Attempts()
    for _ in 1...4 { attempts.failed(["a"], at: 1000) }
    #expect(attempts.wait(["a"], at: 1000) == 0)
    for wait in [30, 60, 120, 240, 480, 900, 900] {
      attempts.failed(["a"], at: 1000)
      #expect(attempts.wait(["a", "b"], at: 1000) == wait)
    }
    #expect(attempts.wait(["b"], at: 1000) == 0)
    #expect(attempts.wait(["a"], at: 1900) == 0)
    attempts.succeeded(["a"])
    #expect(attempts.wait(["a"], at: 1000) == 0)
  }

  @Test("A proxy that logs people in names them: an account with its role; from elsewhere the name is refused")
  func proxied() async throws {
    try await World.with { world in
      for peer in ["127.0.0.1", "192.0.2.1"] {
        try await Served.with(world, proxy: TrustedProxy(header: "X-Remote-User", from: [peer])) { served in
          let accounts = try AccountFile(database: world.database.path)
          _ = try accounts.addAccount("lena", right: "planner", at: 1)
          func ask(_ name: String, _ method: String = "GET", _ path: String = "/people") async throws -> Int {
            try await served.ask(method, path, as: nil, headers: ["X-Remote-User": name]).status
          }
          guard peer == "127.0.0.1" else {
            #expect(try await ask("lena") == 400)
            return
          }
          #expect(try await ask("LENA") == 200)
          #expect(try await ask("lena", "GET", "/users") == 403)
          #expect(try await ask("nobody") == 403)
          #expect(try await ask("lena", "POST", "/roles") == 422)
          #expect(try await served.ask("GET", "/people", as: nil).status == 303)
          try accounts.remove(#require(try accounts.account(named: "lena")).id)
        }
      }
      #expect(throws: UserError.self) { try TrustedProxy(header: "not a header", from: []) }
    }
  }

  @Test("An address that others reach needs accounts and https")
  func addresses() throws {
    for text in ["", "8787", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "a:b:c", "127.0.0.1:-1"] {
      #expect(throws: UserError.self, "\(text)") { try WebAddress(text) }
    }
    #expect(try WebAddress("127.0.0.1:0").isLoopback && WebAddress("localhost:1").isLoopback)
    try WebAddress("127.0.0.1:8787").refuseIfOpen(hasAccounts: false)

    let open = try WebAddress("0.0.0.0:8787")
    #expect(throws: UserError.self) { try open.refuseIfOpen(hasAccounts: false) }
    #expect(throws: UserError.self) { try open.refuseIfOpen(hasAccounts: true) }
    let proxied = try WebAddress("127.0.0.1:8787", publicURL: "https://rota.example.com/")
    #expect(throws: UserError.self) { try proxied.refuseIfOpen(hasAccounts: false) }
    try proxied.refuseIfOpen(hasAccounts: true)
    #expect(proxied.hosts(port: 8787).contains("rota.example.com"))
    #expect(proxied.keys(port: 8787).cookie == "__Host-rota")
    #expect(proxied.keys(port: 8787).cookie("t", for: 1).description.contains("Secure"))
  }
}
