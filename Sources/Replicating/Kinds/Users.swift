extension ReplicaKind {
  static let users = ReplicaKind(
    "users", .carried(.users),
    ReplicaTable(
      "clockify_user", meaning: "people, active or not, and their settings", isImports: true,
      children: [
        ReplicaChild(
          memberships: "user_id", "memberships", of: "WORKSPACE", meaning: "whether they are members, and their rates",
          columns: """
            target_id T: the workspace
            membership_type T: WORKSPACE
            """),
        ReplicaChild(
          "clockify_user_custom_field", "customFields", meaning: "what fields of the workspace's own say of them",
          columns: """
            custom_field_id T: the field
            name T ← customFieldName: what it is called
            type T ← customFieldType: what it takes
            value J: what it says
            """),
        ReplicaChild(
          "clockify_user_role", "roles", each: "entities", key: 2, meaning: "what they may do, and where",
          columns: """
            role T ← ^role: the right
            entity_id T ← id: the workspace, project or person for which they have it
            entity_name T ← name: what that is called
            """),
      ],
      byImport: """
        name T: what they are called
        email T: their address
        status T: of the account
        membership_status T ← -: of the membership in this workspace
        time_zone T ← settings.timeZone: their zone
        """,
      columns: """
        profile_picture U: their picture
        active_workspace T: the workspace that they see now
        default_workspace T: the workspace that they see first
        """
          + "\n"
          + settings(
            """
            alerts B: mail about projects that pass their budget
            approval B: mail about approvals
            collapse_all_project_lists B: lists of projects are folded
            dashboard_pin_to_top B: the dashboard stays on top
            dashboard_selection T: what the dashboard shows
            dashboard_view_type T: how it shows it
            date_format T: how they write dates
            group_similar_entries_disabled B: equal entries stay apart
            invoice_reminders B: mail about invoices
            is_compact_view_on B: narrow rows
            lang T: their language
            long_running B: mail about timers that run long
            multi_factor_enabled B: they sign in with a second factor
            my_start_of_day T: when their day begins
            onboarding B: mail for beginners
            project_list_collapse I: how many projects before a list is folded
            project_picker_task_filter B: they pick projects by their tasks
            pto B: mail about time off
            reminders B: mail about missed time
            scheduled_reports B: reports by mail
            scheduling B: mail about planned work
            send_newsletter B: news by mail
            show_only_working_days B: calendars without free days
            summary_report_settings_group T ← summaryReportSettings.group: what their summary is grouped by
            summary_report_settings_subgroup T ← summaryReportSettings.subgroup: and within that
            theme T: light or dark
            time_format T: 12 or 24 hours
            time_tracking_manual B: they type time in by hand
            week_start T: the first day of their week
            weekly_updates B: a weekly report by mail
            """, in: "settings")))

  static let clients = ReplicaKind(
    "clients", .carried(.clients),
    ReplicaTable(
      "clockify_client", meaning: "whom one works for", isImports: true,
      children: [
        ReplicaChild(
          "clockify_client_cc_email", "ccEmails", ofValues: true, meaning: "who gets a copy of invoices",
          columns: """
            position I ← #: where it stands
            email T: the address
            """)
      ],
      byImport: """
        name T: what they are called
        archived B: nothing is done for them any more
        """,
      columns: """
        address T: where they are
        email T: where invoices go
        note T: what was said of them
        currency_id T: the currency of their invoices
        currency_code T: its three letters
        """))

  static let userGroups = ReplicaKind(
    "user_groups", .list(path: "/user-groups", query: [("includeTeamManagers", "true"), ("sort-column", "ID")]),
    ReplicaTable(
      "clockify_user_group", meaning: "groups of people",
      children: [
        ReplicaChild(
          memberships: "target_id", "userIds", ofValues: true, of: nil, meaning: "who is in it",
          columns: """
            user_id T: the person
            membership_type T ← =USERGROUP: USERGROUP
            """),
        ReplicaChild(
          "clockify_user_group_manager", "teamManagers", meaning: "who leads it",
          columns: """
            user_id T ← id: the person
            name T: what they are called
            """),
      ],
      columns: """
        name T: what it is called
        """))
}
