extension ReplicaKind {
  static let invoices = ReplicaKind(
    "invoices",
    .detailed(
      path: "/invoices", query: [("sort-column", "ID")], rowsAt: ["invoices"], totalAt: ["total"],
      detail: "/invoices/{id}", parts: [("payments", "/invoices/{id}/payments")]),
    feature: "INVOICING",
    ReplicaTable(
      "clockify_invoice", meaning: "invoices, as the document says it",
      ignored: [("daysOverdue", "it changes with every day")],
      children: [
        ReplicaChild(
          "clockify_invoice_item", "items", meaning: "its lines",
          columns: """
            position I ← order | #: where the line stands
            description T: what it says
            item_type T: what it is for
            import_type T: whether it came from time, from expenses, or by hand
            apply_taxes T: which taxes are added
            quantity I: how many, as Clockify counts them
            unit_price M: what one costs
            amount M: what the line costs
            time_entry_ids J: the time entries in it
            expense_ids J: the expenses in it
            """),
        ReplicaChild(
          payments: "clockify_invoice_payment", "payments", meaning: "what was paid",
          columns: """
            id T: the payment
            amount M: how much
            date Z: when
            note T: what was said with it
            author T: who noted it
            """),
      ],
      columns: """
        number T: its number
        client_id T: to whom
        client_name T: what they were called then
        status T: where it stands
        issued_date Z: when it was issued
        due_date Z: until when it must be paid
        currency T: in which currency
        amount M: what must be paid
        balance M: what is left to pay
        paid M: what was paid
        bill_from T: who issued it
        calculation_type T: how tax and discount are reckoned
        client_address T: where it went
        company_id T: the company that issued it
        contains_imported_expenses B: it has expenses
        contains_imported_times B: it has time entries
        discount R: discount in per cent
        discount_amount M: the same as an amount
        note T: what it says below
        subject T: what it is about
        subtotal M: the sum of its lines
        tax R: tax in per cent
        tax_amount M: the same as an amount
        tax2 R: second tax in per cent
        tax2_amount M: the same as an amount
        tax_type T: how taxes are added up
        user_id T: who made it
        visible_zero_fields J: which zeros are shown
        """,
      ours: """
        detail_run I: the run that found its details changed
        list_hash I: of its row in the list then
        """))
}
