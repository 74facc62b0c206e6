import ArgumentParser
import ClockifyAPI
import Foundation
import Sending
import Steering

struct CallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Send any request to Clockify and print its answer.",
    discussion: """
        rota clockify call GET '/workspaces/{workspaceId}/users' --query page-size=5
        rota clockify call POST '/workspaces/{workspaceId}/tags' --body '{"name":"on-site"}'

      {workspaceId} and {userId} become those of the workspace and of the key's owner.
      """)
  @OptionGroup var options: ToolboxOptions
  @Argument(help: "GET, POST, PUT, PATCH or DELETE.") var method: String
  @Argument(help: "The path below the API address.") var path: String
  @Option(help: "api, or reports for the reports service.") var host = Host.api
  @Option(name: .customLong("query"), help: "A parameter, as NAME=VALUE; may be given again.") var query: [String] = []
  @Option(name: .customLong("header"), help: "A header, as 'NAME: VALUE'; may be given again.") var headers: [String] =
    []
  @Option(help: "The body: text, @FILE, or - for standard input.") var body: String?
  @Flag(name: .shortAndLong, help: "Print status and headers first.") var include = false
  @Flag(name: .customLong("dry-run"), help: "Print the request instead of sending it.") var dryRun = false
  @OptionGroup var confirmation: Confirmation

  enum Host: String, ExpressibleByArgument, CaseIterable { case api, reports }

  func validate() throws {
    guard ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(method.uppercased()) else {
      throw ValidationError("METHOD must be GET, POST, PUT, PATCH or DELETE, not \"\(method)\".")
    }
  }

  func run() async throws {
    var request = CallRequest(method: method.uppercased(), path: path)
    request.query = try query.map { try CallRequest.pair($0, "=", "--query") }
    request.headers = try headers.map { try CallRequest.header($0) }
    try request.check()
    let body = try body.map(Self.text)
    let session = try await options.open(needsWorkspace: request.needsWorkspace)
    var call = try request.filled(workspace: session.place.id, user: session.place.ownerID)
    (call.host, call.body) = (host == .api ? .api : .reports, body)
    if dryRun {
      Terminal.data(
        call.name + (call.query.isEmpty ? "" : " ?\(call.query.map { "\($0.0)=\($0.1)" }.joined(separator: "&"))"))
      if let body { Terminal.data(body) }
      return
    }
    // The reports service is asked by POST, and changes nothing.
    if call.method != "GET", host == .api {
      try confirmation.ask("\(call.name) in Clockify as \(session.place.ownerName)")
    }
    switch try await session.toolbox.carrier.writer.send(call, expectsRow: false) {
    case .done(let answer), .refused(let answer):
      show(answer)
      if !(200..<300).contains(answer.status) { throw ExitStatus.failed }
    case .stopped(let answer):
      show(answer)
      ErrorReport.report(session.toolbox.carrier.stop(call, answer))
      throw ExitStatus.failed
    case .doubt(let error):
      throw SendingError(
        "it is not known whether \(call.name) was done: \(error.message)", next: "look for it before you send it again",
        .refused)
    }
  }

  private func show(_ answer: ClockifyAnswer) {
    if include {
      Terminal.data("\(answer.status)")
      for (name, value) in answer.headers { Terminal.data("\(name): \(value)") }
      print("")
    }
    if answer.body.readableBytes > 0 { Terminal.data(answer.text) }
  }

  private static func text(_ given: String) throws -> String {
    if given == "-" { return String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self) }
    guard given.hasPrefix("@") else { return given }
    let file = String(given.dropFirst())
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw UserError("the file \(file) cannot be read", next: .outside("check its name (ls -l)"))
    }
    return text
  }
}

struct TemplatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "templates", abstract: "List what records can be sent by; with a name, its request and fields.",
    discussion: "  rota clockify templates create-time-entry")
  @Argument(help: "A template.") var name: String?

  func run() throws {
    guard let name else {
      for template in Template.ofRecords {
        Terminal.say("\(Words.padded(template.name, 18)) \(Words.padded(template.method, 6)) \(template.shownPath)")
      }
      return
    }
    guard let template = Template.named(name) else { throw TemplateWords.unknown(name) }
    for line in TemplateWords.lines(template) { Terminal.say(line) }
  }
}
