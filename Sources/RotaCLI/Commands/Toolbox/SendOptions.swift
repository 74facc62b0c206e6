import ArgumentParser
import ClockifyAPI
import Foundation
import Sending
import Steering

/// The destination as flags: they win over the keys of a file.
struct DestinationFlags: ParsableArguments {
  @Option(name: .customLong("with"), help: "A destination file (docs/toolbox.md).") var file: String?
  @Option(help: "What each record does: rota clockify templates.") var template: String?
  @Option(help: "The id of what is changed or deleted. Default: {{id}}.") var id: String?
  @Option(help: "The project of task templates, by id, exact name or {{field}}.") var project: String?
  @Option(help: "Whose, by id, e-mail, me or {{field}}.") var user: String?
  @Option(help: "Of a request of one's own: POST, PUT, PATCH or DELETE.") var method: String?
  @Option(help: "Of a request of one's own: the path below the API address; {{field}} becomes one part of it.")
  var url: String?
  @Option(name: .customLong("content-format"), help: "Only json.") var contentFormat: String?
  @Option(name: .customLong("headers"), help: "Headers, as h1:v1,h2:v2.") var headers: String?
  @Option(name: .customLong("header"), help: "One header, as 'NAME: VALUE'; may be given again.")
  var moreHeaders: [String] = []
  @Option(help: "Fields of the record that are not sent, as a,b.c.") var exclude: String?
  @Flag(help: "Send many records in one request of one's own.") var batch = false
  @Option(name: .customLong("batch-size"), help: "Records in a batch at most. Default: 100.") var batchSize: Int?
  @Option(name: .customLong("batch-by"), help: "Only records that agree in these fields go together, as a,b.c.")
  var batchBy: String?
  @Option(
    name: .customLong("unknown-fields"),
    help: "What becomes of fields that the template does not know: refuse, drop or send.")
  var unknownFields: String?
  @Option(help: "merge = what is not named stays, in two requests; replace = one request.") var update: String?
  @Option(
    name: .customLong("max-errors"), help: "So many failed or unknown records are borne; all = never stop. Default: 0.")
  var maxErrors: String?
  @Flag(help: "Entries without an end start timers.") var timers = false
  @Option(help: "Where the results go. Default: results.ndjson in the journal's folder.") var results: String?

  /// The keys of the file with the flags laid over them.
  ///
  /// - Parameter api: an address that begins so is a path below it.
  func settings(workspace: String?, timeZone: String?, api: String) throws -> JSONTree {
    var settings = try file.map { try YAMLTree.read($0) } ?? .object([])
    guard case .object = settings else {
      throw UserError(
        "\(file ?? "the destination") has no keys", next: .outside("rota clockify templates NAME shows one"))
    }
    func lay(_ key: String, _ text: String?) { if let text { settings.set(key, .text(text)) } }
    lay("template", template)
    lay("workspace", workspace)
    lay("id", id)
    lay("project", project)
    lay("user", user)
    lay("method", method?.uppercased())
    lay("url", url)
    lay("content_format", contentFormat)
    lay("exclude", exclude)
    lay("unknown_fields", unknownFields)
    lay("update", update)
    lay("time_zone", timeZone)
    lay("results", results)
    if let maxErrors { settings.set("max_errors", Int(maxErrors).map { .number("\($0)") } ?? .text(maxErrors)) }
    if timers { settings.set("timers", .flag(true)) }
    if case .text(let list)? = settings["exclude"] { settings.set("exclude", Self.list(list)) }
    try layHeaders(&settings)
    layBatch(&settings)
    if let url = settings["url"]?.words, url.hasPrefix("\(api)/") {
      settings.set("url", .text(String(url.dropFirst(api.count))))
    }
    return settings
  }

  private static func list(_ text: String) -> JSONTree {
    .list(text.split(separator: ",").map { .text($0.trimmingCharacters(in: .whitespaces)) })
  }

  private func layHeaders(_ settings: inout JSONTree) throws {
    var given: [(String, String)] = []
    for part in headers?.split(separator: ",").map(String.init) ?? [] { given.append(try CallRequest.header(part)) }
    for header in moreHeaders { given.append(try CallRequest.header(header)) }
    guard !given.isEmpty else { return }
    var all = settings["headers"] ?? .object([])
    for (name, value) in given { all.set(name, .text(value)) }
    settings.set("headers", all)
  }

  private func layBatch(_ settings: inout JSONTree) {
    guard batch || batchSize != nil || batchBy != nil else { return }
    var shape = settings["batch"] ?? .object([])
    if let batchSize { shape.set("size", .number("\(batchSize)")) }
    if let batchBy { shape.set("by", Self.list(batchBy)) }
    settings.set("batch", shape)
  }
}

/// What a send does besides sending all.
struct SendFlags: ParsableArguments {
  @Option(help: "The form of the input: ndjson, json, csv or tsv. Default: by the ending of its name.")
  var format: Format?
  @Option(help: "The folder of journal and results. Default: FILE.send.") var journal: String?
  @Flag(name: .customLong("skip-invalid"), help: "Note what cannot be sent as failed, and send the rest.")
  var skipInvalid = false
  @Flag(name: .customLong("retry-failed"), help: "Send again what Clockify refused.") var retryFailed = false
  @Flag(name: .customLong("resend-unknown"), help: "Send again what may have been done.") var resendUnknown = false
  @Option(help: "report = look nothing up: what is in doubt is noted as unknown.") var doubt: DoubtPolicy?
  @Flag(help: "Wait where the hour's requests are used up.") var wait = false
  @Option(help: "Show the requests of so many records, and send nothing.") var preview: Int?
  @Option(help: "Of a preview or test: this record.") var record: Int?
  @Flag(help: "Send one record, and show the answer.") var test = false
  @Option(help: "Of a test: this body instead of the record's.") var payload: String?
  @Option(help: "Write the destination to this file, and send nothing.") var save: String?
  @OptionGroup var json: JSONOption
  @OptionGroup var confirmation: Confirmation

  func validate() throws {
    if preview != nil, test || save != nil { throw ValidationError("--preview, --test and --save: one of them.") }
    if test, save != nil { throw ValidationError("--test and --save: one of them.") }
    if let preview, preview < 1 { throw ValidationError("--preview must be 1 or more.") }
    if let record, record < 1 { throw ValidationError("--record must be 1 or more.") }
    if record != nil, preview == nil, !test { throw ValidationError("--record goes with --preview or --test.") }
    if payload != nil, !test { throw ValidationError("--payload goes with --test.") }
  }

  enum Format: String, ExpressibleByArgument, CaseIterable { case ndjson, json, csv, tsv }
  enum DoubtPolicy: String, ExpressibleByArgument, CaseIterable { case report }
}
