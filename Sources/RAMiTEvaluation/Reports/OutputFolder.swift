import RAMiTDiagnostics
import RAMiTFiles

/// Folders that results go into.
package enum OutputFolder {
  /// Makes a folder, and those that it is in; one that exists is left as it is.
  /// - Throws: `InputError` that names it.
  package static func create(_ path: String) throws { try Folder.create(path) }
}
