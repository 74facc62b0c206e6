extension ReplicaKind {
  static let customFields = ReplicaKind(
    "custom_fields", .list(path: "/custom-fields", isPaged: false), feature: "CUSTOM_FIELDS",
    ReplicaTable(
      "clockify_custom_field", meaning: "fields that a workspace added to entries, projects or people",
      children: [
        ReplicaChild(
          "clockify_custom_field_allowed_value", "allowedValues", ofValues: true, meaning: "what a choice offers",
          columns: """
            position I ← #: where it stands
            value T: what may be chosen
            """),
        ReplicaChild(
          "clockify_custom_field_project_default", "projectDefaultValues",
          meaning: "what a project puts into the field by itself",
          columns: """
            project_id T: the project
            status T: whether it is shown there
            value J: what is put in
            """),
      ],
      columns: """
        name T: what it is called
        type T: what it takes: text, number, choice, link
        entity_type T: what it belongs to
        status T: whether it is shown, and where
        required B: it must be filled in
        description T: what it is for
        placeholder T: what stands in it while it is empty
        only_admin_can_edit B: others see it only
        workspace_default_value J: what is put into it everywhere
        """))
}
