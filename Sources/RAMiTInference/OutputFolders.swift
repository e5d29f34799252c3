import RAMiTDiagnostics
import RAMiTFiles

/// The folders that results go into: created and tested before the work, not after it, and rid of the unfinished files
/// that killed processes have left there.
struct OutputFolders {
  /// No result can be written: the batch ends.
  struct NoRoot: Error { let error: InputError }

  /// The folder of all outputs; nil for the standard output.
  private let root: String?
  private let removesAbandonedFiles: Bool
  private var results: [[UInt8]: InputError?] = [:]

  init(root: String?, removesAbandonedFiles: Bool) {
    (self.root, self.removesAbandonedFiles) = (root, removesAbandonedFiles)
  }

  /// The longest name that file systems take, in bytes.
  private static let longestName = 255

  /// Makes sure that a result can be written, as far as that can be known before.
  /// - Parameters:
  ///   - input: for messages.
  ///   - values: how many numbers the result has.
  /// - Throws: `InputError`, or `NoRoot` when no result of the batch could be written.
  mutating func prepare(_ output: String, input: String, values: Int) throws {
    guard let root else { return }
    let name = output.lastPathPart.utf8.count
    guard name <= Self.longestName else {
      throw InputError(
        input, expected: "an output's name of at most \(Self.longestName) bytes", found: "\(name) bytes")
    }
    if let error = check(root) { throw NoRoot(error: error) }
    let folder = output.parentPath
    if let error = check(folder) { throw error }
    // No photo compresses better than this.
    let least = values / 200
    guard let free = Folder.freeSpace(folder), free < least else { return }
    throw InputError(
      input, expected: "at least \(least.grouped) free bytes in \(folder), for the result", found: free.grouped)
  }

  private mutating func check(_ folder: String) -> InputError? {
    if let known = results[folder.pathBytes] { return known }
    var failure: InputError?
    do {
      try Folder.create(folder)
      // They may be what has filled the disk.
      if removesAbandonedFiles { TemporaryFile.removeAbandoned(in: folder) }
      try Folder.checkWritable(folder)
    } catch let error {
      failure = error
    }
    results[folder.pathBytes] = .some(failure)
    return failure
  }
}
