import Foundation

/// A folder that is gone when the test is over.
package final class TemporaryFolder {
  package let path: String

  /// - Parameter place: the folder in which it lies; without it, the system's for temporary files.
  package init(in place: String? = nil) throws {
    path = (place ?? FileManager.default.temporaryDirectory.path) + "/ramit-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Calls `body` with the path of a folder that is there only for it.
package func withTemporaryFolder<Result>(in place: String? = nil, _ body: (String) throws -> Result) throws -> Result {
  let folder = try TemporaryFolder(in: place)
  return try withExtendedLifetime(folder) { try body(folder.path) }
}
