import ClockifyAPI
import Planning
import PlanningStore

extension ReplicaKind {
  static let holidays = ReplicaKind(
    "holidays", .list(path: "/holidays", isPaged: false), feature: "TIME_OFF",
    ReplicaTable(
      "clockify_holiday", meaning: "public holidays, and for whom they hold",
      children: [
        ReplicaChild(
          "clockify_holiday_user", "userIds", ofValues: true, meaning: "people for whom it holds",
          columns: """
            user_id T: the person
            """),
        ReplicaChild(
          "clockify_holiday_user_group", "userGroupIds", ofValues: true, meaning: "groups for which it holds",
          columns: """
            user_group_id T: the group
            """),
      ],
      columns: """
        name T: what it is called
        start_date D ← datePeriod.startDate: the first date
        end_date D ← datePeriod.endDate: the last date
        occurs_annually B: it comes every year
        everyone_including_new B: it holds for everybody, also for who comes later
        automatic_time_entry_creation B: entries are made for it
        project_id T: the project of those entries
        task_id T: their task
        """))

  static let timeOffPolicies = ReplicaKind(
    "time_off_policies", .list(path: "/time-off/policies", query: [("status", "ALL")], largestPage: 200),
    feature: "TIME_OFF",
    ReplicaTable(
      "clockify_time_off_policy", meaning: "kinds of time off and their rules",
      children: [
        ReplicaChild(
          "clockify_time_off_policy_user", "userIds", ofValues: true, meaning: "people for whom it holds",
          columns: """
            user_id T: the person
            """),
        ReplicaChild(
          "clockify_time_off_policy_user_group", "userGroupIds", ofValues: true, meaning: "groups for which it holds",
          columns: """
            user_group_id T: the group
            """),
        ReplicaChild(
          "clockify_time_off_policy_approver", "approve.userIds", ofValues: true, meaning: "who decides on requests",
          columns: """
            user_id T: the person
            """),
      ],
      columns: """
        name T: what it is called
        archived B: nobody can ask for it any more
        time_unit T: days or hours
        allow_half_day B: half a day can be asked for
        allow_negative_balance B: more may be taken than there is
        everyone_including_new B: it holds for everybody, also for who comes later
        project_id T: the project of its entries
        approve_requires_approval B ← approve.requiresApproval: somebody must agree
        approve_specific_members B ← approve.specificMembers: those who are named decide
        approve_team_managers B ← approve.teamManagers: who leads the group decides
        automatic_accrual_amount R ← automaticAccrual.amount: how much comes by itself
        automatic_accrual_period T ← automaticAccrual.period: how often
        automatic_accrual_time_unit T ← automaticAccrual.timeUnit: in days or hours
        automatic_time_entry_creation_enabled B ← automaticTimeEntryCreation.enabled: entries are made for it
        automatic_time_entry_creation_project_id T ← automaticTimeEntryCreation.defaultEntities.projectId: their project
        automatic_time_entry_creation_task_id T ← automaticTimeEntryCreation.defaultEntities.taskId: their task
        negative_balance_amount R ← negativeBalance.amount: how much more may be taken than there is
        negative_balance_period T ← negativeBalance.period: within what time
        negative_balance_should_reset B ← negativeBalance.shouldReset: what is owed is forgiven after it
        negative_balance_time_unit T ← negativeBalance.timeUnit: in days or hours
        """))

  static let timeOffRequests = ReplicaKind(
    "time_off_requests",
    .search(
      path: "/time-off/requests", body: #""statuses":["ALL"]"#, rowsAt: ["requests"], totalAt: ["count"],
      largestPage: 200),
    feature: "TIME_OFF",
    ReplicaTable(
      "clockify_time_off_request", meaning: "time off that people asked for",
      ignored: [
        ("policyName", "joins from the policy"), ("userName", "joins from the person"),
        ("userEmail", "joins from the person"), ("requesterUserName", "joins from the person"),
      ],
      columns: """
        policy_id T: the kind of time off
        user_id T: who is off
        requester_user_id T: who asked for it
        time_unit T: days or hours
        balance R: what was left before it
        balance_diff R: how much it takes
        created_at Z: when it was asked for
        note T: what was said with it
        status_status_type T ← status.statusType: waiting, approved, rejected
        status_changed_at Z ← status.changedAt: when that was decided
        status_changed_by_user_id T ← status.changedByUserId: by whom
        status_changed_by_user_name T ← status.changedByUserName: what they were called then
        status_changed_for_user_name T ← status.changedForUserName: for whom it was decided
        status_note T ← status.note: what was said with it
        time_off_period_half_day B ← timeOffPeriod.halfDay: half a day only
        time_off_period_half_day_period T ← timeOffPeriod.halfDayPeriod: which half
        time_off_period_start Z ← timeOffPeriod.period.start: midnight of the first date in user_time_zone
        time_off_period_end Z ← timeOffPeriod.period.end: the end of the last date in user_time_zone
        time_off_period_half_day_start Z ← timeOffPeriod.halfDayHours.start: when the half day begins
        time_off_period_half_day_end Z ← timeOffPeriod.halfDayHours.end: when it ends
        user_time_zone T: the zone of the dates
        first_date D ← -: the first date in that zone
        last_date D ← -: the last date in that zone
        """,
      derived: [
        "first_date": { TimeOffDates($0).map { .text("\($0.days.lowerBound)") } ?? .null },
        "last_date": { TimeOffDates($0).map { .text("\($0.days.upperBound)") } ?? .null },
      ]))

  static let timeOffBalances = ReplicaKind(
    "time_off_balances",
    .each(
      of: "time_off_policies", path: "/time-off/balance/policy/{id}", rowsAt: ["balances"], totalAt: ["count"],
      largestPage: 200),
    feature: "TIME_OFF", gone: .withParent,
    ReplicaTable(
      "clockify_time_off_balance", meaning: "how much of each kind of time off people have left",
      id: ["policyId", "userId"],
      ignored: [
        ("id", "there is none, or it is these two"), ("policyName", "joins from the policy"),
        ("userName", "joins from the person"),
      ],
      columns: """
        policy_id T: the kind of time off
        user_id T: whose
        balance R: what is left
        used R: what was taken
        total R: what there was
        negative_balance_amount R: how much more may be taken
        negative_balance_limit B: whether that has an end
        policy_time_unit T: days or hours
        policy_archived B: nobody can ask for it any more
        """))
}

/// The dates of a request: its bounds are instants of midnights in the person's zone.
struct TimeOffDates {
  let days: ClosedRange<CalendarDay>

  /// Whether the end is the last date's midnight or the next one's is not known for sure: that which has as many days from
  /// Monday to Friday as the request takes, else the next one's.
  ///
  /// - Returns: nil where there are no bounds.
  init?(_ request: JSONTree) {
    func instant(_ name: String) -> Instant? {
      request.at(["timeOffPeriod", "period", name])?.words.flatMap(ClockifyTime.instant).flatMap { Instant($0) }
    }
    guard let start = instant("start"), let end = instant("end"), start <= end else { return nil }
    let name = request["userTimeZone"]?.words ?? "UTC"
    let first = Zone.day(of: start, in: name)
    let last = Zone.day(of: end, in: name)
    let isMidnight = last > first && Zone.day(of: end + -1, in: name) < last
    guard isMidnight else {
      days = first...last
      return
    }
    let taken = request["balanceDiff"].flatMap { ReplicaForm.real.read($0) }
    func workingDays(_ days: ClosedRange<CalendarDay>) -> Int {
      days.count { WorkingDays.mondayToFriday.contains($0.weekday) }
    }
    if case .real(let taken)? = taken, abs(taken) == Double(workingDays(first...last)),
      request["timeUnit"] == .text("DAYS"),
      workingDays(first...last) != workingDays(first...(last - 1))
    {
      days = first...last
    } else {
      days = first...(last - 1)
    }
  }
}
