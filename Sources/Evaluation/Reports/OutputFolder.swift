import Diagnostics
import Files
import Foundation

/// Folders that results go into.
public enum OutputFolder {
  /// Makes a folder, and those that it is in; one that exists is left as it is.
  /// - Throws: `InputError` that names it.
  public static func create(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw InputError(path, expected: "a folder that can be made", found: error.plainReason)
    }
  }
}
