import RAMiTFiles
import RAMiTImaging
import RAMiTTensorCore

/// An image file of one format: its header, its pixels, some of its rows, and what it becomes when it is written again.
protocol ImageTarget: FuzzTarget {}

extension ImageTarget {
  /// Larger images are refused before they take memory; the limit of a user is 341 times this one.
  private static var maximumPixels: Int { 1 << 18 }
  /// Larger images are not written again, which would take most of the time.
  private static var maximumWritten: Int { 1 << 12 }

  /// What a file of up to a mebibyte may take (`ImageDecoder.refuseBomb`).
  static var maximumMemory: Int { 384 << 20 }

  static func read(_ path: String) throws {
    let header = Result { try ImageFile.header(path) }
    let photo = try ImageFile.load(path, maximumPixels: maximumPixels)
    let image = photo.image
    guard case .success(let header) = header else { finding("an image whose header was refused: \(header)") }
    guard header.byteCount == image.byteCount, header.width == image.width, header.channels == image.channels else {
      finding("a header of \(header) for \(image.width) x \(image.height) x \(image.channels)")
    }
    try readRows(of: image, path)
    if image.width * image.height <= maximumWritten {
      try write(photo, as: ["png", "webp", "jpg"][size(of: path) % 3])
    }
  }

  /// Rows alone are those of the whole image.
  private static func readRows(of image: Image, _ path: String) throws {
    let file = try UndecodedImage(path, maximumPixels: maximumPixels)
    let middle = image.height / 2
    for rows in [0..<1, middle..<min(image.height, middle + 3), image.height - 1..<image.height] {
      guard try file.rows(rows) == image.cropped(x: 0, y: rows.lowerBound, width: image.width, height: rows.count)
      else { finding("rows \(rows) differ from the image's") }
    }
  }

  /// What was read can be written, and is the same then. Each input tries one format: writing takes most of the time.
  private static func write(_ photo: LoadedImage, as ending: String) throws {
    let name = "again." + ending
    var notes: [String] = []
    let bytes = try ImageFile.encode(photo.image, metadata: photo.metadata, like: name, isLossless: true, notes: &notes)
    let again = try ImageFile.load(bytes, from: name)
    guard again.notes.isEmpty, again.image.width == photo.image.width, again.image.height == photo.image.height else {
      finding("\(name): \(again.notes), \(again.image.width) x \(again.image.height)")
    }
    if ending == "png", again.image != photo.image { finding("other pixels after writing") }
  }

  private static func size(of path: String) -> Int { (try? FileStatus(path).size) ?? 0 }
}

enum PNGTarget: ImageTarget {
  static let name = "png"
  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) { PNGMutator.mutate(&file, &random) }
  static func seeds() throws -> [[UInt8]] { try ImageSeeds.written(as: "png") + Seeds.fixtures(endingIn: ["png"]) }
}

enum JPEGTarget: ImageTarget {
  static let name = "jpeg"
  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) { JPEGMutator.mutate(&file, &random) }
  static func seeds() throws -> [[UInt8]] { try ImageSeeds.written(as: "jpg") + Seeds.fixtures(endingIn: ["jpg"]) }
}

enum WebPTarget: ImageTarget {
  static let name = "webp"
  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) { RIFFMutator.mutate(&file, &random) }
  static func seeds() throws -> [[UInt8]] { try ImageSeeds.written(as: "webp") + Seeds.fixtures(endingIn: ["webp"]) }
}

enum TIFFTarget: ImageTarget {
  static let name = "tiff"
  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) { TIFFMutator.mutate(&file, &random) }
  static func seeds() throws -> [[UInt8]] { try Seeds.fixtures(endingIn: ["tif", "tiff"]) }
}

enum BMPTarget: ImageTarget {
  static let name = "bmp"
  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) {
    // Two headers of up to 138 bytes tell everything.
    random.below(2) == 0 ? Edits.number(in: &file, below: 138, &random) : Edits.any(&file, &random)
  }
  static func seeds() throws -> [[UInt8]] { try Seeds.fixtures(endingIn: ["bmp"]) }
}

enum NetpbmTarget: ImageTarget {
  static let name = "netpbm"
  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) { Edits.any(&file, &random) }
  static func seeds() throws -> [[UInt8]] {
    try Seeds.fixtures(endingIn: ["pbm", "pgm", "ppm", "pnm", "pam", "pfm"])
  }
}
