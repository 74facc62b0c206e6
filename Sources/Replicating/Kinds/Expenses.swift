extension ReplicaKind {
  static let expenseCategories = ReplicaKind(
    "expense_categories", .list(path: "/expenses/categories", rowsAt: ["categories"], totalAt: ["count"]),
    feature: "EXPENSES",
    ReplicaTable(
      "clockify_expense_category", meaning: "kinds of expenses",
      columns: """
        name T: what it is called
        archived B: it is offered no more
        has_unit_price B: it is counted in units of one price
        unit T: what a unit is called
        price_in_cents M: what a unit costs
        """))

  static let expenses = ReplicaKind(
    "expenses", .list(path: "/expenses", rowsAt: ["expenses", "expenses"], totalAt: ["expenses", "count"]),
    feature: "EXPENSES",
    ReplicaTable(
      "clockify_expense", meaning: "what people spent",
      ignored: [
        ("category", "a kind of its own"), ("project", "a kind of its own"), ("task", "a kind of its own"),
        ("fileUrl", "its signature changes with every answer"),
      ],
      columns: """
        user_id T: who spent it
        category_id T ← category.id: for what kind of thing
        project_id T ← project.id: for which project
        task_id T ← task.id: for which task
        date D: on which date
        quantity R: how many units
        total R: how much, in minor units
        billable B: the client pays for it
        is_locked B ← isLocked | locked: nobody can change it any more
        notes T: what was said with it
        file_id T: the receipt
        file_name T: what the receipt is called
        """, money: ["total"]))
}
