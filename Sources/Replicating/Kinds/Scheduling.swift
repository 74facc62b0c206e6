extension ReplicaKind {
  static let assignments = ReplicaKind(
    "assignments",
    .list(path: "/scheduling/assignments/all", query: [("sort-column", "ID"), ("start", "{from}"), ("end", "{to}")]),
    feature: "SCHEDULING", gone: .withinPeriod(start: "period_start", end: "period_end"),
    ReplicaTable(
      "clockify_assignment", meaning: "work that is planned in Clockify",
      ignored: [
        ("userName", "joins from the person"), ("projectName", "joins from the project"),
        ("projectColor", "joins from the project"), ("projectArchived", "joins from the project"),
        ("projectBillable", "joins from the project"), ("clientName", "joins from the client"),
        ("taskName", "joins from the task"),
      ],
      columns: """
        user_id T: whose
        project_id T: on which project
        task_id T: on which task
        client_id T: the project's client
        billable B: the client pays for it
        hours_per_day R: how many hours a day
        period_start Z ← period.start: from when
        period_end Z ← period.end: until when
        start_time T: at what time of the day it begins
        note T: what was said with it
        """))
}
