import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import Steering
import Subprocess
import SystemPackage

/// A way to tell people. Each says in words what went wrong, without secrets.
package struct Channel: Sendable {
  package let name: String
  package let send: @Sendable (Message) async throws -> Void

  package init(name: String, send: @escaping @Sendable (Message) async throws -> Void) {
    self.name = name
    self.send = send
  }

  /// How long a program or an address may take, seconds.
  package static let patience = 30

  /// Those that the settings name.
  package static func all(_ settings: NotifySettings, environment: [String: String]) -> [Channel] {
    var channels: [Channel] = []
    if let command = settings.command {
      channels.append(Channel(name: "command") { try await pipe($0.json, to: command, "the command") })
    }
    if !settings.email.isEmpty {
      let (to, from, program) = (settings.email, settings.from, settings.sendmail)
      channels.append(
        Channel(name: "email") {
          try await pipe(Data($0.mail(to: to, from: from).utf8), to: program, "the mail program")
        })
    }
    if let url = settings.url {
      channels.append(
        Channel(name: "url") { try await post($0.json, to: url, secret: try secret(environment)) })
    }
    return channels
  }

  /// The webhook's secret, from the environment or the file it names.
  static func secret(_ environment: [String: String]) throws -> SymmetricKey {
    func given(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let secret = given("ROTA_NOTIFY_SECRET") { return SymmetricKey(data: Data(secret.utf8)) }
    guard let file = given("ROTA_NOTIFY_SECRET_FILE") else {
      throw UserError(
        "notify: url needs a secret to sign with",
        next: .outside("set ROTA_NOTIFY_SECRET, or ROTA_NOTIFY_SECRET_FILE to a file that holds it"))
    }
    let text = (try? String(contentsOfFile: file, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    guard let text, !text.isEmpty else {
      throw UserError(
        "the file of ROTA_NOTIFY_SECRET_FILE cannot be read or is empty", next: .outside("check its path and rights"))
    }
    return SymmetricKey(data: Data(text.utf8))
  }

  /// What programs that are told must not inherit.
  private static let secrets: [Environment.Key: String?] = [
    "CLOCKIFY_API_KEY": nil, "CLOCKIFY_ADDON_TOKEN": nil, "ROTA_NOTIFY_SECRET": nil,
  ]

  /// Runs a program through `sh` with the message on its standard input, which it need not read; ended after `patience` with all it started.
  private static func pipe(_ input: Data, to command: String, _ words: String) async throws {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [.send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2))]
    // A file, not a pipe: a program need not read what it is given.
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("rota-message-\(UUID().uuidString)").path
    guard FileManager.default.createFile(atPath: file, contents: input, attributes: [.posixPermissions: 0o600]) else {
      throw UserError(
        "no temporary file for the message could be written", next: .outside("make room in $TMPDIR"), status: .failed)
    }
    defer { try? FileManager.default.removeItem(atPath: file) }
    let result: (status: TerminationStatus, errors: String)
    do {
      let platformOptions = options
      result = try await within(seconds: patience) {
        let message = try FileDescriptor.open(file, .readOnly)
        let ended = try await Subprocess.run(
          .path("/bin/sh"), arguments: ["-c", command], environment: .inherit.updating(secrets),
          platformOptions: platformOptions,
          input: .fileDescriptor(message, closeAfterSpawningProcess: true), output: .discarded,
          error: .string(limit: 1 << 16))
        return (ended.terminationStatus, ended.standardError)
      }
    } catch is TookTooLong {
      throw UserError("\(words) had not ended after \(patience) s and was stopped", status: .failed)
    } catch let error as SubprocessError {
      throw UserError("\(words) could not be run: \(error)", status: .failed)
    }
    guard result.status.isSuccess else {
      let said = result.errors.split(separator: "\n").first.map { ": \($0)" } ?? ""
      let how =
        switch result.status {
        case .exited(let code): "ended with exit code \(code)"
        case .signaled(let signal): "was ended by signal \(signal)"
        }
      throw UserError("\(words) \(how)\(said)", status: .failed)
    }
  }

  /// `X-Rota-Signature: sha256=HEX` over `TIMESTAMP.BODY`, both as sent. Passing faults are tried thrice.
  private static func post(_ body: Data, to url: String, secret: SymmetricKey) async throws {
    let timestamp = "\(Int(Date().timeIntervalSince1970))"
    let code = HMAC<SHA256>.authenticationCode(for: Data(timestamp.utf8) + Data(".".utf8) + body, using: secret)
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "X-Rota-Timestamp", value: timestamp)
    request.headers.add(name: "X-Rota-Signature", value: "sha256=\(code.map { hex($0) }.joined())")
    request.body = .bytes(Array(body))
    try await ask(request, "the webhook")
  }

  /// Asks for the heartbeat's address.
  package static func beat(_ url: String) async throws {
    try await ask(HTTPClientRequest(url: url), "the heartbeat address")
  }

  private static func ask(_ request: HTTPClientRequest, _ name: String) async throws {
    var request = request
    request.headers.add(name: "User-Agent", value: "rota")
    // The path of such an address is often its password: only the host is told.
    let host = URLComponents(string: request.url)?.host ?? "?"
    var fault = ""
    for attempt in 1...3 {
      if attempt > 1 { try await Task.sleep(for: .seconds(attempt - 1)) }
      do {
        let status = try await client.execute(request, timeout: .seconds(10)).status.code
        if (200..<300).contains(status) { return }
        fault = "answered \(status)"
        if status < 500 && status != 429 { break }
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        fault = "could not be reached"
      }
    }
    throw UserError("\(name) at \(host) \(fault)", status: .failed)
  }

  /// One for the process. Redirects are an answer: a signed message goes nowhere else.
  private static let client: HTTPClient = {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}

struct TookTooLong: Error {}

/// The value of `body`, which is cancelled when it takes longer.
func within<Value: Sendable>(
  seconds: Int, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: .seconds(seconds))
      return nil
    }
    defer { group.cancelAll() }
    guard let first = try await group.next(), let value = first else {
      // The group waits until the body has ended in its own way: a run leaves an honest row behind.
      throw TookTooLong()
    }
    return value
  }
}
