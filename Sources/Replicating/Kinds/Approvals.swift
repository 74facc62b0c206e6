extension ReplicaKind {
  static let approvals = ReplicaKind(
    "approvals",
    .newest(
      path: "/approval-requests", query: [("sort-column", "UPDATED_AT"), ("sort-order", "DESCENDING")], page: 50),
    feature: "APPROVAL", gone: .never,
    ReplicaTable(
      "clockify_approval", meaning: "timesheets that were handed in", id: ["approvalRequest.id"],
      ignored: [("approvalRequest.workspaceId", "in the row's key")],
      children: [
        ReplicaChild(
          "clockify_approval_entry", "entries", meaning: "the time entries in it", ignored: ["*"],
          columns: """
            time_entry_id T ← id: the entry
            """),
        ReplicaChild(
          "clockify_approval_expense", "expenses", meaning: "the expenses in it", ignored: ["*"],
          columns: """
            expense_id T ← id: the expense
            approval_status T: what was decided
            detailed_approval_status T: the same, in detail
            """),
      ],
      columns: """
        owner_user_id T ← approvalRequest.owner.userId: whose time it is
        owner_user_name T ← approvalRequest.owner.userName: what they were called then
        owner_start_of_week T ← approvalRequest.owner.startOfWeek: the first day of their week
        owner_time_zone T ← approvalRequest.owner.timeZone: their zone
        creator_user_id T ← approvalRequest.creator.userId: who handed it in
        creator_user_name T ← approvalRequest.creator.userName: what they were called then
        creator_user_email T ← approvalRequest.creator.userEmail: their address then
        date_range_start Z ← approvalRequest.dateRange.start: from when
        date_range_end Z ← approvalRequest.dateRange.end: until when
        status_state T ← approvalRequest.status.state: PENDING, APPROVED, REJECTED, WITHDRAWN_…
        status_note T ← approvalRequest.status.note: what was said with the decision
        status_updated_at Z ← approvalRequest.status.updatedAt: when it was made
        status_updated_by T ← approvalRequest.status.updatedBy: by whom
        status_updated_by_user_name T ← approvalRequest.status.updatedByUserName: what they were called then
        tracked_time P: the time in it
        approved_time P: of it approved
        pending_time P: of it waiting
        billable_time P: of it billable
        break_time P: of it breaks
        billable_amount R: what the client pays, in minor units
        cost_amount R: what it costs the company, in minor units
        expense_total R: the expenses in it, in minor units
        """, money: ["billable_amount", "cost_amount", "expense_total"],
      ours: """
        is_listed B: the last whole reading had it
        """))
}
