import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTParallel

/// Makes `count` files or pairs of files on all threads, some at a time: their images are not all in memory.
func writeOnAllThreads(
  _ count: Int, progress: (_ done: Int, _ count: Int) -> Void, _ body: (_ index: Int) throws -> Void
) throws {
  for start in stride(from: 0, to: count, by: 16) {
    let part = Array(start..<min(start + 16, count))
    for result in parallelMap(part, { index in Result { try body(index) } }) { try result.get() }
    progress(start + part.count, count)
  }
}

/// The folder of a set that is made, as PNG. Files of another content that are there already are not replaced.
struct PreparedSet {
  private let path: String
  private let overwrites: Bool
  private let sources: Set<FileStatus.Identity>

  /// - Parameters:
  ///   - overwrites: whether files that are there are replaced, but for sources.
  ///   - sources: the files that the images are made of.
  init(_ path: String, overwrites: Bool = false, of sources: [String] = []) {
    self.path = path
    self.overwrites = overwrites
    self.sources = Set(ofFiles: sources)
  }

  /// Writes a pair: `HR/NAME` and `LR_bicubic/X2/NAMEx2`, or `HQ/NAME` and `LQ/NAME`.
  func write(target: Image, input: Image, scale: Int, named name: String) throws {
    let (targetName, inputName) =
      scale > 1 ? ("HR/\(name)", "LR_bicubic/X\(scale)/\(name)x\(scale)") : ("HQ/\(name)", "LQ/\(name)")
    try write(target, as: targetName)
    try write(input, as: inputName)
  }

  /// Writes an image, and the folders that lead to it. The same image may be there: of a run that was stopped, or of
  /// the same targets for another scale.
  /// - Parameter name: without `.png`, in the set's folder.
  /// - Throws: `InputError` that names the file, also where it must not be replaced.
  func write(_ image: Image, as name: String) throws {
    let file = "\(path)/\(name).png"
    if sources.containsFile(file) {
      throw InputError(
        file, expected: "a file that the set is not made of (--output names another folder)", found: "one of its photos"
      )
    }
    let bytes = try ImageFile.png(image, named: file)
    if !overwrites, let status = try? FileStatus(file), status.kind == .file {
      let isSame = try status.size == bytes.count && WholeFile.read(file, kind: "an image", maximumSize: .max) == bytes
      if isSame { return }
      throw InputError(file, expected: "a new file (--overwrite replaces it)", found: "one of another content")
    }
    try Folder.create(file.parentPath)
    try WholeFile.write(bytes, to: file)
  }
}
