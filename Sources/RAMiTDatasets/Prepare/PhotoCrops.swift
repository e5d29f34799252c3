import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTParallel

/// Prepares a set from the photos of packages: `train` with crops of most, `valid` with the others as wholes, and
/// `AUTHORS.txt`. The same packages give the same images.
package struct PhotoCrops: Sendable {
  /// What was written.
  package struct Counts: Equatable, Sendable {
    package internal(set) var crops = 0, flat = 0, wholes = 0
  }

  private let name: String
  private let packages: [PhotoPackage]
  private let cropSettings: CropSettings

  /// - Throws: `InputError` for a set that is not prepared from packages.
  package init(_ manifest: DatasetManifest) throws {
    guard let crops = manifest.crops else {
      throw InputError(manifest.name, expected: "a data set with packages in its manifest", found: "one without")
    }
    (name, packages, cropSettings) = (manifest.name, manifest.packages, crops)
  }

  /// Writes the set.
  ///
  /// All photos are there before the first is read; each is read once, and its content compared with the manifest then.
  /// The folder gets its name when it is complete, and nothing is left when it cannot be.
  /// - Parameters:
  ///   - folder: of the unpacked packages; see `UnpackedPackages`.
  ///   - output: the set's folder, which is not there yet.
  ///   - progress: called with the number of photos whose images are written.
  /// - Throws: `InputError` that names a missing package, a file that is another one, or a folder.
  package func write(
    from folder: String, to output: String, progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
  ) throws -> Counts {
    let output = output.withoutEndSlashes
    if let status = try? FileStatus(output) {
      throw InputError(output, expected: "a folder that is not there yet", found: status.kind.rawValue)
    }
    let source = UnpackedPackages(path: folder)
    try source.check(packages)
    // A set that was not completed.
    let partial = output + ".partial"
    if Folder.exists(partial) { try Folder.remove(partial) }
    let counts: Counts
    do {
      counts = try write(packages, of: source, to: partial, progress)
    } catch {
      try? Folder.remove(partial)
      throw error
    }
    guard partial.withPathBytes({ from in output.withPathBytes { rename(from, $0) } }) == 0 else {
      throw InputError(output, expected: "a folder that is not there yet", found: "\(SystemError.last)")
    }
    Folder.makeNamesDurable(output.parentPath)
    return counts
  }

  private func write(
    _ packages: [PhotoPackage], of source: UnpackedPackages, to output: String,
    _ progress: (_ done: Int, _ count: Int) -> Void
  ) throws -> Counts {
    var counts = Counts()
    var done = 0
    let count = packages.reduce(0) { $0 + $1.photos.count }
    for package in packages {
      for photo in package.photos {
        try write(photo, in: package, of: source, to: output, &counts)
        done += 1
        progress(done, count)
      }
    }
    try WholeFile.write(Data(authors.utf8), to: output.appendingPath("AUTHORS.txt"))
    return counts
  }

  private func write(
    _ photo: PhotoPackage.Photo, in package: PhotoPackage, of source: UnpackedPackages, to output: String,
    _ counts: inout Counts
  ) throws {
    let file = source.location(of: photo, in: package)
    let image = try ImageFile.decode(source.bytes(of: photo, in: package), from: file)
    var settings = PairSettings(.denoising)
    settings.depth = .rounded
    let converted = image.converted(to: settings)
    let folder = output.appendingPath(photo.part.rawValue)
    try Folder.create(folder)
    for factor in photo.downscale {
      let multiple = CropSettings.multiple
      guard min(image.width, image.height) / factor >= multiple else {
        throw InputError(
          file, expected: "a photo of at least \(multiple * factor) x \(multiple * factor) pixels",
          found: "\(image.width) x \(image.height)")
      }
      let resized = factor == 1 ? converted : bicubicDownscale(converted, by: factor)
      switch photo.part {
      case .valid:
        let (width, height) = (resized.width / multiple * multiple, resized.height / multiple * multiple)
        let whole = resized.cropped(x: 0, y: 0, width: width, height: height)
        try ImageFile.write(whole, to: folder.appendingPath(photo.name + ".png"))
        counts.wholes += 1
      case .train:
        let found = crops(of: resized)
        let names = found.kept.indices.map { String(format: "%@-%d-%03d.png", photo.name, factor, $0 + 1) }
        for result in parallelMap(
          Array(zip(found.kept, names)),
          { crop, name in Result { _ = try ImageFile.write(crop, to: folder.appendingPath(name)) } }
        ) { try result.get() }
        counts.crops += found.kept.count
        counts.flat += found.flat
      }
    }
  }

  /// The crops of a photo, row by row, without those that are too flat, and how many these are.
  func crops(of photo: Image) -> (kept: [Image], flat: Int) {
    let columns = CropAxis(photo.width, size: cropSettings.size), rows = CropAxis(photo.height, size: cropSettings.size)
    let places = rows.starts.flatMap { y in columns.starts.map { x in (x: x, y: y) } }
    let found = parallelMap(places) { place -> Image? in
      let crop = photo.cropped(x: place.x, y: place.y, width: columns.size, height: rows.size)
      return crop.sharpShare >= cropSettings.sharpShare ? crop : nil
    }
    let kept = found.compactMap { $0 }
    return (kept, found.count - kept.count)
  }

  /// Who took which photo, under which licence.
  private var authors: String {
    let lines = packages.flatMap { package in
      package.photos.map { photo in
        "\(photo.part.rawValue)/\(photo.name): \(photo.author), \(photo.license), \(package.name) \(package.version), "
          + package.folder.appendingPath(photo.file)
      }
    }
    return (["\(name): the photos' authors and licences. Their images here are cropped and made smaller."] + lines)
      .joined(separator: "\n") + "\n"
  }
}

/// Where crops begin along one side of a photo, at even distances. Crops overlap, or leave an edge out, so that each
/// shows at least a third that no other one does.
struct CropAxis: Equatable {
  /// Of a crop, in pixels; the side itself where that is shorter, without what is no multiple.
  let size: Int
  let starts: [Int]

  init(_ length: Int, size wanted: Int) {
    let size = min(wanted, length / CropSettings.multiple * CropSettings.multiple)
    let count = length < wanted ? 1 : (length + size * 2 / 3) / size
    self.size = size
    starts = count == 1 ? [(length - size) / 2] : (0..<count).map { $0 * (length - size) / (count - 1) }
  }
}

extension Image {
  /// The share of the inner pixels at which the image, of 8 bits and made gray, bends sharply: the absolute second
  /// differences along its row and its column have a sum of at least 16 levels. What is out of focus bends less, and so
  /// does faint noise.
  fileprivate var sharpShare: Double {
    guard case .uint8(let values) = grayscale().samples else { preconditionFailure("an image of 8 bits") }
    let (width, height) = (width, height)
    var count = 0
    values.withUnsafeBufferPointer { values in
      for y in 1..<height - 1 {
        for place in y * width + 1..<(y + 1) * width - 1 {
          func level(_ offset: Int) -> Int { Int(values[place + offset]) }
          let row = 2 * level(0) - level(-1) - level(1), column = 2 * level(0) - level(-width) - level(width)
          if abs(row) + abs(column) >= 16 { count += 1 }
        }
      }
    }
    return Double(count) / Double((width - 2) * (height - 2))
  }
}
