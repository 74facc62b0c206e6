import Planning
import PlanningStore
import Testing

@testable import Importing

@Suite("Rule 34: whose clock decides")
struct ZoneTests {
  private func chooser(_ profile: String?, override: String? = nil, owner: String? = "Asia/Tokyo") -> ZoneChooser {
    var settings = ImportSettings()
    settings.timeZone = override
    var account = MirrorAccount(history: "u")
    account.timeZone = profile
    return ZoneChooser(settings: settings, plan: PlanSnapshot(), accounts: [account], owner: owner)
  }

  @Test("Rule 34: settings, profile, row, owner, UTC; a name that is not known here gives way to the next")
  func order() {
    var zones = chooser("America/New_York", override: "Europe/Berlin")
    #expect(zones.zone(user: "u", row: "Asia/Kolkata").name == "Europe/Berlin")
    zones = chooser("America/New_York")
    #expect(zones.zone(user: "u", row: "Asia/Kolkata").name == "America/New_York")

    zones = chooser("Mars/Olympus")
    #expect(zones.zone(user: "u", row: "Asia/Kolkata").name == "Asia/Kolkata")
    #expect(zones.zone(user: "u", row: nil).name == "Asia/Tokyo")
    #expect(zones.zone(user: "u", row: "Mars/Olympus").name == "Asia/Tokyo")
    #expect(zones.unknownNames == ["Mars/Olympus"])

    zones = chooser(nil, owner: nil)
    #expect(zones.zone(user: "u", row: nil).name == Zone.utc.name)
    #expect(zones.zone(user: "u", row: "Asia/Kolkata").name == "Asia/Kolkata")
  }
}
