import Foundation
import RAMiTDiagnostics

/// The kinds of text files that commands write for people and other programs.
package enum TextFile: Sendable {
  case csv, markdown, html

  /// Endings of names, the usual one first.
  private var endings: [String] {
    switch self {
    case .csv: ["csv"]
    case .markdown: ["md", "markdown"]
    case .html: ["html", "htm"]
    }
  }

  /// Checks before the work that the file can be written, and makes its folder.
  /// - Throws: `InputError` that names the file or its folder.
  package func prepare(_ path: String) throws {
    let status = try? FileStatus(path)
    // A pipe or a device is not replaced.
    if let status, status.kind != .file, status.kind != .folder { return }
    guard status?.kind != .folder else { throw InputError(path, expected: "a file", found: "a folder") }
    // A mistake on the command line must not replace weights or photos.
    guard endings.contains(path.pathEnding.lowercased()) else {
      throw InputError(path, expected: "a name that ends in .\(endings[0])", found: "another ending")
    }
    try Folder.create(path.parentPath)
    try Folder.checkWritable(path.parentPath)
  }

  /// - Throws: `InputError` that names the file.
  package func write(_ text: String, to path: String) throws { try WholeFile.write(Data(text.utf8), to: path) }
}
