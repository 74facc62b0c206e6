import Foundation
import Planning
import RotaWeb
import Steering
import Subprocess
import SystemPackage

extension Composition {
  /// What the web app may do here. It gets no key and no environment: only ways to use them.
  func webWiring() -> WebWiring {
    let composition = self
    return WebWiring(
      database: settings.database, settings: settings.imports, version: Rota.configuration.version, logger: logger,
      now: { composition.now },
      desk: { composition.desk($0, now: composition.now, nil) },
      check: { await composition.checkLines() },
      runImport: { try await composition.runImport($0, by: $1) })
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

  /// The command itself, in a process of its own with this one's environment; cancelled, it gets SIGTERM and half a minute.
  private func runImport(_ arguments: [String], by actor: Actor) async throws -> ImportEnd {
    var all = ["import", "--database", absolute(settings.database), "--started-by", actor.description]
    if let file = settings.file { all += ["--config", absolute(file)] }
    if let asOf = options.asOf { all += ["--as-of", asOf] }
    var platform = PlatformOptions()
    platform.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(30))]
    let ended = try await Subprocess.run(
      .path(FilePath(Self.program)), arguments: Arguments(all + arguments), platformOptions: platform,
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    let lines = (ended.standardError + "\n" + ended.standardOutput).split(separator: "\n").map(String.init)
    guard case .exited(let status) = ended.terminationStatus else { return ImportEnd(status: nil, lines: lines) }
    return ImportEnd(status: status, lines: lines)
  }

  /// This program's file, wherever it was called from.
  private static var program: String { Bundle.main.executablePath ?? absolute(CommandLine.arguments[0]) }
}
