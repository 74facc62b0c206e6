import ClockifySimulator
import Foundation
import Testing

/// Parts of the import that are switched off as a whole, as typed (rule 97).
@Suite("Switches")
struct SwitchTests {
  @Test(
    "Rule 97: what is off is not imported; who names it is refused with the command that turns it on; on, all of it comes"
  )
  func people() async throws {
    let workspace = SmallWorkspace.make(hours: [(user: SmallWorkspace.anaID, project: SmallWorkspace.alphaID)])
    try await Shell.with(workspace, SmallWorkspace.setUp) { shell, clockify in
      let all = try await shell.run("switch")
      #expect(all.out.split(separator: "\n").dropFirst().allSatisfy { $0.hasSuffix("on") })
      let dry = try await shell.run("switch", "people", "off", "--dry-run")
      #expect(dry.out + dry.errors == "Would switch off people.\n")
      let off = try await shell.run("switch", "people", "off")
      #expect(
        (off.out + off.errors).contains("People are off now. No import touches them until they are switched on again."))
      let again = try await shell.run("switch", "people", "off")
      #expect((again.out + again.errors).contains("People are off already."))
      #expect(
        try await shell.run("status").out.contains(
          "Switched off  people: no import touches them   rota switch people on"))

      clockify.change { state in
        let id = "6630aa10b1c2d3e4f5060003"
        state.workspace.users.append(.init(id: id, name: "Cleo", email: "cleo@ex.test", timeZone: "UTC"))
        state.workspace.add(
          .init(
            id: "66500c00b1c2d3e4f5060900", userID: id, projectID: SmallWorkspace.alphaID, start: 1_772_438_400,
            end: 1_772_438_400 + 1800))
      }
      try await shell.succeed(["import"] + SmallWorkspace.now)
      #expect(try shell.sql("SELECT group_concat(name) FROM person") == "Ana,Bob")
      #expect(
        try shell.sql("SELECT reason, sum(seconds) FROM ledger WHERE state = 'held' GROUP BY 1")
          == "person_not_linked|1800")
      let before = try shell.sql("SELECT count(*) FROM import_run")
      let named = try await shell.run(["import", "--scope", "people"] + SmallWorkspace.now)
      #expect(named.status == 4 && named.errors.contains("people are switched off: nothing was imported"))
      #expect(named.errors.contains("rota switch people on"))
      #expect(try shell.sql("SELECT count(*) FROM import_run") == before)
      try await shell.succeed(["import", "--scope", "clients,projects"] + SmallWorkspace.now)

      try await shell.succeed(["switch", "people", "on"], ["import"] + SmallWorkspace.now)
      #expect(try shell.sql("SELECT group_concat(name) FROM person") == "Ana,Bob,Cleo")
      #expect(try shell.sql("SELECT sum(hours) FROM actual_detail") == "1.5")
    }
  }

  @Test("Rule 97: actuals that were switched off are refused by name; never on, naming them reads the lists alone")
  func actuals() async throws {
    let workspace = SmallWorkspace.make(hours: [(user: SmallWorkspace.anaID, project: SmallWorkspace.alphaID)])
    let byName = ["import", "--scope", "actuals"] + SmallWorkspace.now
    try await Shell.with(workspace, [["init"], byName] + SmallWorkspace.setUp.dropFirst()) { shell, _ in
      try await shell.succeed(["switch", "actuals", "off"])
      let refused = try await shell.run(byName)
      #expect(refused.status == 4 && refused.errors.contains("rota switch actuals on"))
      try await shell.succeed(["import"] + SmallWorkspace.now, ["switch", "actuals", "on"], byName)
    }
  }

  @Test("Rule 97: zeros are switched off over the settings file, and on over it")
  func zeros() async throws {
    let workspace = SmallWorkspace.make(hours: [(user: SmallWorkspace.anaID, project: SmallWorkspace.alphaID)])
    let setUp =
      SmallWorkspace.setUp.dropLast(2) + [
        ["actuals", "enable", "--autofill-from", "2026-03-02"] + SmallWorkspace.now,
        ["switch", "autofill", "off"], ["import"] + SmallWorkspace.now,
      ]
    try await Shell.with(workspace, Array(setUp)) { shell, _ in
      let zeros = "SELECT count(*) FROM actual WHERE origin = 'autofill'"
      #expect(try shell.sql(zeros) == "0")
      #expect(try await shell.run("status").out.contains("no zeros"))
      try await shell.succeed(["switch", "autofill", "on"], ["import"] + SmallWorkspace.now)
      #expect(try shell.sql(zeros) == "4")
      try shell.write("rota.yaml", "autofill:\n  mode: off\n")
      #expect(try await shell.run("switch", "--json").out.contains("\"part\" : \"autofill\",\n    \"state\" : \"off\""))
      try await shell.succeed(["switch", "autofill", "on"], ["import"] + SmallWorkspace.now)
      #expect(try shell.sql(zeros) == "4")
      #expect(try shell.sql("SELECT value FROM setting WHERE key = 'autofill_mode'") == "days")
    }
  }
}
