extension ReplicaKind {
  static let memberProfiles = ReplicaKind(
    "member_profiles", .turns(path: "/member-profile/{id}"), gone: .withParent,
    ReplicaTable(
      "clockify_member_profile", meaning: "people's working week, one by one, by turns",
      ignored: [("hasPendingApprovalRequest", "approvals have it")],
      children: [
        ReplicaChild(
          "clockify_member_profile_custom_field", "userCustomFieldValues",
          meaning: "what fields of the workspace's own say of them",
          columns: """
            custom_field_id T: the field
            name T: what it is called
            type T: what it takes
            source_type T: where the value comes from
            value J: what it says
            """)
      ],
      columns: """
        name T: what they are called
        email T: their address
        image_url U: their picture
        week_start T: the first day of their week
        work_capacity P: how long a working day is
        working_days J: the days of their working week
        has_password B: they sign in with a password
        workspace_number I: how many workspaces they are in
        """,
      ours: """
        read_at Z: when it was read
        """))
}
