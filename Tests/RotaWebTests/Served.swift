import AsyncHTTPClient
import Foundation
import Importing
import Logging
import NIOCore
import Planning
import PlanningStore
import RotaTesting
import Steering
import Synchronization

@testable import RotaWeb

/// The web app over a world's database, in this process, asked over HTTP.
final class Served: Sendable {
  let base: String
  let link: String
  private let accounts: AccountFile
  private let tokens: [Right: String]
  /// What was logged as an error.
  let errors: ErrorLog

  struct Answer {
    let status: Int
    let headers: [String: String]
    let text: String
  }

  /// - Parameter check: what the check says.
  static func with(
    _ world: World, proxy: TrustedProxy? = nil, headLimit: Double = 10, journals: String? = nil,
    _ body: (Served) async throws -> Void
  ) async throws {
    let errors = ErrorLog()
    let settings = world.settings
    let (now, path) = (world.now, world.database.path)
    let logger = Logger(label: "web") { _ in ErrorLogHandler(log: errors) }
    var wiring = WebWiring(
      database: path, settings: settings, version: "test", logger: logger, now: { now },
      desk: { actor in
        Desk(path: path, settings: settings, actor: actor, now: now, logger: logger, progress: nil) { _, _ in
          throw UserError("there is no Clockify here")
        }
      },
      check: { [CheckLine("ok", "key", "belongs to Ana")] },
      runImport: { _, _ in ImportEnd(status: 0, lines: ["Imported"]) },
      runAudit: { _ in
        ImportEnd(
          status: 3, lines: [],
          output: """
            [{"date":"2026-03-02","person":"Ana","project":"Alpha","ours":285,"clockify":270,"difference":15,
            "cause":"changed in Clockify","next":"rota import"}]
            """)
      },
      runPush: { arguments, actor in
        let isSure = arguments.contains("--yes")
        return ImportEnd(
          status: arguments[1] == "1" ? 1 : 0,
          lines: ["\(arguments.joined(separator: " ")) by \(actor): \(isSure ? "created" : "would create")."])
      },
      runJournal: { arguments in
        let isList = arguments[0] == "list"
        return ImportEnd(
          status: arguments[1].hasSuffix("/nothing") ? 64 : 0, lines: [],
          output: isList
            ? #"[{"name":"hours.csv.send","records":1200,"done":1198,"failed":2,"unknown":0,"last_at":"2026-03-09T05:00:00Z"}]"#
            : #"[{"record":7,"line":8,"state":"failed","request":"POST /x","error":"name taken <b>"}]"#)
      },
      settingRows: [SettingRow(key: "database", value: "rota.sqlite", place: "by default", meaning: "the database")],
      settingsFile: nil)
    wiring.journals = journals
    let links = AsyncStream.makeStream(of: String.self)
    let app = try WebApp(wiring, listen: WebAddress("127.0.0.1:0", proxy: proxy), headLimit: headLimit)
    let running = Task { try await app.run { links.continuation.yield($0) } }
    var iterator = links.stream.makeAsyncIterator()
    let link = await iterator.next()!
    let served = try Served(link: link, database: path, errors: errors)
    let result: Result<Void, any Error>
    do { result = .success(try await body(served)) } catch { result = .failure(error) }
    running.cancel()
    _ = try await running.value
    try result.get()
  }

  private init(link: String, database: String, errors: ErrorLog) throws {
    self.link = link
    self.errors = errors
    base = String(link[..<link.range(of: "/enter/")!.lowerBound])
    accounts = try AccountFile(database: database)
    var tokens: [Right: String] = [:]
    for right in Right.allCases {
      let (link, token) = (SessionKeys.make(), SessionKeys.make())
      let end = Date.seconds + 3600
      try accounts.addLink(SessionKeys.hash(link), expiresAt: end)
      _ = try accounts.enter(
        SessionKeys.hash(link), at: Date.seconds,
        as: .init(name: "the \(right.rawValue)", right: right.rawValue, until: end),
        token: SessionKeys.hash(token))
      tokens[right] = token
    }
    self.tokens = tokens
  }

  var port: Int { Int(base.split(separator: ":").last!)! }

  /// - Parameter right: whose session; nil: nobody's.
  func ask(
    _ method: String = "GET", _ path: String, as right: Right? = .admin, form: String? = nil,
    headers: [String: String] = [:]
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: base + path)
    request.method = .init(rawValue: method)
    if let token = right.flatMap({ tokens[$0] }) { request.headers.add(name: "Cookie", value: "rota-\(port)=\(token)") }
    if method == "POST", headers["Origin"] == nil, headers["Sec-Fetch-Site"] == nil, headers["Authorization"] == nil {
      request.headers.add(name: "Sec-Fetch-Site", value: "same-origin")
    }
    for (name, value) in headers where !value.isEmpty { request.headers.replaceOrAdd(name: name, value: value) }
    if method == "POST" {
      if headers["Content-Type"] == nil {
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
      }
      request.body = .bytes(ByteBuffer(string: form ?? ""))
    }
    let response = try await Self.client.execute(request, timeout: .seconds(30))
    let body = try await response.body.collect(upTo: 16 << 20)
    let fields = response.headers.map { ($0.name.lowercased(), $0.value) }
    return Answer(
      status: Int(response.status.code), headers: Dictionary(fields) { $1 }, text: String(buffer: body))
  }

  private static let client = {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    // Sooner than the server: it may close a connection just as it is used again.
    configuration.connectionPool.idleTimeout = .seconds(20)
    configuration.decompression = .enabled(limit: .none)
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()
}

/// What a server logs as an error.
final class ErrorLog: Sendable {
  private let all = Mutex<[String]>([])
  var lines: [String] { all.withLock { $0 } }

  func add(_ line: String) { all.withLock { $0.append(line) } }
}

private struct ErrorLogHandler: LogHandler {
  let log: ErrorLog
  var logLevel = Logger.Level.error
  var metadata = Logger.Metadata()

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { log.add("\(event.message)") }
}
