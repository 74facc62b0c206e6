import Mustache

/// A model as templates look names up in it: every struct is taken apart once. The library would do it again for each name,
/// and for each struct around it: half of the time of a page with a hundred rows.
struct Laid: MustacheParent {
  private let values: [String: Any]

  func child(named name: String) -> Any? { values[name] }

  /// - Returns: nil: an optional that holds nothing.
  static func out(_ value: Any) -> Any? {
    switch value {
    // Also where it stands in an optional.
    case let text as String: return LaidText(text)
    case let flag as Bool: return flag
    case let number as Int: return number
    case let number as Int64: return number
    case let parent as any MustacheParent: return parent
    default: break
    }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.flatMap { out($0.value) }
    case .collection: return mirror.children.compactMap { out($0.value) }
    case .struct:
      var values: [String: Any] = [:]
      for child in mirror.children {
        if let name = child.label, let laid = out(child.value) { values[name] = laid }
      }
      return Laid(values: values)
    default: return value
    }
  }
}

/// A text in a template: its own, without being asked by mirror for names that stand further out.
struct LaidText: MustacheParent, MustacheCustomRenderable {
  let renderText: String
  let isNull = false

  init(_ text: String) { renderText = text }

  func child(named: String) -> Any? { nil }
}
