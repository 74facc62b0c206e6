import Foundation
import Importing
import Operating
import Planning
import Steering

/// Everything that can be set, resolved: flag, then environment, then file, then default.
struct RotaSettings {
  var database = "rota.sqlite"
  /// The path was given by flag, environment or settings file: a missing database may be made there.
  var databaseIsNamed = false
  var apiURL = "https://api.clockify.me/api/v1"
  var reportsURL: String?
  var requestsPerSecond = 10.0
  var requestsPerHour: Int?
  var retrySeconds = 1.5
  /// The folder of the journals that the web app shows.
  var journals: String?
  var imports = ImportSettings()
  var replica = ReplicaSettings()
  var logLevel = "info"
  var night = NightSettings()
  var publish = PublishSettings()
  var webListen = "127.0.0.1:8787"
  var webPublicURL: String?
  var webProxyHeader: String?
  var webProxyFrom = ["127.0.0.1"]
  var live = LiveSettings()
  var file: String?
  /// What was given, and where, by path.
  var given: [String: (text: String, place: String)] = [:]
}

/// One key of the settings file.
struct SettingKey {
  enum Kind {
    case text
    case whole(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case date
    case zone
    case words([String])
    case list
    case weekdays
    case address
    case addresses
    /// Databases and folders that are published to.
    case targets
    /// https, or http to this machine.
    case url
  }

  let path: String
  let kind: Kind
  let `default`: String
  let meaning: String

  /// `ROTA_` + the path in upper case; Clockify's addresses have names of their own.
  var variable: String {
    switch path {
    case "clockify.api_url": "CLOCKIFY_API_URL"
    case "clockify.reports_url": "CLOCKIFY_REPORTS_URL"
    default: "ROTA_" + path.uppercased().replacingOccurrences(of: ".", with: "_")
    }
  }

  static let all: [SettingKey] = [
    .init(
      path: "database", kind: .text, default: "rota.sqlite", meaning: "the planning database; relative to this file"),
    .init(path: "clockify.api_url", kind: .text, default: "https://api.clockify.me/api/v1", meaning: "the core API"),
    .init(
      path: "clockify.reports_url", kind: .text, default: "",
      meaning: "the reports service; empty = derived from api_url"),
    .init(
      path: "clockify.workspaces", kind: .list, default: "[]",
      meaning: "ids, or [all]; empty = the only workspace the key sees"),
    .init(
      path: "clockify.source", kind: .words(["auto", "reports", "entries"]), default: "auto",
      meaning: "where time is read from: the report, or each person's entries"),
    .init(
      path: "clockify.requests_per_second", kind: .number(0.1...10_000), default: "10", meaning: "a steady ceiling"),
    .init(
      path: "clockify.requests_per_hour", kind: .whole(1...1_000_000), default: "",
      meaning: "empty = none; 30 on FREE workspaces"),
    .init(
      path: "clockify.retry_seconds", kind: .number(0...60), default: "1.5",
      meaning: "first pause after a failed request; doubles, five tries"),
    .init(
      path: "clockify.journals", kind: .text, default: "",
      meaning: "folder of send journals that the web app shows; empty = none"),
    .init(
      path: "import.since", kind: .date, default: "",
      meaning: "how far back the first run with actuals reads; empty = 366 days"),
    .init(path: "import.window_days", kind: .whole(1...366), default: "45", meaning: "days read again each night"),
    .init(
      path: "import.deep_window_days", kind: .whole(0...3660), default: "180",
      meaning: "days read again once a week; 0 = off"),
    .init(
      path: "import.time_zone", kind: .zone, default: "",
      meaning: "one zone for everybody's dates; empty = each person's own"),
    .init(
      path: "import.catch_all_project", kind: .whole(1...Int.max), default: "",
      meaning: "id of the planning project for time without a project; empty = such time is skipped"),
    .init(
      path: "import.manual_policy", kind: .words(["protect", "overwrite"]), default: "protect",
      meaning: "hours typed by hand"),
    .init(
      path: "import.include.users", kind: .list, default: "[]", meaning: "Clockify ids; if given, only these people"),
    .init(path: "import.include.groups", kind: .list, default: "[]", meaning: "and the members of these groups"),
    .init(
      path: "import.include.clients", kind: .list, default: "[]", meaning: "if given, only projects of these clients"),
    .init(path: "import.include.projects", kind: .list, default: "[]", meaning: "and these projects"),
    .init(path: "import.exclude.users", kind: .list, default: "[]", meaning: "Clockify ids; never these people"),
    .init(path: "import.exclude.groups", kind: .list, default: "[]", meaning: "nor the members of these groups"),
    .init(
      path: "import.exclude.clients", kind: .list, default: "[]", meaning: "never these clients and their projects"),
    .init(path: "import.exclude.projects", kind: .list, default: "[]", meaning: "nor these projects"),
    .init(
      path: "autofill.mode", kind: .words(["days", "scheduled", "off"]), default: "days",
      meaning: "which missed days get a zero"),
    .init(
      path: "autofill.from", kind: .date, default: "",
      meaning: "first day for zeros; empty = the day actuals were enabled"),
    .init(
      path: "autofill.grace_days", kind: .whole(0...60), default: "0", meaning: "days to wait after a week has ended"),
    .init(
      path: "planning.time_zone", kind: .zone, default: "",
      meaning: "whose midnight ends a day; empty = that of the key's owner"),
    .init(
      path: "planning.week_starts", kind: .words(Weekday.allCases.map { "\($0)" }), default: "monday",
      meaning: "first day of a week"),
    .init(
      path: "planning.minutes_per_day", kind: .whole(1...1440), default: "480", meaning: "of new people's contracts"),
    .init(
      path: "planning.working_days", kind: .weekdays, default: "[mon, tue, wed, thu, fri]",
      meaning: "of new people's contracts"),
    .init(
      path: "replicate.kinds", kind: .list, default: "auto",
      meaning: "auto = every kind that the plan allows, off, or a list of kinds (rota replica schema)"),
    .init(
      path: "replicate.money", kind: .words(["true", "false"]), default: "false",
      meaning: "true = rates, amounts and costs are asked for and kept, too"),
    .init(
      path: "replicate.period_days", kind: .whole(1...3660), default: "366",
      meaning: "planned work is read so many days before and after today"),
    .init(path: "history_days", kind: .whole(1...36_500), default: "400", meaning: "how long findings are kept"),
    .init(
      path: "log_level", kind: .words(["debug", "info", "warning", "error"]), default: "info",
      meaning: "of the log on stderr"),
    .init(
      path: "metrics_file", kind: .text, default: "",
      meaning: "Prometheus text, written after each night; empty = none"),
    .init(path: "notify.command", kind: .text, default: "", meaning: "run by sh; gets the message as JSON on stdin"),
    .init(path: "notify.email", kind: .addresses, default: "[]", meaning: "addresses, mailed through sendmail"),
    .init(
      path: "notify.from", kind: .address, default: "", meaning: "sender of the mails; empty = what sendmail says"),
    .init(
      path: "notify.sendmail", kind: .text, default: "/usr/sbin/sendmail -t -i",
      meaning: "the mail program, with options"
    ),
    .init(
      path: "notify.url", kind: .url, default: "", meaning: "webhook: JSON, signed with $ROTA_NOTIFY_SECRET"),
    .init(
      path: "notify.heartbeat", kind: .url, default: "", meaning: "address that is asked for after each good night"),
    .init(path: "backup.to", kind: .text, default: "", meaning: "folder for a copy each night; empty = none"),
    .init(path: "backup.keep", kind: .whole(1...10_000), default: "7", meaning: "copies that are kept"),
    .init(
      path: "publish.tenant", kind: .text, default: "",
      meaning: "in front of every published row; empty = the workspace's id"),
    .init(
      path: "publish.after_import", kind: .words(["true", "false"]), default: "true",
      meaning: "publish after each import that wrote something"),
    .init(
      path: "publish.duckdb", kind: .text, default: "duckdb", meaning: "the program that writes Parquet"),
    .init(
      path: "publish.targets", kind: .targets, default: "[]",
      meaning: "where to: name with postgres, or with dir and format (docs/publishing.md)"),
    .init(
      path: "web.listen", kind: .text, default: "127.0.0.1:8787", meaning: "where the web app listens"),
    .init(
      path: "web.public_url", kind: .url, default: "",
      meaning: "how others reach it, through a proxy that ends TLS; empty = nobody does"),
    .init(
      path: "web.proxy_header", kind: .text, default: "",
      meaning: "header in which a proxy that logs people in names them; empty = rota logs them in"),
    .init(
      path: "web.proxy_from", kind: .list, default: "[127.0.0.1]",
      meaning: "addresses of that proxy; from others the header is refused"),
    .init(
      path: "live.listen", kind: .text, default: "",
      meaning: "where 'rota serve' takes what webhooks deliver, as 127.0.0.1:8790; empty = nowhere"),
    .init(
      path: "live.public_url", kind: .url, default: "",
      meaning: "how Clockify reaches it, through a proxy that ends TLS"),
    .init(
      path: "live.poll_seconds", kind: .whole(10...86_400), default: "",
      meaning: "how often 'rota serve' reads yesterday and today; empty = never, 600 on FREE where webhooks are taken"),
  ]
}
