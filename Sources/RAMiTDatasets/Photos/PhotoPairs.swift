import RAMiTDiagnostics
import RAMiTImaging
import RAMiTParallel

/// Where the input of a photo comes from.
public enum InputOrigin: Equatable, Sendable {
  /// A file of its own.
  case file
  /// MATLAB-compatible bicubic downscaling of the target.
  case bicubic
  /// There is none: noise is added to crops of the target.
  case none
}

/// Pairs of photos on disk.
public struct PhotoPairs: ImagePairs {
  package private(set) var files: PairedFiles
  package let settings: PairSettings
  /// Of all pairs.
  public let origin: InputOrigin
  private let reader: PhotoReader

  package init(_ files: PairedFiles, _ settings: PairSettings, reader: PhotoReader) {
    self.files = files
    self.settings = settings
    self.reader = reader
    origin = files.pairs.contains { $0.input != nil } ? .file : settings.scale > 1 ? .bicubic : .none
  }

  /// All photos of a folder, and of the folders in it.
  /// - Parameters:
  ///   - inputs: the folder of the inputs, paired by name; nil makes them from the photos.
  ///   - scale: how much larger a target is than its input; above 1 inputs are made by bicubic downscaling, at 1 by
  ///     noise.
  ///   - channels: 3 for RGB, 1 for gray; files are converted.
  /// - Throws: `InputError` that names a missing folder, an empty one, or a file without its partner.
  public static func folder(
    _ path: String, inputs: String? = nil, scale: Int, channels: Int, cache: PhotoCache
  ) throws -> PhotoPairs {
    let settings = PairSettings(scale > 1 ? .superResolution : .denoising, scale: scale, channels: channels)
    let targets = try ImageFolder(path, excluding: inputs)
    let files = try inputs.map {
      PairedFiles(targets: targets, inputs: try ImageFolder($0, excluding: path), scale: scale)
    }
    return try whole(files ?? PairedFiles(photos: targets), settings, cache)
  }

  /// A test set: `HR` and `LR_bicubic/X2/NAMEx2`, or `HQ` and `LQ`, and the like; or a folder of photos alone, whose
  /// inputs are made.
  public static func testSet(_ path: String, scale: Int, channels: Int, cache: PhotoCache) throws -> PhotoPairs {
    let settings = PairSettings(scale > 1 ? .superResolution : .denoising, scale: scale, channels: channels)
    let files = try PairedFiles.sideBySide(path, scale: scale) ?? PairedFiles.folder(path, for: settings)
    return try whole(files, settings, cache)
  }

  private static func whole(
    _ files: PairedFiles, _ settings: PairSettings, _ cache: PhotoCache
  ) throws -> PhotoPairs {
    if let error = files.errors.first { throw error }
    return PhotoPairs(files, settings, reader: PhotoReader(memory: cache))
  }

  /// Never nil: photos end.
  public var count: Int? { files.pairs.count }

  /// Everything that is wrong with the files' names and headers, so that a run does not stop hours later; that includes
  /// images in another format than most: gray, 16 bits, CMYK.
  /// - Parameter patch: the side of an input patch, which must fit in.
  public func errors(patch: Int) -> [InputError] {
    files.errors + headerErrors(patch: patch, comparesFormats: true).map(\.error)
  }

  /// The same for pairs in any format.
  /// - Throws: `InputError` that names the first file that is wrong.
  public func check(patch: Int) throws {
    if let error = files.errors.first { throw error }
    if let found = headerErrors(patch: patch, comparesFormats: false).first { throw found.error }
  }

  /// These pairs without those that have an error.
  public func withoutErrors(patch: Int) -> PhotoPairs {
    let wrong = Set(headerErrors(patch: patch, comparesFormats: true).map(\.pair))
    var result = self
    result.files.pairs = files.pairs.enumerated().filter { !wrong.contains($0.offset) }.map(\.element)
    result.files.errors = []
    return result
  }

  private func headerErrors(patch: Int, comparesFormats: Bool) -> [PairError] {
    let paths = files.pairs.flatMap { [$0.target, $0.input].compactMap { $0 } }
    let results = parallelMap(paths) { path in readFacts(of: path) { try ImageFile.header(path) } }
    expect(zip(paths, results))
    let facts = Dictionary(zip(paths.map(ByteString.init), results)) { first, _ in first }
    let checker = PairChecker(settings: settings, patch: patch, comparesFormats: comparesFormats)
    return checker.find(in: files.pairs) { facts[ByteString($0)]! }
  }

  /// Announces to the memory for decoded photos what these will take.
  private func expect(_ photos: some Sequence<(String, Result<ImageHeader, InputError>)>) {
    guard reader.decoded == nil else { return }
    // Larger ones are refused when they are opened.
    for case (let path, .success(let photo)) in photos where photo.width <= ImageFile.maximumPixels / photo.height {
      reader.memory.expect(path, bytes: photo.byteCount)
    }
  }

  /// Both images in the settings' channels and depth.
  /// - Throws: `InputError` that names the file, also when the sizes of the two do not fit together.
  public func pair(_ index: Int) throws -> ImagePair {
    let pair = files.pairs[index % files.pairs.count]
    let target = try reader.image(pair.target)
    var input: Image?
    if let file = pair.input {
      let image = try reader.image(file)
      try checkSizes(pair, input: (image.width, image.height), target: (target.width, target.height))
      input = converted(image)
    } else if origin == .bicubic {
      let (width, height) = (target.width / settings.scale, target.height / settings.scale)
      guard min(width, height) >= 1 else { throw tooSmall(pair.target, width, height, patch: 1, scale: settings.scale) }
      input = reader.memory.image("\(pair.target) x\(settings.scale) c\(settings.channels) \(settings.depth)") {
        bicubicDownscale(converted(target), by: settings.scale)
      }
    }
    return ImagePair(name: pair.name, input: input, target: converted(target))
  }

  /// One crop, as `crops` gives it.
  public func crop(_ index: Int, patch: Int, scale: Int, at choice: PatchChoice) throws -> ImagePair {
    try withoutActuallyEscaping(choice) { try crops(index, patch: patch, scale: scale, at: [$0])[0] }
  }

  /// Converts the crops alone, and reads no rows below theirs; where a decoded cache holds the photos, only theirs.
  public func crops(_ index: Int, patch: Int, scale: Int, at choices: [PatchChoice]) throws -> [ImagePair] {
    precondition(scale == settings.scale, "the pairs have scale \(settings.scale), not \(scale)")
    let pair = files.pairs[index % files.pairs.count]
    let target = try reader.open(pair.target)
    let input = try pair.input.map { try reader.open($0) }
    if let input {
      try checkSizes(pair, input: (input.width, input.height), target: (target.width, target.height))
    }
    let places = try choices.map { choice in
      try patchPlace(
        name: pair.target, input: input.map { ($0.width, $0.height) }, target: (target.width, target.height),
        patch: patch, scale: scale, at: choice)
    }
    guard let input else { return try crops(of: target, named: pair.name, patch: patch, at: places) }
    let inputs = try input.regions(places.map { PhotoRegion(x: $0.x, y: $0.y, width: patch, height: patch) })
    let targets = try target.regions(
      places.map { PhotoRegion(x: $0.x * scale, y: $0.y * scale, width: patch * scale, height: patch * scale) })
    return zip(inputs, targets).map { ImagePair(name: pair.name, input: converted($0), target: converted($1)) }
  }

  /// Crops whose inputs are made from the target.
  private func crops(
    of target: OpenedPhoto, named name: String, patch: Int, at places: [(x: Int, y: Int)]
  ) throws -> [ImagePair] {
    let scale = settings.scale
    // With so much around the patch that its downscaling equals that part of the whole photo's: the kernel reaches two
    // input pixels to each side.
    let margin = origin == .bicubic ? 3 : 0
    let regions = places.map { x, y in
      let left = max(x - margin, 0) * scale, top = max(y - margin, 0) * scale
      return PhotoRegion(
        x: left, y: top, width: min((x + patch + margin) * scale, target.width) - left,
        height: min((y + patch + margin) * scale, target.height) - top)
    }
    return try zip(target.regions(regions), zip(regions, places)).map { image, place in
      let around = converted(image)
      guard origin == .bicubic else { return ImagePair(name: name, input: nil, target: around) }
      let (region, (x, y)) = place
      return ImagePair(
        name: name,
        input: bicubicDownscale(around, by: scale)
          .cropped(x: x - region.x / scale, y: y - region.y / scale, width: patch, height: patch),
        target: around.cropped(
          x: x * scale - region.x, y: y * scale - region.y, width: patch * scale, height: patch * scale))
    }
  }

  /// The photo, unless crops of it are cheap.
  public func source(_ index: Int) -> Int? { reader.decoded == nil ? index % files.pairs.count : nil }

  private func converted(_ image: Image) -> Image { image.converted(to: settings) }

  private func checkSizes(
    _ pair: PairedFiles.Pair, input: (width: Int, height: Int), target: (width: Int, height: Int)
  ) throws {
    let error = sizeError(
      pair.input ?? pair.target, input: input, pair.target, target: target, scale: settings.scale)
    if let error { throw error }
  }
}

extension Image {
  /// In the channels and the depth of the settings.
  package func converted(to settings: PairSettings) -> Image {
    let image = with(settings.depth)
    return settings.channels == 1 ? image.grayscale() : image.rgb()
  }

  private func with(_ depth: SampleDepth) -> Image {
    guard depth != .asStored, case .uint16(let values) = samples else { return self }
    let levels = values.map { value -> UInt8 in
      if depth == .rounded { return UInt8((Int(value) * 255 + 32767) / 65535) }
      return UInt8(value >> 8)
    }
    return Image(width: width, height: height, channels: channels, samples: .uint8(levels))
  }
}
