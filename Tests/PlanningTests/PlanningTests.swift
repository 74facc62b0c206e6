import Foundation
import Planning
import Testing

@Suite("Calendar days and instants")
struct CalendarTests {
  @Test("Days agree with Foundation's calendar over four centuries")
  func againstFoundation() {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: "UTC")!
    for number in stride(from: -80_000, through: 80_000, by: 37) {
      let date = Date(timeIntervalSince1970: Double(number) * 86_400)
      let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: date)
      let day = CalendarDay(number: number)
      #expect(day.components == (parts.year!, parts.month!, parts.day!))
      #expect(day.weekday.rawValue == (parts.weekday! + 5) % 7)
      #expect(CalendarDay(day.description) == day)
    }
  }

  @Test(
    "Text that is no date is refused",
    arguments: ["2026-02-30", "2026-13-01", "26-01-01", "2026-1-01", "", "2026-02-0x"])
  func noDate(text: String) {
    #expect(CalendarDay(text) == nil)
  }

  @Test("Instants read and print their text form")
  func instants() {
    #expect(Instant("2026-03-06T03:30:00Z")?.seconds == 1_772_767_800)
    #expect(Instant(seconds: 1_772_767_800).description == "2026-03-06T03:30:00Z")
    #expect(Instant("2026-03-06T24:00:00Z") == nil)
    #expect(Instant("2026-03-06T03:30:00") == nil)
  }

  @Test(
    "A zone's table agrees with Foundation",
    arguments: [
      "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "Pacific/Apia", "Africa/Casablanca",
      "UTC",
    ])
  func zones(name: String) throws {
    let zone = try #require(Zone(name))
    let foundation = try #require(TimeZone(identifier: name))
    for seconds in stride(from: 700_000_000, to: 2_500_000_000, by: 1_234_567) {
      #expect(
        zone.offset(at: Instant(seconds: seconds))
          == foundation.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }
    let day = CalendarDay("2026-03-29")!
    #expect(zone.day(of: zone.start(of: day)) == day)
    #expect(zone.day(of: zone.start(of: day) - 1) == day - 1)
  }

  @Test("An unknown zone is nil, not a guess")
  func unknownZone() {
    #expect(Zone("Mars/Olympus") == nil)
    #expect(Zone("") == nil)
  }
}

@Suite("Plan: scheduled minutes, roles, rounding, names")
struct PlanTests {
  private let week = (0..<7).map { CalendarDay("2026-03-02")! + $0 }
  private func contract(_ role: RoleID = 1, from: String? = nil, to: String? = nil, minutes: Int = 480) -> Contract {
    Contract(
      role: role, startsOn: from.flatMap { CalendarDay($0) }, endsOn: to.flatMap { CalendarDay($0) },
      minutesPerDay: minutes, workingDays: .mondayToFriday)
  }
  private func assignment(_ role: RoleID = 1, minutes: Int = 480, nonWorking: Bool = false) -> Assignment {
    Assignment(
      project: 1, role: role, startsOn: week[0], endsOn: week[6], minutesPerDay: minutes, isNonWorkingDay: nonWorking)
  }

  @Test("Rule 63: weekends, holidays, whole and partial time off")
  func scheduled() {
    let plan = PersonPlan(
      contracts: [contract()],
      timeOff: [
        TimeOff(startsOn: week[1], endsOn: week[1], minutesPerDay: nil),
        TimeOff(startsOn: week[2], endsOn: week[2], minutesPerDay: 120),
        TimeOff(startsOn: week[3], endsOn: week[3], minutesPerDay: 480),
      ], holidays: [week[4]])
    #expect(week.map { plan.scheduledMinutes(of: assignment(), on: $0) } == [480, 0, 360, 0, 0, 0, 0])
    // 241 × 360 / 480 = 180.75, half up.
    #expect(plan.scheduledMinutes(of: assignment(minutes: 241), on: week[2]) == 181)
    #expect(
      week.map { plan.scheduledMinutes(of: assignment(minutes: 240, nonWorking: true), on: $0) } == [
        240, 0, 180, 0, 240, 240, 240,
      ])
  }

  @Test("Rule 64: nothing is scheduled outside a contract")
  func outsideContract() {
    let plan = PersonPlan(contracts: [contract(to: "2026-03-04")])
    #expect(week.map { plan.scheduledMinutes(of: assignment(), on: $0) } == [480, 480, 480, 0, 0, 0, 0])
  }

  @Test("Rule 44: the contract's role, else most minutes, else the lowest id")
  func severalRoles() {
    func role(_ assignments: [Assignment], contract role: RoleID) -> RoleID {
      RoleChoice(on: week[0], assignments: assignments, contracts: [contract(role)], unknown: 99).role
    }
    #expect(role([assignment(1, minutes: 240), assignment(2, minutes: 120)], contract: 2) == 2)
    #expect(role([assignment(1, minutes: 100), assignment(2, minutes: 120)], contract: 3) == 2)
    #expect(role([assignment(2, minutes: 120), assignment(1, minutes: 120)], contract: 3) == 1)
    #expect(
      role([assignment(2, minutes: 60), assignment(1, minutes: 100), assignment(2, minutes: 60)], contract: 3) == 2)
  }

  @Test("Rule 43: contract, nearest contract, Unknown")
  func contractSteps() {
    let contracts = [contract(1, from: "2026-02-01", to: "2026-02-27"), contract(2, from: "2026-03-05")]
    func choice(_ day: String) -> RoleChoice {
      RoleChoice(on: CalendarDay(day)!, assignments: [], contracts: contracts, unknown: 99)
    }
    #expect(choice("2026-02-10").role == 1)
    #expect(choice("2026-03-02") == choice("2026-03-02"))
    #expect((choice("2026-03-02").role, choice("2026-03-02").step) == (1, .nearestContract))
    #expect(choice("2026-03-03").role == 2)
    #expect(RoleChoice(on: week[0], assignments: [], contracts: [], unknown: 99).role == 99)
  }

  @Test("Rule 39: half up, once", arguments: [(1860, 31), (1160, 19), (29, 0), (30, 1), (0, 0)])
  func rounding(seconds: Int, minutes: Int) {
    #expect(Minutes.rounded(seconds: seconds) == minutes)
  }

  @Test(
    "Rule 74: names compare without case, accents, punctuation and legal suffixes",
    arguments: [
      ("Müller GmbH", "muller"), ("  Acme, Inc. ", "ACME"), ("O'Neill & Sons", "oneill sons"), ("Straße", "strasse"),
    ])
  func names(left: String, right: String) {
    #expect(NormalizedName(left) == NormalizedName(right))
    #expect(NormalizedName(left) != NormalizedName(left + " two"))
  }
}
