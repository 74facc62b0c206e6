import Foundation
import Importing
import Planning
import Replicating
import Steering
import Yams

/// Reads settings from environment and file; all that is wrong is reported at once, by name.
///
/// The file is read with Yams directly and every scalar as text: `off` stays a word, a bare date stays a date, and a
/// wrong line is named by its number.
struct SettingsLoader {
  let environment: [String: String]
  private var problems: [String] = []
  /// Path → text of a list's parts, or of one scalar; and where it was given.
  private var given: [String: (parts: [String], place: String)] = [:]

  init(environment: [String: String]) {
    self.environment = environment
  }

  static let defaultFile = "rota.yaml"

  mutating func load(config: String?, database: String?) throws -> RotaSettings {
    let named = config ?? environment["ROTA_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    let path = named ?? Self.defaultFile
    var file: String?
    if FileManager.default.fileExists(atPath: path) {
      file = path
      try readFile(path)
    } else if named != nil {
      throw UserError("there is no settings file at \(path)", next: .setUpWith(config: path))
    }
    readEnvironment()
    var settings = RotaSettings()
    settings.file = file
    resolve(&settings)
    settings.given = given.mapValues { (text: $0.parts.joined(separator: ", "), place: $0.place) }
    let place = given["database"]?.place
    settings.databaseIsNamed = database != nil || place != nil
    if let database {
      settings.database = database
    } else if let file, place?.hasPrefix("$") != true, !settings.database.hasPrefix("/") {
      let folder = (file as NSString).deletingLastPathComponent
      settings.database = (folder as NSString).appendingPathComponent(settings.database)
    }
    guard problems.isEmpty else {
      throw UserError(
        "the settings are not usable:\n" + problems.map { "  \($0)" }.joined(separator: "\n"),
        next: .outside("correct them; every key is in docs/cli.md, and 'rota init' writes a commented file"))
    }
    return settings
  }

  // MARK: Where values come from

  private mutating func readFile(_ path: String) throws {
    let node: Node?
    do {
      node = try Yams.compose(yaml: String(contentsOfFile: path, encoding: .utf8))
    } catch let error as YamlError {
      throw UserError(
        "\(path)\(Self.words(error))",
        next: .outside("correct it; 'rota init --config other.yaml' writes a commented file to compare with"))
    } catch {
      guard FileManager.default.isReadableFile(atPath: path) else {
        throw UserError(
          "\(path) is not yours to read", next: .outside("ask its owner, or name another with --config (ls -l \(path))")
        )
      }
      throw UserError("\(path) cannot be read as UTF-8 text", next: .outside("save it as UTF-8"))
    }
    guard let node, node.null == nil || node.mapping != nil else { return }
    guard let mapping = node.mapping else {
      throw UserError("\(path): the settings must be keys with values, as 'rota init' writes them")
    }
    read(mapping, prefix: "", path: path)
  }

  /// Where the text stops being YAML and why, in words for people.
  static func words(_ error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      let known = [
        ("tab character", "a tab where blanks must indent"),
        ("cannot start any token", "a sign that must be in quotes"),
        ("mapping values are not allowed", "a colon where none may be: is the line indented like its neighbours?"),
        ("could not find expected ':'", "a key without a colon, or a blank missing after it"),
        ("']'", "a list that is not closed with ]"), ("'}'", "a brace that is not closed with }"),
        ("end of stream", "a quote that is not closed"),
        ("expected key", "the line is not indented like its neighbours"),
        ("block end", "the line is not indented like its neighbours"),
      ]
      let why = known.first { problem.contains($0.0) }?.1 ?? problem
      return " line \(mark.line): \(why)"
    case .duplicatedKeysInMapping(let keys, let context):
      return " line \(context.mark.line): the key \(keys.map { "'\($0)'" }.joined(separator: ", ")) is there twice"
    default:
      return " cannot be read as YAML"
    }
  }

  private mutating func read(_ mapping: Node.Mapping, prefix: String, path: String) {
    for (keyNode, value) in mapping {
      let key = prefix + (keyNode.string ?? "?")
      let place = "\(path) line \(keyNode.mark?.line ?? 0)"
      if let known = SettingKey.all.first(where: { $0.path == key }) {
        take(value, for: known, place: place)
      } else if SettingKey.all.contains(where: { $0.path.hasPrefix(key + ".") }) {
        if let inner = value.mapping {
          read(inner, prefix: key + ".", path: path)
        } else if value.scalar?.string.isEmpty != true {
          problems.append("\(place): '\(key)' needs keys of its own below it")
        }
      } else {
        problems.append("\(place): '\(key)' is no setting\(Self.suggestion(for: key))")
      }
    }
  }

  private mutating func take(_ value: Node, for key: SettingKey, place: String) {
    if case .targets = key.kind, let sequence = value.sequence {
      let parts = sequence.compactMap { PublishTargets.text($0, place: place, problems: &problems) }
      given[key.path] = (parts, place)
    } else if let sequence = value.sequence {
      let parts = sequence.compactMap(\.scalar?.string)
      guard parts.count == sequence.count, key.isList else {
        problems.append("\(place): '\(key.path)' must be \(key.form)")
        return
      }
      given[key.path] = (parts, place)
    } else if let scalar = value.scalar {
      if !scalar.string.isEmpty { given[key.path] = ([scalar.string], place) }
    } else {
      problems.append("\(place): '\(key.path)' must be \(key.form)")
    }
  }

  private mutating func readEnvironment() {
    for key in SettingKey.all {
      guard let text = environment[key.variable], !text.isEmpty else { continue }
      let parts =
        if case .targets = key.kind { text.split(whereSeparator: \.isWhitespace).map(String.init) } else {
          key.isList
            ? text.trimmingCharacters(in: CharacterSet(charactersIn: "[] ")).split(separator: ",").map {
              $0.trimmingCharacters(in: .whitespaces)
            } : [text]
        }
      given[key.path] = (parts, "$\(key.variable)")
    }
    let known = Set(SettingKey.all.map(\.variable) + ["ROTA_CONFIG", "ROTA_NOTIFY_SECRET", "ROTA_NOTIFY_SECRET_FILE"])
    for name in environment.keys.sorted() where name.hasPrefix("ROTA_") && !known.contains(name) {
      problems.append("$\(name) is no setting")
    }
  }

  private static func suggestion(for key: String) -> String {
    let last = key.split(separator: ".").last.map(String.init) ?? key
    let near = SettingKey.all.first {
      $0.path.hasSuffix("." + last) || $0.path.hasPrefix(last) || last.hasPrefix($0.path)
    }
    return near.map { ". Did you mean '\($0.path)'?" } ?? ""
  }

  // MARK: Values

  private mutating func resolve(_ settings: inout RotaSettings) {
    settings.database = text("database") ?? settings.database
    settings.apiURL = text("clockify.api_url") ?? settings.apiURL
    settings.reportsURL = text("clockify.reports_url")
    settings.imports.workspaces = ids("clockify.workspaces", or: "all")
    settings.imports.source = word("clockify.source").flatMap(ImportSettings.TimeSource.init) ?? .auto
    settings.imports.catchAllProject = whole("import.catch_all_project").map(Int64.init)
    settings.imports.include = filter("import.include")
    settings.imports.exclude = filter("import.exclude")
    settings.requestsPerSecond = number("clockify.requests_per_second") ?? settings.requestsPerSecond
    settings.requestsPerHour = whole("clockify.requests_per_hour")
    settings.retrySeconds = number("clockify.retry_seconds") ?? settings.retrySeconds
    settings.imports.since = day("import.since")
    settings.imports.windowDays = whole("import.window_days") ?? settings.imports.windowDays
    settings.imports.deepWindowDays = whole("import.deep_window_days") ?? settings.imports.deepWindowDays
    settings.imports.timeZone = zone("import.time_zone")
    settings.imports.manualPolicy = word("import.manual_policy").flatMap(ImportSettings.ManualPolicy.init) ?? .protect
    settings.imports.autofillMode = word("autofill.mode").flatMap(AutofillMode.init) ?? .days
    settings.imports.autofillFrom = day("autofill.from")
    settings.imports.graceDays = whole("autofill.grace_days") ?? 0
    settings.imports.planningZone = zone("planning.time_zone")
    settings.imports.weekStarts = word("planning.week_starts").flatMap { Weekday($0) } ?? .monday
    settings.imports.minutesPerDay = whole("planning.minutes_per_day") ?? settings.imports.minutesPerDay
    settings.imports.workingDays = weekdays("planning.working_days") ?? settings.imports.workingDays
    settings.imports.historyDays = whole("history_days") ?? settings.imports.historyDays
    settings.journals = text("clockify.journals")
    settings.replica.kinds = kinds()
    settings.replica.withMoney = word("replicate.money") == "true"
    settings.replica.periodDays = whole("replicate.period_days") ?? settings.replica.periodDays
    settings.logLevel = word("log_level") ?? settings.logLevel
    settings.night.metricsFile = text("metrics_file")
    settings.night.notify.command = text("notify.command")
    settings.night.notify.email = addresses("notify.email")
    settings.night.notify.from = value("notify.from") { Self.isAddress($0) ? $0 : nil }
    settings.night.notify.sendmail = text("notify.sendmail") ?? settings.night.notify.sendmail
    settings.night.notify.url = value("notify.url", Self.url)
    settings.night.notify.heartbeat = value("notify.heartbeat", Self.url)
    settings.night.backup.to = text("backup.to")
    settings.night.backup.keep = whole("backup.keep") ?? settings.night.backup.keep
    settings.publish.tenant = text("publish.tenant")
    settings.publish.afterImport = word("publish.after_import") != "false"
    settings.publish.duckDB = text("publish.duckdb") ?? settings.publish.duckDB
    if let (parts, place) = given["publish.targets"] {
      settings.publish.targets = PublishTargets.targets(
        parts, place: place, folder: settings.file.map { ($0 as NSString).deletingLastPathComponent },
        problems: &problems)
    }
    settings.webListen = text("web.listen") ?? settings.webListen
    settings.webPublicURL = value("web.public_url", Self.url)
    settings.webProxyHeader = text("web.proxy_header")
    settings.webProxyFrom = given["web.proxy_from"]?.parts ?? settings.webProxyFrom
    settings.live.listen = text("live.listen")
    settings.live.publicURL = value("live.public_url", Self.url)
    settings.live.pollSeconds = whole("live.poll_seconds")
  }

  private mutating func kinds() -> ReplicaSettings.Kinds {
    guard let (parts, place) = given["replicate.kinds"] else { return .auto }
    if parts == ["auto"] { return .auto }
    if parts == ["off"] { return .off }
    for name in parts where !ReplicaKind.names.contains(name) {
      let near = NearestWord.to(name, among: ReplicaKind.names)
      problems.append(
        "\(place): 'replicate.kinds': there is no kind \"\(name)\"\(near.map { ". Did you mean '\($0)'?" } ?? "")")
    }
    return .some(parts)
  }

  private mutating func filter(_ path: String) -> ImportFilter {
    var filter = ImportFilter()
    filter.users = Set(ids("\(path).users"))
    filter.groups = Set(ids("\(path).groups"))
    filter.clients = Set(ids("\(path).clients"))
    filter.projects = Set(ids("\(path).projects"))
    return filter
  }

  /// Clockify ids in lower case: one that can be none would filter nothing, or everything (rule 91).
  private mutating func ids(_ path: String, or word: String? = nil) -> [String] {
    guard let (parts, place) = given[path] else { return [] }
    let ids = parts.map { $0.lowercased() }
    for id in ids where id != word && !id.isClockifyID {
      problems.append("\(place): '\(path)': \"\(id)\" is no Clockify id: it must have 24 hexadecimal digits")
    }
    return ids
  }

  private func text(_ path: String) -> String? { given[path]?.parts.first }

  private mutating func refuse(_ path: String) {
    guard let key = SettingKey.all.first(where: { $0.path == path }), let place = given[path]?.place else { return }
    problems.append("\(place): '\(path)' must be \(key.form)")
  }

  private mutating func value<Value>(_ path: String, _ parse: (String) -> Value?) -> Value? {
    guard let text = text(path) else { return nil }
    guard given[path]?.parts.count == 1, let value = parse(text) else {
      refuse(path)
      return nil
    }
    return value
  }

  private mutating func whole(_ path: String) -> Int? {
    guard case .whole(let range)? = SettingKey.all.first(where: { $0.path == path })?.kind else { return nil }
    return value(path) { Int($0).flatMap { range.contains($0) ? $0 : nil } }
  }

  private mutating func number(_ path: String) -> Double? {
    guard case .number(let range)? = SettingKey.all.first(where: { $0.path == path })?.kind else { return nil }
    return value(path) { Double($0).flatMap { range.contains($0) ? $0 : nil } }
  }

  private mutating func day(_ path: String) -> CalendarDay? { value(path) { CalendarDay($0) } }
  private mutating func zone(_ path: String) -> String? { value(path) { Zone($0)?.name } }

  private mutating func word(_ path: String) -> String? {
    guard case .words(let words)? = SettingKey.all.first(where: { $0.path == path })?.kind else { return nil }
    return value(path) { words.contains($0) ? $0 : nil }
  }

  private mutating func addresses(_ path: String) -> [String] {
    let parts = given[path]?.parts ?? []
    if !parts.allSatisfy(Self.isAddress) { refuse(path) }
    return parts
  }

  /// One address and nothing that could become a header of its own.
  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
      && text.unicodeScalars.allSatisfy { $0.value > 32 && $0.value != 127 && !",;<>\"()".unicodeScalars.contains($0) }
  }

  private static func url(_ text: String) -> String? {
    guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty else { return nil }
    let isLocal = ["localhost", "127.0.0.1", "[::1]", "::1"].contains(host)
    return url.scheme == "https" || (url.scheme == "http" && isLocal) ? text : nil
  }

  private mutating func weekdays(_ path: String) -> WorkingDays? {
    guard let parts = given[path]?.parts else { return nil }
    guard let days = WorkingDays(parts.joined(separator: ",")) else {
      refuse(path)
      return nil
    }
    return days
  }
}
