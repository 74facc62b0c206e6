/// What a night does beside the import.
package struct NightSettings: Sendable {
  package var notify = NotifySettings()
  package var backup = BackupSettings()
  /// Prometheus text, written after each night.
  package var metricsFile: String?

  package init() {}
}

/// Who is told, and how.
package struct NotifySettings: Sendable {
  package var command: String?
  package var email: [String] = []
  package var from: String?
  package var sendmail = "/usr/sbin/sendmail -t -i"
  package var url: String?
  package var heartbeat: String?

  package init() {}
}

package struct BackupSettings: Sendable {
  package var to: String?
  package var keep = 7

  package init() {}
}
