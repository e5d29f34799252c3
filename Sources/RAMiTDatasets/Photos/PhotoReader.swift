import RAMiTImaging

/// Reads photos, or parts of them: from a decoded cache where there is one, else from the files by way of the memory.
package struct PhotoReader: Sendable {
  let memory: PhotoCache
  let decoded: DecodedCache?

  package init(memory: PhotoCache, decoded: DecodedCache? = nil) {
    self.memory = memory
    self.decoded = decoded
  }

  /// The image, whole.
  func image(_ file: String) throws -> Image {
    let photo = try open(file)
    return try photo.region(x: 0, y: 0, width: photo.width, height: photo.height)
  }

  /// The image, to read parts of it.
  func open(_ file: String) throws -> OpenedPhoto {
    if let decoded { return .decoded(decoded, try decoded.entry(file)) }
    return .image(try memory.image(file) { try ImageFile.read(file) })
  }
}

/// A photo whose size is known.
enum OpenedPhoto {
  case image(Image)
  case decoded(DecodedCache, DecodedImage)

  var width: Int {
    switch self {
    case .image(let image): image.width
    case .decoded(_, let entry): entry.width
    }
  }

  var height: Int {
    switch self {
    case .image(let image): image.height
    case .decoded(_, let entry): entry.height
    }
  }

  /// - Precondition: the rectangle lies inside the photo.
  func region(x: Int, y: Int, width: Int, height: Int) throws -> Image {
    switch self {
    case .image(let image) where width == image.width && height == image.height: image
    case .image(let image): image.cropped(x: x, y: y, width: width, height: height)
    case .decoded(let cache, let entry): try cache.region(entry, x: x, y: y, width: width, height: height)
    }
  }
}
