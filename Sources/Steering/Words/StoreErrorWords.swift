package import PlanningStore

extension StoreError {
  package var message: String {
    switch code {
    case .notFound: "there is no database at \(path)"
    case .empty: "there is no database at \(path): the file is empty"
    case .notADatabase: "\(path) is not an SQLite database; nothing was changed"
    case .foreign: "\(path) is an SQLite file, but not rota's; nothing was changed"
    case .newerSchema(let applied):
      "\(path) was written by a newer rota (schema \(applied)); this one knows \(PlanningDatabase.schemaVersion)"
    case .olderSchema(let applied):
      "\(path) has schema \(applied), this rota needs \(PlanningDatabase.schemaVersion): run '\(NextStep.migrateDatabase.command)'"
    case .olderSchemaReadOnly(let applied):
      "\(path) has schema \(applied), this rota needs \(PlanningDatabase.schemaVersion), and you may not write it: '\(NextStep.migrateDatabase.command)' by somebody who may"
    case .readOnly: "\(path) cannot be written: the file or its folder is read-only"
    case .cannotOpen:
      "\(path) cannot be opened: it or its folder is not there, is not yours to read and write, or is no file"
    case .diskFull: "no room left on the disk of \(path); nothing was half-written"
    case .ioFailed: "reading or writing \(path) failed: is the disk full or gone? Nothing was half-written"
    case .busy: "\(path) is in use by another program that does not let go"
    case .interrupted: "reading \(path) took too long and was stopped"
    case .damaged: "\(path) is damaged: \(detail ?? "integrity check failed")"
    case .damagedEntry(let id): "time entry \(id) has no readable start in the mirror"
    case .refused:
      detail?.contains("still used") ?? false
        ? "the role is still used by contracts, assignments or actuals, or is the system's; nothing was changed"
        : "the database refused this: \(detail ?? "the database refused the change"); nothing was changed"
    case .noLock:
      "\(path).lock cannot be made (\(detail ?? "")): check that its folder exists, and that you may write it and the file"
    case .other: "\(path): \(detail ?? "")"
    }
  }
}
