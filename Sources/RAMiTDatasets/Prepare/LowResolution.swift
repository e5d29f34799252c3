import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging

/// How low-resolution images are made for benchmarks; the protocols do not mix, as their right and lower edges differ.
package enum LowResolutionProtocol: String, CaseIterable, Sendable {
  /// The whole image is downscaled, and what does not fill a pixel is cropped away; `LR_bicubic/X2/NAMEx2.png` beside
  /// the whole targets, as DIV2K has them.
  case floor
  /// The same names, but what does not fill a pixel is cropped away first: the published inputs of Set5, Set14 and
  /// BSD100.
  case testset
  /// The target is first cropped to a multiple, and kept so: `GTmod12` and `LRbicx2` with the same names.
  case modcrop
}

/// Makes low-resolution images of a folder of photos, by MATLAB's bicubic downscaling.
package struct LowResolution: Sendable {
  package let method: LowResolutionProtocol
  package let scale: Int
  /// The multiple to which targets are cropped (`modcrop`).
  package let multiple: Int

  /// - Precondition: the multiple is one of the scale.
  package init(_ method: LowResolutionProtocol, scale: Int, multiple: Int) {
    precondition(scale > 1 && multiple % scale == 0, "targets cropped to \(multiple) are not divided by \(scale)")
    self.method = method
    self.scale = scale
    self.multiple = multiple
  }

  /// The image in the sizes of the protocol.
  /// - Throws: `InputError` when nothing is left of it.
  func pair(_ image: Image, file: String) throws -> (target: Image, input: Image) {
    let multiple = method == .modcrop ? self.multiple : scale
    let cropped = (image.width / multiple * multiple, image.height / multiple * multiple)
    guard min(image.width, image.height) >= multiple else {
      throw InputError(
        file, expected: "an image of at least \(multiple) x \(multiple) pixels",
        found: "\(image.width) x \(image.height)")
    }
    if method == .floor {
      let (width, height) = (image.width / scale, image.height / scale)
      return (image, bicubicResize(image, width: width, height: height, scale: 1 / Double(scale)))
    }
    let whole = image.cropped(x: 0, y: 0, width: cropped.0, height: cropped.1)
    return (method == .modcrop ? whole : image, bicubicDownscale(whole, by: scale))
  }

  /// Writes the images of a folder as PNG, on all threads.
  /// - Parameter overwrites: whether files of another content that are there are replaced; photos never are.
  /// - Returns: how many.
  /// - Throws: `InputError` that names a file.
  package func write(
    _ folder: String, to output: String, overwrites: Bool = false,
    progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
  ) throws -> Int {
    let photos = try ImageFolder(folder, excluding: output)
    var files = PairedFiles(photos: photos)
    // The files that are made are named by the stems.
    _ = files.index(photos)
    if let error = files.errors.first { throw error }
    let set = PreparedSet(output, overwrites: overwrites, of: files.pairs.map(\.target))
    try writeOnAllThreads(files.pairs.count, progress: progress) { try write(files.pairs[$0], to: set) }
    return files.pairs.count
  }

  private func write(_ pair: PairedFiles.Pair, to set: PreparedSet) throws {
    let (target, input) = try self.pair(ImageFile.read(pair.target), file: pair.target)
    switch method {
    case .floor, .testset: try set.write(input, as: "LR_bicubic/X\(scale)/\(pair.name)x\(scale)")
    case .modcrop:
      try set.write(target, as: "GTmod\(multiple)/\(pair.name)")
      try set.write(input, as: "LRbicx\(scale)/\(pair.name)")
    }
  }
}
