import PlanningStore
import Steering

/// A setting as the page shows it; what is secret says only that it is set.
package struct SettingRow: Sendable {
  package let key: String
  package let value: String
  /// Where it was given: a line of the file, a variable, or by default.
  package let place: String
  package let meaning: String

  package init(key: String, value: String, place: String, meaning: String) {
    self.key = key
    self.value = value
    self.place = place
    self.meaning = meaning
  }
}

/// Every setting, with where its value is from.
struct SettingsModel: PageModel {
  static let template = "settings"
  let title = "Settings"
  let file: String
  let rows: [SettingRow]

  init(_ session: StoreSession, _ visit: Visit) throws {
    let wiring = visit.site.wiring
    file = wiring.settingsFile.map { "from \($0)" } ?? "there is no settings file: 'rota init' writes one"
    rows = wiring.settingRows
  }
}
