extension ReplicaKind {
  static let tags = ReplicaKind(
    "tags", .list(path: "/tags", query: [("sort-column", "ID")]),
    ReplicaTable(
      "clockify_tag", meaning: "words that people put on their time entries",
      columns: """
        name T: what it is called
        archived B: it is offered no more
        """))
}
