/// What is kept beside an entry's row: what few have. A class, so that the many without carry one word.
package final class MirrorEntryDetails: Sendable {
  package struct CustomField: Sendable {
    package let id: String
    package let name: String?
    package let type: String?
    /// JSON.
    package let value: String?

    package init(id: String, name: String?, type: String?, value: String?) {
      self.id = id
      self.name = name
      self.type = type
      self.value = value
    }
  }

  /// The report says what an entry earned and whether it was approved; only lists say at which kiosk it was made. What a
  /// source does not say stays as it was.
  package enum Source: Sendable { case report, entry }

  package struct Values: Sendable {
    package var tagIDs: [String] = []
    package var customFields: [CustomField] = []
    package var approvalRequestID: String?
    package var kioskID: String?
    package var currency: String?
    /// Minor units.
    package var hourlyRate: Double?
    package var earned: Double?
    package var costRate: Double?
    package var cost: Double?
    /// Only where it differs from end - start.
    package var statedSeconds: Int?
    /// JSON.
    package var invoicingInfo: String?
    package var raw: String?

    package init() {}

    /// Whether the row of details would say anything.
    fileprivate var hasRow: Bool {
      approvalRequestID != nil || kioskID != nil || hourlyRate != nil || earned != nil || costRate != nil || cost != nil
        || statedSeconds != nil || invoicingInfo != nil || raw != nil
    }
  }

  let values: Values

  package init(_ values: Values) {
    self.values = values
  }

  static let none = MirrorEntryDetails(Values())
}

extension Entries {
  /// Writes what stands beside an entry.
  ///
  /// - Parameter isNew: nothing stands there yet.
  func write(_ details: MirrorEntryDetails, from source: MirrorEntryDetails.Source, of key: Int, isNew: Bool) throws {
    let details = details.values
    if !isNew {
      try statement("DELETE FROM clockify_time_entry_tag WHERE entry_key = ?").bind(1, key).run()
      try statement("DELETE FROM clockify_time_entry_custom_field WHERE entry_key = ?").bind(1, key).run()
    }
    for tag in details.tagIDs {
      try statement("INSERT OR IGNORE INTO clockify_time_entry_tag VALUES (?, ?)").bind(1, key).bind(2, tag).run()
    }
    for field in details.customFields {
      try statement("INSERT OR REPLACE INTO clockify_time_entry_custom_field VALUES (?, ?, ?, ?, ?)").bind(1, key)
        .bind(2, field.id).bind(3, field.name).bind(4, field.type).bind(5, field.value).run()
    }
    guard isNew else { return try rewriteRow(details, from: source, of: key) }
    guard details.hasRow else { return }
    // Not as an upsert: SQLite keeps a journal of its own for each of those.
    try bind(
      details, key,
      to: statement(
        """
        INSERT INTO clockify_time_entry_detail (entry_key, approval_request_id, kiosk_id, currency, hourly_rate_amount,
          earned_amount, cost_rate_amount, cost_amount, stated_seconds, invoicing_info, raw)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        """)
    ).run()
  }

  private func bind(
    _ details: MirrorEntryDetails.Values, _ key: Int, to write: FastStatement
  ) -> FastStatement {
    write.bind(1, key).bind(2, details.approvalRequestID).bind(3, details.kioskID).bind(4, details.currency)
      .bind(5, details.hourlyRate).bind(6, details.earned).bind(7, details.costRate).bind(8, details.cost)
      .bind(9, details.statedSeconds).bind(10, details.invoicingInfo).bind(11, details.raw)
  }

  private func rewriteRow(
    _ details: MirrorEntryDetails.Values, from source: MirrorEntryDetails.Source, of key: Int
  ) throws {
    // ?12: it was the report.
    try bind(
      details, key,
      to: statement(
        """
        INSERT INTO clockify_time_entry_detail (entry_key, approval_request_id, kiosk_id, currency, hourly_rate_amount,
          earned_amount, cost_rate_amount, cost_amount, stated_seconds, invoicing_info, raw)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (entry_key) DO UPDATE SET
          hourly_rate_amount = excluded.hourly_rate_amount, cost_rate_amount = excluded.cost_rate_amount,
          stated_seconds = excluded.stated_seconds, raw = excluded.raw,
          kiosk_id = iif(?12, kiosk_id, excluded.kiosk_id),
          currency = iif(?12, excluded.currency, ifnull(excluded.currency, currency)),
          approval_request_id = iif(?12, excluded.approval_request_id, approval_request_id),
          earned_amount = iif(?12, excluded.earned_amount, earned_amount),
          cost_amount = iif(?12, excluded.cost_amount, cost_amount),
          invoicing_info = iif(?12, excluded.invoicing_info, invoicing_info)
        """)
    ).bind(12, source == .report ? 1 : 0).run()
    if details.hasRow { return }
    // What nobody says anything in any more goes.
    try statement(
      """
      DELETE FROM clockify_time_entry_detail WHERE entry_key = ? AND approval_request_id IS NULL AND kiosk_id IS NULL
        AND hourly_rate_amount IS NULL AND earned_amount IS NULL AND cost_rate_amount IS NULL AND cost_amount IS NULL
        AND stated_seconds IS NULL AND invoicing_info IS NULL AND raw IS NULL
      """
    ).bind(1, key).run()
  }
}
