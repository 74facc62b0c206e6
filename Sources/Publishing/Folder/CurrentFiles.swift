import Foundation

/// `current`: a folder of links to the files of the state that counts, and to no others, for engines that take every file they
/// find. It is a link itself, to a folder of its generation, and is put in its place in one step.
enum CurrentFiles {
  private static let name = "current"
  private static let generations = "_generations"

  /// - Parameters:
  ///   - paths: of the files, from the folder.
  ///   - before: the generation that others may be reading just now; earlier ones go.
  static func show(_ paths: [String], of generation: Int, before: Int?, in folder: String) throws {
    let files = FileManager.default
    let tree = "\(folder)/\(generations)/\(generation)"
    // Of a publication that was killed.
    try? files.removeItem(atPath: tree)
    for path in paths {
      let link = "\(tree)/\(path)"
      try FolderFile.makeFolder((link as NSString).deletingLastPathComponent)
      let up = String(repeating: "../", count: path.split(separator: "/").count + 1)
      guard symlink(up + path, link) == 0 else {
        // A file system without links has no such folder.
        if [EPERM, ENOTSUP, EOPNOTSUPP].contains(errno) { return }
        throw FolderFile.failure(link)
      }
    }
    let next = "\(folder)/\(name).tmp"
    unlink(next)
    guard symlink("\(generations)/\(generation)", next) == 0, rename(next, "\(folder)/\(name)") == 0 else {
      throw FolderFile.failure(next)
    }
    for old in (try? files.contentsOfDirectory(atPath: "\(folder)/\(generations)")) ?? [] {
      if old != "\(generation)", old != before.map({ "\($0)" }) {
        try? files.removeItem(atPath: "\(folder)/\(generations)/\(old)")
      }
    }
  }
}
