import ClockifyAPI
import Importing
import Planning
package import PlanningStore

/// The one place where errors become sentences, next steps and exit codes.
package enum ErrorWords {
  package static func words(_ error: any Error) -> UserError? {
    switch error {
    case let error as UserError: error
    case let error as RunInterrupted where error.isDone:
      UserError(
        "stopped as asked. Run \(error.run) is done; what is kept beside the plan was still being read.",
        next: .outside("run 'rota import' again, or leave it to the next night"), status: .interrupted)
    case let error as RunInterrupted:
      UserError(
        "stopped as asked. What had arrived is kept; nothing planners see was changed. Run \(error.run) is 'partial'.",
        next: .outside("run 'rota import' again"), status: .interrupted)
    case is CancellationError: UserError("stopped as asked.", status: .interrupted)
    case let error as RunFailed: runFailed(error)
    case let error as ImportError: importError(error)
    case let error as ClockifyError: clockify(error)
    case let error as StoreError: store(error)
    case let refusal as PlanRefusal: words(refusal)
    default: nil
    }
  }

  package static func words(_ refusal: PlanRefusal) -> UserError {
    UserError(refusal.message, next: refusal.next)
  }

  /// What is wrong with what somebody gave; nil: the error is about something else.
  static func refusal(_ error: any Error) -> UserError? {
    error as? UserError ?? (error as? PlanRefusal).map { words($0) }
  }

  private static func runFailed(_ error: RunFailed) -> UserError? {
    guard let cause = words(error.cause) else {
      return UserError("run \(error.run) failed: \(error.cause)", next: .run(error.run), status: .failed)
    }
    return UserError(
      "\(cause.message). Run \(error.run) is 'failed'; nothing planners see was changed.", next: cause.next,
      status: cause.status == .usage && !isSetting(error.cause) ? .failed : cause.status)
  }

  /// A setting that only Clockify can tell to be wrong is refused input all the same (rule 89).
  private static func isSetting(_ error: any Error) -> Bool {
    switch error as? ImportError {
    case .noCatchAll, .unknownGroups: true
    default: false
    }
  }

  private static func importError(_ error: ImportError) -> UserError {
    switch error {
    case .noWorkspace, .workspaceChoice:
      UserError(error.message, next: .outside("set ROTA_CLOCKIFY_WORKSPACES=ID, or edit the settings file"))
    case .noPlan: UserError(error.message, next: .runs)
    case .noCatchAll, .unknownGroups:
      UserError(error.message, next: .outside("correct the settings file (rota.yaml)"))
    case .unbalanced, .damagedLinks: UserError(error.message, next: .checkDatabase, status: .failed)
    }
  }

  private static func clockify(_ error: ClockifyError) -> UserError {
    let next: NextStep?
    let status: ExitStatus
    switch error.code {
    case .badAddress, .badCredential: (next, status) = (.outside("set it right, then run 'rota check'"), .usage)
    case .keyRefused:
      (next, status) = (.outside("set CLOCKIFY_API_KEY to a valid key and run 'rota check'"), .unreachable)
    case .forbidden:
      (next, status) = (
        .outside("use a key of an owner or admin of the workspace, then run 'rota check'"), .unreachable
      )
    case .unreachable, .brokenOff, .timeout:
      (next, status) = (.outside("check the address and the network, then try again"), .unreachable)
    case .budgetExhausted:
      let moment = error.retryAt.map { " after \(Instant(seconds: Int($0.rounded(.up))))" } ?? " later"
      (next, status) = (.outside("run the same command again\(moment)"), .partial)
    default: (next, status) = (.check, .failed)
    }
    return UserError(error.description, next: next, status: status)
  }

  private static func store(_ error: StoreError) -> UserError {
    switch error.code {
    case .notFound, .empty: UserError(error.message, next: .setUp)
    case .notADatabase, .foreign: UserError(error.message, next: .outside("name another file with --database"))
    case .newerSchema, .olderSchema:
      UserError(error.message, next: .outside("install the newer rota"), status: .failed)
    case .olderSchemaReadOnly, .readOnly, .cannotOpen, .noLock(isFull: false):
      UserError(error.message, next: .outside("check owner and rights (ls -l), then 'rota check'"), status: .failed)
    case .diskFull, .ioFailed, .noLock(isFull: true):
      UserError(
        error.message, next: .outside("make room (df -h), then run the same command again"), status: .failed)
    case .busy: UserError(error.message, next: .outside("try again in a moment"), status: .alreadyRunning)
    case .damaged, .damagedEntry: UserError(error.message, next: .restoreBackup, status: .failed)
    case .interrupted: UserError(error.message, next: .outside("ask for less"), status: .failed)
    case .refused: UserError(error.message)
    case .other: UserError(error.message, status: .failed)
    }
  }
}
