import Datasets
import Foundation
import Imaging

/// A folder that is gone when the test is over.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("datasets-" + UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes an image, with the folders that lead to it; returns its path.
  @discardableResult
  func write(_ image: Image, _ name: String) throws -> String {
    let file = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try ImageFile.write(image, to: file.path)
    return file.path
  }
}

/// A drawn image.
func drawn(_ number: Int, width: Int = 64, height: Int = 48) -> Image {
  DeadLeaves(seed: 5).image(number, width: width, height: height)
}
