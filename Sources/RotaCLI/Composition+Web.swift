import Foundation
import Planning
import RotaWeb
import Steering
import Subprocess
import Synchronization
import SystemPackage

extension Composition {
  /// What the web app may do here. It gets no key and no environment: only ways to use them.
  ///
  /// - Parameter surface: what imports that are started there are marked with: `web`, or `demo`.
  func webWiring(startedAs surface: String = "web") -> WebWiring {
    let composition = self
    var wiring = WebWiring(
      database: settings.database, settings: settings.imports, version: Rota.configuration.version, logger: logger,
      now: { composition.now },
      desk: { composition.desk($0, now: composition.now, nil) },
      check: { await composition.checkLines() },
      runImport: { try await composition.runImport($0, by: "\(surface):\($1.name)") },
      runAudit: { days in
        try await composition.run(
          ["actuals", "audit"], ["--json", "--from", days.lowerBound.description, "--to", days.upperBound.description])
      },
      runPush: { arguments, actor in
        try await composition.run(["push"] + arguments, ["--started-by", "\(surface):\(actor.name)"])
      }, runJournal: { try await composition.run(["clockify", "journal"] + $0, ["--json"]) },
      settingRows: settingRows, settingsFile: settings.file)
    wiring.replica = settings.replica
    wiring.journals = settings.journals
    return wiring
  }

  /// Every setting; commands and addresses may hold secrets and only say that they are set.
  private var settingRows: [SettingRow] {
    SettingKey.all.map { key in
      let given = settings.given[key.path]
      let value =
        switch key.kind {
        case .url where key.path != "web.public_url": given.map { _ in "set" } ?? ""
        default: key.path == "notify.command" ? given.map { _ in "set" } ?? "" : given?.text ?? key.default
        }
      return SettingRow(key: key.path, value: value, place: given?.place ?? "by default", meaning: key.meaning)
    }
  }

  /// - Parameter listen: nil: as the settings say.
  func webAddress(_ listen: String?) throws -> WebAddress {
    try WebAddress(
      listen ?? settings.webListen, publicURL: settings.webPublicURL,
      proxy: settings.webProxyHeader.map { try TrustedProxy(header: $0, from: settings.webProxyFrom) })
  }

  private func checkLines() async -> [CheckLine] {
    var lines: [CheckLine] = []
    do {
      _ = try await Checkup(composition: self).run { lines.append($0) }
    } catch {
      let words = ErrorWords.words(error)
      lines.append(
        CheckLine("fail", "key", "\(words?.message ?? "\(error)")\(words?.next.map { ". Next: \($0.command)" } ?? "")"))
    }
    return lines
  }

  /// The command itself, in a process of its own with this one's environment; cancelled, it is asked to stop.
  private func runImport(_ arguments: [String], by starter: String) async throws -> ImportEnd {
    try await run(["import"], ["--started-by", starter] + arguments)
  }

  /// A command in a process of its own with this one's settings and environment; cancelled, it is asked to stop.
  private func run(_ command: [String], _ arguments: [String]) async throws -> ImportEnd {
    var all = command + ["--database", absolute(settings.database)]
    if let file = settings.file { all += ["--config", absolute(file)] }
    if let asOf = options.asOf { all += ["--as-of", asOf] }
    let inherited = Environment.custom(
      Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(rawValue: $0.key)!, $0.value) }))
    let child = Child()
    // Not cancelled with who waits for it: it is asked to stop, ends in its own way, and what it says is heard.
    let running = Task { [all] in
      try await Subprocess.run(
        .path(FilePath(Self.program)), arguments: Arguments(all + arguments), environment: inherited, input: .none,
        output: .string(limit: 1 << 20), error: .string(limit: 1 << 20)
      ) { child.began($0.processIdentifier.value) }
    }
    let ended = try await withTaskCancellationHandler {
      try await running.value
    } onCancel: {
      child.stop()
    }
    child.ended()
    let lines = (ended.standardError + "\n" + ended.standardOutput).split(separator: "\n").map(String.init)
    guard case .exited(let status) = ended.terminationStatus else { return ImportEnd(status: nil, lines: lines) }
    return ImportEnd(status: status, lines: lines, output: ended.standardOutput)
  }

  /// This program's file, wherever it was called from.
  private static var program: String { Bundle.main.executablePath ?? absolute(CommandLine.arguments[0]) }
}

/// A process that can be asked to stop, and is made to after half a minute.
private final class Child: Sendable {
  private struct State {
    var process: pid_t?
    var isToStop = false
  }
  private let state = Mutex(State())

  func began(_ process: pid_t) {
    let isToStop = state.withLock { state in
      state.process = process
      return state.isToStop
    }
    if isToStop { stop() }
  }

  /// Its number may soon be somebody else's.
  func ended() { state.withLock { $0.process = nil } }

  func stop() {
    signal(SIGTERM)
    DispatchQueue.global().asyncAfter(deadline: .now() + 30) { self.signal(SIGKILL) }
  }

  private func signal(_ number: Int32) {
    state.withLock { state in
      state.isToStop = true
      if let process = state.process { kill(process, number) }
    }
  }
}
