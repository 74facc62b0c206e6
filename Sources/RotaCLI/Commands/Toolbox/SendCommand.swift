import ArgumentParser
import ClockifyAPI
import Foundation
import Sending
import Steering

struct SendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send", abstract: "Send many records from a file to Clockify, each exactly once.",
    discussion: """
        rota clockify send hours.csv --with hours.yaml --preview 3
        rota clockify send hours.csv --with hours.yaml
        rota clockify send clients.ndjson --template create-client

      The same command again goes on where it stopped. What was sent and answered is kept in FILE.send.
      """)
  @OptionGroup var options: ToolboxOptions
  @Argument(help: "The input: .ndjson, .json, .csv or .tsv; - is standard input, and needs --format and --journal.")
  var file: String
  @OptionGroup var destination: DestinationFlags
  @OptionGroup var flags: SendFlags

  func run() async throws {
    let api = try Composition(options.common).settings.apiURL
    let settings = try destination.settings(
      workspace: options.workspace, timeZone: options.timeZone, api: api)
    let destination = try Destination(settings)
    if let save = flags.save { return try self.save(settings, to: save) }
    let format = try format()
    let way = try await ToolboxWay(options, waitsForHour: flags.wait, patience: .seconds(600))
    let toolboxes = Toolboxes(way, destination, settlesDoubt: flags.doubt != .report)
    let home = try await toolboxes.home()
    let renderer = Renderer(destination) { try await toolboxes.named($0) }
    if let count = flags.preview, file != "-" {
      let sender = Sender(input: (file, format), renderer: renderer, home: home, folder: nil)
      return try await show(sender.preview(count, from: flags.record ?? 1), api: api)
    }
    let folder = try SendFolder(path: folderPath())
    let input = file == "-" ? try keepInput(folder) : file
    var sender = Sender(input: (input, format), renderer: renderer, home: home, folder: folder)
    sender.options.skipsInvalid = flags.skipInvalid
    sender.options.retriesFailed = flags.retryFailed
    sender.options.resendsUnknown = flags.resendUnknown
    if let count = flags.preview { return try await show(sender.preview(count, from: flags.record ?? 1), api: api) }
    Interruption.endsAtSecond = true
    if flags.test { try await test(sender, way.composition) } else { try await send(sender, way.composition) }
  }

  private func send(_ sender: Sender, _ composition: Composition) async throws {
    let progress = options.common.quiet ? nil : Progress()
    let sent = Counted()
    defer { Terminal.endProgress() }
    let summary: SendSummary
    do {
      summary = try await sender.run(confirm: { try confirm($0, sender) }) { now in
        sent.count = now.sent
        progress?.say(SendWords.progress(now))
      }
    } catch {
      Terminal.endProgress()
      if sent.count > 0 { composition.say(SendWords.stopped(sent.count)) }
      throw error
    }
    Terminal.endProgress()
    for line in SendWords.lines(summary) { composition.say(line) }
    if summary.failed + summary.unknown > 0 { throw ExitStatus.partial }
  }

  private func confirm(_ count: Int, _ sender: Sender) throws {
    try flags.confirmation.ask(
      "Sending \(Words.plural(count, "record")) \(SendWords.what(sender.renderer.destination))\(SendWords.place(sender.home.place))"
    )
  }

  private func test(_ sender: Sender, _ composition: Composition) async throws {
    let payload = try flags.payload.map { file in
      guard let text = try? String(contentsOfFile: file, encoding: .utf8), let tree = JSONTree(text) else {
        throw UserError("\(file) is no JSON", next: .outside("begin with --preview 1 --json"))
      }
      // What a preview shows is a request with its body.
      return tree.elements.first?["body"] ?? tree["body"] ?? tree
    }
    let record = flags.record ?? 1
    let trial = try await sender.test(record: record, payload: payload) { rendered in
      try flags.confirmation.ask(
        "Sending record \(record) \(SendWords.what(sender.renderer.destination))\(SendWords.place(sender.home.place))")
    }
    if flags.json.json {
      var json = JSONTree.object([.init("state", .text(trial.state))])
      json.set("request", SendWords.json(trial.rendered, api: ""))
      json.set("status", trial.status.map { .number("\($0)") })
      json.set("response", trial.answer)
      json.set("error", trial.error.map { .text($0) })
      print(json.json)
    } else {
      Terminal.data(trial.rendered.request.name)
      if let body = trial.rendered.request.body { Terminal.data(body) }
      if let answer = trial.answer { Terminal.data(answer.json) }
      composition.say(
        trial.counts
          ? "Record \(record): \(trial.state). The send passes over it."
          : "Record \(record) with another body: \(trial.state). The record itself is still to be sent.")
    }
    guard let error = trial.error else { return }
    throw SendingError(error, next: trial.next, .partial)
  }

  private func show(_ rendered: [Rendered], api: String) throws {
    if flags.json.json {
      print("[\n\(rendered.map { SendWords.json($0, api: api).json }.joined(separator: ",\n"))\n]")
      return
    }
    for one in rendered {
      for line in SendWords.preview(one, api: api) { Terminal.data(line) }
    }
    if rendered.isEmpty { Terminal.note("The input has no records.") }
  }

  private func save(_ settings: JSONTree, to path: String) throws {
    do { try YAMLTree.text(settings).write(toFile: path, atomically: true, encoding: .utf8) } catch {
      throw UserError("\(path) cannot be written", next: .outside("check the folder and its rights (ls -l)"))
    }
    Terminal.note("Saved as \(path); nothing was sent. To send: rota clockify send \(file) --with \(path)")
  }

  private func format() throws -> RecordReader.Format {
    if let format = flags.format { return RecordReader.Format(rawValue: format.rawValue)! }
    guard let format = RecordReader.Format(path: file) else {
      throw UserError(
        "the name \"\(file)\" does not tell the form of the input",
        next: .outside("the same with --format ndjson, json, csv or tsv"))
    }
    return format
  }

  private func folderPath() throws -> String {
    if let journal = flags.journal { return journal }
    guard file != "-" else {
      throw UserError("standard input needs a folder of its own", next: .outside("the same with --journal DIR"))
    }
    guard FileManager.default.fileExists(atPath: file) else {
      throw UserError("the file \(file) cannot be read", next: .outside("check its name and rights (ls -l)"))
    }
    return "\(file).send"
  }

  /// What comes in is kept, so that a resume reads the same; where it was kept already, that is read.
  private func keepInput(_ folder: SendFolder) throws -> String {
    guard !FileManager.default.fileExists(atPath: folder.input) else { return folder.input }
    let whole = "\(folder.input).part"
    guard FileManager.default.createFile(atPath: whole, contents: nil, attributes: [.posixPermissions: 0o600]),
      let out = FileHandle(forWritingAtPath: whole)
    else { throw UserError("\(whole) cannot be written", next: .outside("check owner and rights (ls -l)")) }
    do {
      while let data = try FileHandle.standardInput.read(upToCount: 1 << 16), !data.isEmpty {
        try out.write(contentsOf: data)
      }
      try out.synchronize()
      try out.close()
      try FileManager.default.moveItem(atPath: whole, toPath: folder.input)
    } catch {
      throw UserError(
        "standard input could not be kept in \(folder.path)", next: .outside("make room (df -h), then send it again"),
        status: .failed)
    }
    return folder.input
  }
}

/// Counts from a closure.
private final class Counted {
  var count = 0
}

/// Workspaces that records name, each opened once.
private actor Toolboxes {
  private let way: ToolboxWay
  private let destination: Destination
  private let settlesDoubt: Bool
  private var open: [String: Toolbox] = [:]

  init(_ way: ToolboxWay, _ destination: Destination, settlesDoubt: Bool) {
    self.way = way
    self.destination = destination
    self.settlesDoubt = settlesDoubt
  }

  /// Where the journal belongs: the workspace of all records, or none where each names its own.
  func home() async throws -> Toolbox {
    if destination.namesWorkspaces { return try await make(nil, isNeeded: false) }
    return try await named(destination.workspaceName)
  }

  func named(_ workspace: String?) async throws -> Toolbox {
    if let known = open[workspace ?? ""] { return known }
    let toolbox = try await make(workspace, isNeeded: true)
    open[workspace ?? ""] = toolbox
    return toolbox
  }

  private func make(_ workspace: String?, isNeeded: Bool) async throws -> Toolbox {
    do {
      return try await way.toolbox(
        workspace, isNeeded: isNeeded, timeZone: destination.timeZone, settlesDoubt: settlesDoubt)
    } catch let error as UserError where workspace != nil && destination.namesWorkspaces {
      throw SendingError(error.message)
    }
  }
}
