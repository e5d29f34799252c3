import Foundation
import RAMiTDiagnostics

/// The parts of a path, cut at its bytes: a combining letter behind a slash or a point does not join it, as it would in
/// a `Character`.
extension String {
  private static let slash = UInt8(ascii: "/"), point = UInt8(ascii: ".")

  /// The name behind the last slash; slashes at the end do not count. `/` for the root.
  package var lastPathPart: String {
    let trimmed = withoutEndSlashes, path = trimmed.utf8
    guard path.count > 1, let slash = path.lastIndex(of: Self.slash) else { return trimmed }
    return String(Substring(path[path.index(after: slash)...]))
  }

  /// The folder that the path lies in: `.` for a name alone.
  package var parentPath: String {
    let path = withoutEndSlashes.utf8
    guard let slash = path.lastIndex(of: Self.slash) else { return "." }
    return slash == path.startIndex ? "/" : String(Substring(path[..<slash])).withoutEndSlashes
  }

  /// What is behind the last point of the name, in lower case; empty where there is no point, or only one that begins
  /// the name.
  package var pathEnding: String {
    let name = lastPathPart.utf8
    guard let point = name.lastIndex(of: Self.point), point > name.startIndex else { return "" }
    return String(Substring(name[name.index(after: point)...])).lowercased()
  }

  /// The path without the point and the ending of its name.
  package var withoutPathEnding: String {
    let path = utf8, name = lastPathPart.utf8
    guard let point = path.lastIndex(of: Self.point), let inName = name.lastIndex(of: Self.point),
      inName > name.startIndex, path.distance(from: point, to: path.endIndex) < name.count
    else { return self }
    return String(Substring(path[..<point]))
  }

  /// A path in the folder of this one.
  package func appendingPath(_ name: String) -> String {
    if isEmpty { return name }
    return utf8.last == Self.slash ? self + name : self + "/" + name
  }

  package var withoutEndSlashes: String {
    guard let end = utf8.lastIndex(where: { $0 != Self.slash }) else { return isEmpty ? "" : "/" }
    return String(Substring(utf8[...end]))
  }

  /// The order of paths: by their bytes. `<` of strings takes two spellings of one letter for the same.
  package func precedesAsPath(_ other: String) -> Bool { pathBytes.lexicographicallyPrecedes(other.pathBytes) }

  /// This path from the root, links followed; as it is, behind the current folder, where it leads to nothing.
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
}
