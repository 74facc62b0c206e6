extension ReplicaKind {
  static let workspaces = ReplicaKind(
    "workspaces", .carried(.workspaces),
    ReplicaTable(
      "clockify_workspace", meaning: "workspaces that the key sees, and how they are set up", isImports: true,
      ignored: [("memberships", "the list of people has them")],
      children: [
        ReplicaChild(
          "clockify_workspace_currency", "currencies", meaning: "currencies that are used",
          columns: """
            id T: the currency
            code T: its three letters
            is_default B: taken where nobody says another
            """),
        ReplicaChild(
          "clockify_workspace_feature", "features", ofValues: true, meaning: "what the plan has",
          columns: """
            feature T: its name
            """),
      ],
      byImport: """
        name T: what it is called
        feature_subscription_type T: the plan
        """,
      columns: """
        image_url U: its picture
        hourly_rate $: what an hour costs the client where nothing else is said
        cost_rate $: what an hour costs the company where nothing else is said
        cake_organization_id T: the organisation it belongs to
        subdomain_name T ← subdomain.name: its own address
        subdomain_enabled B ← subdomain.enabled: that address is in use
        """
          + "\n"
          + settings(
            """
            active_billable_hours B: only billable hours count for a project's budget
            admin_only_pages J: pages that only admins see
            automatic_lock_change_day T ← automaticLock.changeDay: the day on which locking moves on
            automatic_lock_day_of_month I ← automaticLock.dayOfMonth: the same, in a month
            automatic_lock_first_day T ← automaticLock.firstDay: the first day that stays open
            automatic_lock_older_than_period T ← automaticLock.olderThanPeriod: unit of the age at which entries are locked
            automatic_lock_older_than_value I ← automaticLock.olderThanValue: that age
            automatic_lock_type T ← automaticLock.type: how locking moves on
            can_see_time_sheet B: people see the timesheet
            can_see_tracker B: people see the tracker
            currency_format T: how amounts are written
            default_billable_projects B: new projects are billable
            duration_format T: how durations are written
            entity_creation_permissions_who_can_create_projects_and_clients T ← entityCreationPermissions.whoCanCreateProjectsAndClients: who may make projects and clients
            entity_creation_permissions_who_can_create_tags T ← entityCreationPermissions.whoCanCreateTags: who may make tags
            entity_creation_permissions_who_can_create_tasks T ← entityCreationPermissions.whoCanCreateTasks: who may make tasks
            force_description B: an entry needs a description
            force_projects B: an entry needs a project
            force_tags B: an entry needs a tag
            force_tasks B: an entry needs a task
            is_project_public_by_default B: new projects are for everybody
            lock_time_entries Z: entries before it are locked
            lock_time_zone T: the zone of that
            multi_factor_enabled B: a second factor is asked for
            number_format T: how numbers are written
            only_admins_can_change_billable_status B: only admins say what is billable
            only_admins_create_project B: only admins make projects
            only_admins_create_tag B: only admins make tags
            only_admins_create_task B: only admins make tasks
            only_admins_see_all_time_entries B: only admins see everybody's entries
            only_admins_see_billable_rates B: only admins see rates
            only_admins_see_dashboard B: only admins see the dashboard
            only_admins_see_public_projects_entries B: only admins see others' entries on projects for everybody
            project_favorites B: people mark projects as favourites
            project_grouping_label T: what the list of projects is grouped by
            project_label T: what projects are called here
            project_picker_special_filter B: projects are picked by searching client and task too
            round_minutes I ← round.minutes: reports round to so many minutes
            round_round T ← round.round: up, down, or to the nearest
            task_label T: what tasks are called here
            time_rounding_in_reports B: reports round
            time_tracking_mode T: by timer, by hand, or both
            track_time_down_to_second B: seconds are shown
            working_days J: the days of a working week
            """, in: "workspaceSettings")))

  /// Columns of settings: named with a prefix, found below a member.
  static func settings(_ lines: String, in member: String) -> String {
    lines.split(separator: "\n").map { line in
      let halves = line.split(separator: ":", maxSplits: 1)
      let sides = halves[0].split(separator: "←")
      let words = sides[0].split(separator: " ")
      let path = sides.count > 1 ? sides[1].split(separator: " ")[0] : ReplicaNotation.camelCase(String(words[0]))[...]
      return "settings_\(words[0]) \(words[1]) ← \(member).\(path):\(halves[1])"
    }.joined(separator: "\n")
  }
}
