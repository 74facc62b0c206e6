package import Planning
package import PlanningStore

/// What one can do next. No text: each face words it, a command line as a command, a page as a button.
package enum NextStep: Codable, Sendable, Hashable {
  // Importing
  case importNow
  /// Reads some dates again.
  case importDates(since: CalendarDay, until: CalendarDay?)
  case confirmDeletes(run: Int64)
  case check
  case status
  case setUp
  /// With a settings file at this path.
  case setUpWith(config: String)
  case checkDatabase
  case migrateDatabase
  case tryTelling
  case publish(target: String)
  case restoreBackup
  /// The webhooks in Clockify, and whether they deliver.
  case webhooks
  /// Asked for again where one is off.
  case installWebhooks

  // Runs
  case runs
  case run(Int64)
  /// Which kinds of Clockify's are kept, and how far.
  case replica

  // Roles and actuals
  case fixUnknownRoles
  case giveRoleFrom(role: String, person: PersonID)
  case giveRolesOrAllowUnknown
  /// The role of hours that are typed.
  case nameRole
  case enableActuals
  case turnOn(SwitchSubject)
  /// Hours that are more than a day has.
  case typeAnyway
  case explain(Cell)
  case auditFrom(CalendarDay)

  // What waits
  case duplicatesOf(PlanSnapshot.Kind)
  case reviewDuplicates
  case mergeDuplicates
  case merges
  case undoMerge(Int64)
  case conflicts
  case drift
  case dismissDrift(PlanSnapshot.Kind, Int64)
  /// - item: id or Clockify id.
  case acknowledge(PlanSnapshot.Kind?, item: String?)
  case nameCatchAll

  // References
  case references
  case referencesOf(PlanSnapshot.Kind)
  case findReference(String, PlanSnapshot.Kind)
  /// - item: nil: one to be chosen. clockifyID: nil: one to be found.
  case link(PlanSnapshot.Kind, item: Int64?, clockifyID: String?)
  case unlink(PlanSnapshot.Kind)
  case ignore(PlanSnapshot.Kind, [String])
  case unignore(PlanSnapshot.Kind, String)
  case exportReferences
  /// What has no link, and what creating it in Clockify would do.
  case pushes

  // The plan
  case items(PlanSnapshot.Kind)
  case cascade(PlanSnapshot.Kind, Int64)
  case archive(PlanSnapshot.Kind, Int64)
  case unarchive(PlanSnapshot.Kind, Int64)
  case untagSyncOff(ProjectID)
  /// Takes off a tag that looks like sync_off, and sets that.
  case tagSyncOff(PlanSnapshot.Kind, item: String, insteadOf: String)
  case roles
  case addRole(String?)
  case contracts(PersonID)
  case deleteContract(Int64)
  case endContract
  case addHoliday
  case locks
  case lock

  /// What may be given to what was just tried.
  case options
  /// Which columns a file may have. subject: `time-off`.
  case columns(subject: String)
  case serveDemo
  case demoElsewhere

  /// One or the other.
  indirect case either(NextStep, NextStep)
  /// Words only: done outside rota, in Clockify, in the settings or in a shell.
  case outside(String)
}
