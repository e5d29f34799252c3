import Foundation
import RAMiTDiagnostics

/// The parts of a path, found by its bytes. A `Character` would join a slash or a point with a combining letter that
/// follows it.
extension String {
  private static let slash = UInt8(ascii: "/"), point = UInt8(ascii: ".")

  /// The name after the last slash; slashes at the end do not count. `/` for the root.
  package var lastPathPart: String {
    let trimmed = withoutEndSlashes, path = trimmed.utf8
    guard path.count > 1, let slash = path.lastIndex(of: Self.slash) else { return trimmed }
    return String(Substring(path[path.index(after: slash)...]))
  }

  /// The folder that the path lies in; `.` for a name alone.
  package var parentPath: String {
    let path = withoutEndSlashes.utf8
    guard let slash = path.lastIndex(of: Self.slash) else { return "." }
    return slash == path.startIndex ? "/" : String(Substring(path[..<slash])).withoutEndSlashes
  }

  /// The name's extension in lower case, without its point; empty for a name without a point, or with only a leading
  /// one.
  package var pathEnding: String {
    let name = lastPathPart.utf8
    guard let point = name.lastIndex(of: Self.point), point > name.startIndex else { return "" }
    return String(Substring(name[name.index(after: point)...])).lowercased()
  }

  /// The path without the name's extension and its point.
  package var withoutPathEnding: String {
    let path = utf8, name = lastPathPart.utf8
    guard let point = path.lastIndex(of: Self.point), let inName = name.lastIndex(of: Self.point),
      inName > name.startIndex, path.distance(from: point, to: path.endIndex) < name.count
    else { return self }
    return String(Substring(path[..<point]))
  }

  /// The path of a file in the folder of this path.
  package func appendingPath(_ name: String) -> String {
    if isEmpty { return name }
    return utf8.last == Self.slash ? self + name : self + "/" + name
  }

  package var withoutEndSlashes: String {
    guard let end = utf8.lastIndex(where: { $0 != Self.slash }) else { return isEmpty ? "" : "/" }
    return String(Substring(utf8[...end]))
  }

  /// The order of paths, which is that of their bytes. `<` of strings treats two spellings of a letter as equal.
  package func precedesAsPath(_ other: String) -> Bool { pathBytes.lexicographicallyPrecedes(other.pathBytes) }

  /// This path from the root, with links followed. Where nothing exists there, it is appended to the current folder.
  package var absolutePath: String {
    let resolved = withPathBytes { realpath($0, nil) }
    if let resolved {
      defer { free(resolved) }
      let bytes = UnsafeBufferPointer(start: resolved, count: strlen(resolved))
      return String(pathBytes: bytes.map(UInt8.init(bitPattern:)))
    }
    if utf8.first == Self.slash { return self }
    return ".".absolutePath.appendingPath(self)
  }

  /// The path of the program that runs, with links followed.
  package static var programPath: String { "/proc/self/exe".absolutePath }

  /// The folder that the program is installed in, above its `bin` or `libexec` and beside its `share`.
  package static var installationFolder: String { programPath.parentPath.parentPath }

  /// This path with a leading `~` or `~/` replaced by the home folder, `$HOME`.
  ///
  /// Shells expand a tilde only at the start of a word, not in `--set key=~/photos` or in a configuration. All else is
  /// left unchanged: `~name`, a tilde in another place, and every path when `$HOME` is not set.
  package var expandingTilde: String {
    guard self == "~" || utf8.starts(with: "~/".utf8) else { return self }
    guard let home = ProcessInfo.processInfo.environment["HOME"], !home.isEmpty else { return self }
    return home + dropFirst()
  }
}
