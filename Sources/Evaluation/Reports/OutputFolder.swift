import Diagnostics
import Files

/// Folders that results go into.
public enum OutputFolder {
  /// Makes a folder, and those that it is in; one that exists is left as it is.
  /// - Throws: `InputError` that names it.
  public static func create(_ path: String) throws { try Folder.create(path) }
}
