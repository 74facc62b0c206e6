extension ReplicaKind {
  static let projects = ReplicaKind(
    "projects", .carried(.projects),
    ReplicaTable(
      "clockify_project", meaning: "projects, archived ones and templates too, with estimates and rates",
      isImports: true,
      ignored: [
        ("client", "a kind of its own"), ("favorite", "as the key's owner sees it"),
        ("expenses", "a kind of its own"), ("tasks", "a kind of its own"),
      ],
      children: [
        ReplicaChild(
          memberships: "target_id", "memberships", of: nil, meaning: "who may track time on it, and at what rates",
          columns: """
            user_id T: the person, or the group
            membership_type T: PROJECT, or USERGROUP for a group
            """),
        ReplicaChild(
          "clockify_project_custom_field", "customFields", meaning: "what fields of the workspace's own say of it",
          columns: """
            custom_field_id T ← customFieldId | _id | id: the field
            name T: what it is called
            type T: what it takes
            status T: whether it is shown
            value J: what it says
            """),
      ],
      byImport: """
        name T: what it is called
        client_id T: for whom
        billable B: its time is billable unless somebody says otherwise
        archived B: nobody works on it any more
        template B: a pattern for other projects
        """,
      columns: """
        client_name T ← clientName | client.name: what the client is called
        color T: its colour
        note T: what was said of it
        public B: everybody may track time on it
        duration P: time tracked on it, as Clockify counts
        hourly_rate $: what an hour costs the client
        cost_rate $: what an hour costs the company
        estimate_estimate P ← estimate.estimate: how long it should take
        estimate_type T ← estimate.type: said for the project, or summed from its tasks
        time_estimate_active B ← timeEstimate.active: the estimate of time is in use
        time_estimate_estimate P ← timeEstimate.estimate: how long it should take
        time_estimate_type T ← timeEstimate.type: said for the project, or summed from its tasks
        time_estimate_reset_option T ← timeEstimate.resetOption: how often it begins anew
        time_estimate_include_non_billable B ← timeEstimate.includeNonBillable: time that is not billable counts
        budget_estimate_active B ← budgetEstimate.active: the estimate of money is in use
        budget_estimate_estimate M ← budgetEstimate.estimate: how much it should cost
        budget_estimate_type T ← budgetEstimate.type: said for the project, or summed from its tasks
        budget_estimate_reset_option T ← budgetEstimate.resetOption: how often it begins anew
        budget_estimate_include_expenses B ← budgetEstimate.includeExpenses: expenses count
        estimate_reset J: when estimates begin anew
        currency_id T ← currency.id: its currency
        currency_code T ← currency.code: that currency's three letters
        """))

  static let tasks = ReplicaKind(
    "tasks", .carried(.projects),
    ReplicaTable(
      "clockify_task", meaning: "parts of projects, done ones too",
      ignored: [("favorite", "as the key's owner sees it")],
      children: [
        ReplicaChild(
          "clockify_task_assignee", "assigneeIds", ofValues: true, meaning: "who works on it",
          columns: """
            user_id T: the person
            """),
        ReplicaChild(
          "clockify_task_user_group", "userGroupIds", ofValues: true, meaning: "which groups work on it",
          columns: """
            user_group_id T: the group
            """),
      ],
      columns: """
        project_id T: the project
        name T: what it is called
        status T: ACTIVE or DONE
        billable B: its time is billable unless somebody says otherwise
        assignee_id T: who works on it, in older answers
        estimate P: how long it should take
        duration P: time tracked on it, as Clockify counts
        budget_estimate M: how much it should cost
        hourly_rate $: what an hour costs the client
        cost_rate $: what an hour costs the company
        """,
      ours: """
        is_listed B: a list had it; 0: known only from time entries
        """))
}
