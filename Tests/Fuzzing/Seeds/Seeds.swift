import Foundation

/// The first inputs of each target, made when they are needed.
enum Seeds {
  /// Writes them into a folder.
  static func write(of target: any FuzzTarget.Type, to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (index, bytes) in try target.seeds().enumerated() {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/seed-\(target.name)-\(index)"))
    }
  }

  /// The small files of the test suites; run.sh begins in the package's folder.
  static func fixtures(endingIn endings: Set<String>) throws -> [[UInt8]] {
    let paths = (FileManager.default.enumerator(atPath: "Tests")?.compactMap { $0 as? String } ?? []).sorted()
    return try paths.filter { $0.contains("/Fixtures/") && endings.contains(($0 as NSString).pathExtension) }.compactMap
    {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: "Tests/" + $0))
      return bytes.count <= 1 << 14 ? [UInt8](bytes) : nil
    }
  }
}
