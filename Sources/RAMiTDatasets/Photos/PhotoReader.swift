import RAMiTImaging

/// Reads photos, or parts of them: from a decoded cache where there is one, else from the files by way of the memory.
package struct PhotoReader: Sendable {
  let memory: PhotoCache
  let decoded: DecodedCache?
  private let decodesWhole: Bool

  /// - Parameter decodesWhole: whether damage anywhere in a photo is an error, also where a crop does not show it.
  package init(memory: PhotoCache, decoded: DecodedCache? = nil, decodesWhole: Bool = false) {
    self.memory = memory
    self.decoded = decoded
    self.decodesWhole = decodesWhole
  }

  /// The image, whole.
  func image(_ file: String) throws -> Image {
    let photo = try open(file)
    return try photo.regions([PhotoRegion(x: 0, y: 0, width: photo.width, height: photo.height)])[0]
  }

  /// The image, to read parts of it.
  func open(_ file: String) throws -> OpenedPhoto {
    if let decoded { return .decoded(decoded, try decoded.entry(file)) }
    if let image = memory.kept(file) { return .image(image) }
    let photo = try UndecodedImage(file)
    guard decodesWhole || memory.hasRoom(for: photo.header.byteCount) else { return .file(photo) }
    return .image(try memory.image(file) { try photo.rows(0..<photo.header.height) })
  }
}

/// A part of a photo, in its pixels.
struct PhotoRegion {
  let x, y, width, height: Int
}

/// A photo whose size is known.
enum OpenedPhoto {
  case image(Image)
  case decoded(DecodedCache, DecodedImage)
  case file(UndecodedImage)

  var width: Int {
    switch self {
    case .image(let image): image.width
    case .decoded(_, let entry): entry.width
    case .file(let photo): photo.header.width
    }
  }

  var height: Int {
    switch self {
    case .image(let image): image.height
    case .decoded(_, let entry): entry.height
    case .file(let photo): photo.header.height
    }
  }

  /// The regions, for which a photo is decoded once, as far as the lowest reaches.
  /// - Precondition: there is one, and all lie inside the photo.
  func regions(_ regions: [PhotoRegion]) throws -> [Image] {
    switch self {
    case .image(let image): return regions.map { image.region($0) }
    case .decoded(let cache, let entry):
      return try regions.map { try cache.region(entry, x: $0.x, y: $0.y, width: $0.width, height: $0.height) }
    case .file(let photo):
      let top = regions.reduce(photo.header.height) { min($0, $1.y) }
      let part = try photo.rows(top..<regions.reduce(0) { max($0, $1.y + $1.height) })
      return regions.map {
        part.region(PhotoRegion(x: $0.x, y: $0.y - top, width: $0.width, height: $0.height))
      }
    }
  }
}

extension Image {
  fileprivate func region(_ region: PhotoRegion) -> Image {
    let isWhole = region.width == width && region.height == height
    return isWhole ? self : cropped(x: region.x, y: region.y, width: region.width, height: region.height)
  }
}
