import Foundation
import Steering

extension SettingKey {
  var isList: Bool {
    switch kind {
    case .list, .weekdays, .addresses, .targets: true
    default: false
    }
  }

  /// What a value must look like, for errors and docs.
  var form: String {
    switch kind {
    case .text: "text"
    case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "a number from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
    case .date: "a date like 2026-03-02"
    case .zone: "a time zone like Europe/Berlin"
    case .words(let words):
      words.joined(separator: ", ").replacingOccurrences(of: ", \(words.last!)", with: " or \(words.last!)")
    case .list: "a list of ids"
    case .weekdays: "a list of weekdays like [mon, tue]"
    case .address: "an e-mail address"
    case .addresses: "a list of e-mail addresses"
    case .targets: "a list of targets, each with name and postgres, or name, dir and format (parquet, csv or ndjson)"
    case .url: "an https address (http only to this machine)"
    }
  }

  private static func text(_ number: Double) -> String {
    number == number.rounded() ? Words.count(Int(number)) : "\(number)"
  }
}
