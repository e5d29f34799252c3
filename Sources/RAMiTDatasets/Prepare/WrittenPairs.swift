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

/// Writes a pair as PNG: `HR/NAME` and `LR_bicubic/X2/NAMEx2`, or `HQ/NAME` and `LQ/NAME`.
func writePair(target: Image, input: Image, scale: Int, named name: String, to folder: String) throws {
  let (targetPath, inputPath) =
    scale > 1 ? ("HR/\(name)", "LR_bicubic/X\(scale)/\(name)x\(scale)") : ("HQ/\(name)", "LQ/\(name)")
  try writePNG(target, to: "\(folder)/\(targetPath).png")
  try writePNG(input, to: "\(folder)/\(inputPath).png")
}

/// Writes an image, and the folders that lead to it.
func writePNG(_ image: Image, to path: String) throws {
  try Folder.create(path.parentPath)
  try ImageFile.write(image, to: path)
}
