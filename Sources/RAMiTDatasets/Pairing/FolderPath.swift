import RAMiTFiles

/// Folders as people spell them.
enum FolderPath {
  /// The folder at a relative path, whatever the case of its letters; nil when there is none.
  ///
  /// The exact spelling comes first. Where several folders differ in case alone, the first in order is taken.
  static func find(_ path: String, in root: String) -> String? {
    var found = root
    for part in path.split(separator: "/") where part != "." {
      let exact = found + "/" + part
      if isFolder(exact) {
        found = exact
        continue
      }
      let names = (try? Folder.names(found)) ?? []
      let wanted = part.lowercased()
      guard let name = names.first(where: { $0.lowercased() == wanted && isFolder(found + "/" + $0) }) else {
        return nil
      }
      found += "/" + name
    }
    return isFolder(found) ? found : nil
  }

  /// What is in a folder, for a message: a few names.
  static func contents(of path: String) -> String {
    guard isFolder(path) else { return "no such folder" }
    let names = ((try? Folder.names(path)) ?? []).filter { !$0.hasPrefix(".") }
    if names.isEmpty { return "an empty folder" }
    let most = 5
    return "there only " + names.prefix(most).joined(separator: ", ")
      + (names.count > most ? " and \(names.count - most) more" : "")
  }

  /// The names of the folders in a folder, without hidden ones, in order.
  static func folders(in path: String) -> [String] {
    ((try? Folder.names(path)) ?? []).filter { !$0.hasPrefix(".") && isFolder(path.appendingPath($0)) }
  }

  /// Whether folders named after scales, `X2` and the like, lie in a folder.
  static func hasScales(_ path: String) -> Bool {
    folders(in: path).contains { name in
      name.utf8.count == 2 && name.lowercased().hasPrefix("x") && name.last!.isASCII && name.last!.isNumber
    }
  }

  static func isFolder(_ path: String) -> Bool { Folder.exists(path) }
}
