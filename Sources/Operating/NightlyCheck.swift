import Foundation
import PlanningStore
import Steering

/// What would go wrong at night beside the import itself; nothing is sent.
package struct NightlyCheck {
  package struct Finding {
    package let state: String
    package let name: String
    package let text: String
  }

  private let settings: NightSettings
  private let database: String
  private let environment: [String: String]

  /// - Parameter database: its path.
  package init(_ settings: NightSettings, database: String, environment: [String: String]) {
    self.settings = settings
    self.database = database
    self.environment = environment
  }

  package func findings() -> [Finding] {
    [keyFile, metrics, backup].compactMap(\.self) + notify
  }

  private var keyFile: Finding? {
    guard let path = environment["CLOCKIFY_API_KEY_FILE"], !path.isEmpty else { return nil }
    let file = KeyFile(path)
    return file.rightsOfOthers.map { rights in
      Finding(state: "warn", name: "key file", text: "\(path) can be read by others (\(rights)): \(file.remedy)")
    }
  }

  private var metrics: Finding? {
    settings.metricsFile.map { file in
      let folder = Self.folder(of: file)
      let problem = Self.problem(folder: folder)
      return Finding(
        state: problem == nil ? "ok" : "fail", name: "metrics",
        text: problem.map { "\(folder) \($0): make it, or correct metrics_file" } ?? file)
    }
  }

  private var backup: Finding? {
    settings.backup.to.map { folder in
      if let problem = Self.problem(folder: folder) {
        return Finding(state: "fail", name: "backup", text: "\(folder) \(problem): make it, or correct backup: to")
      }
      let needed = Status.bytes(of: database)
      let free =
        (try? FileManager.default.attributesOfFileSystem(forPath: folder)[.systemFreeSize] as? NSNumber)?.intValue
        ?? .max
      // The new copy is complete before the oldest goes.
      let isTight = free < needed + needed / 5
      return Finding(
        state: isTight ? "fail" : "ok", name: "backup",
        text: isTight
          ? "\(folder) has \(Words.megabytes(free)) free, a copy takes \(Words.megabytes(needed)): make room"
          : "\(folder), \(settings.backup.keep) copies are kept")
    }
  }

  private var notify: [Finding] {
    var findings: [Finding] = []
    func program(_ name: String, _ command: String) {
      let first = command.split(separator: " ").first.map(String.init) ?? ""
      let isThere = Self.find(first)
      findings.append(
        Finding(
          state: isThere ? "ok" : "fail", name: name,
          text: isThere ? "\(first) is there (rota notify test tries it)" : "there is no program \(first)"))
    }
    if let command = settings.notify.command { program("command", command) }
    if !settings.notify.email.isEmpty { program("email", settings.notify.sendmail) }
    if settings.notify.url != nil {
      do {
        _ = try Channel.secret(environment)
        findings.append(Finding(state: "ok", name: "webhook", text: "has a secret (rota notify test tries it)"))
      } catch {
        let words = ErrorWords.words(error)
        findings.append(
          Finding(
            state: "fail", name: "webhook", text: "\(words?.message ?? "\(error)"). Next: \(words?.next?.command ?? "")"
          ))
      }
    }
    return findings
  }

  private static func folder(of file: String) -> String {
    let folder = (file as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }

  /// In words, why nothing can be written into a folder; nil if something can.
  private static func problem(folder: String) -> String? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else { return "is not there" }
    guard isFolder.boolValue else { return "is no folder" }
    let trial = (folder as NSString).appendingPathComponent(".rota-check-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(atPath: trial) }
    return (try? Data("rota".utf8).write(to: URL(fileURLWithPath: trial))) == nil
      ? "may not be written or is full" : nil
  }

  private static func find(_ program: String) -> Bool {
    if program.contains("/") { return FileManager.default.isExecutableFile(atPath: program) }
    // A word of the shell, or a program on the path.
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return ["if", "echo", "test", "exec"].contains(program)
      || path.split(separator: ":").contains {
        FileManager.default.isExecutableFile(atPath: ($0 as NSString).appendingPathComponent(program))
      }
  }
}
