import RAMiTFiles

/// What a file is, by its first bytes; its name decides only where the bytes do not.
package enum FileContent: Equatable, Sendable {
  case image(ImageFormat)
  /// A picture of a kind that is not read: the words for it.
  case otherPicture(String)
  /// Called an image by its name alone: damaged, empty, or something else.
  case imageByName
  case other

  /// So many bytes are enough.
  package static let startLength = 1024

  /// Names of files that are read end like this, in lower case.
  package static let imageEndings = Set([
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "jif", "bmp", "dib", "tif", "tiff", "webp", "pbm", "pgm", "ppm", "pnm",
    "pam",
  ]).union(ImageFormat.heic.isReadable ? heifEndings : [])

  /// - Parameters:
  ///   - start: the file's first bytes, `startLength` where it has as many.
  ///   - name: of the file.
  package init(_ start: [UInt8], name: String) {
    let ending = name.pathEnding
    // A camera's raw file is often a TIFF whose first picture is a thumbnail.
    let isRaw = Self.rawEndings.contains(ending)
    switch ImageFormat(startOfFile: start) {
    case .tiff? where isRaw, nil where isRaw: self = .otherPicture(ImageFormat.raw.refusal)
    case let format? where format.isReadable: self = .image(format)
    case let format? where format.isPicture: self = .otherPicture(format.refusal)
    case .some: self = .other
    case nil where ending == "pcx": self = .otherPicture("a PCX image, which is not read")
    case nil: self = Self.isPictureEnding(ending) ? .imageByName : .other
    }
  }

  /// Whether a name's ending says that it is a picture: such an ending is replaced by that of another kind, any other
  /// is part of the name ("IMG.2024").
  package static func isPictureEnding(_ ending: String) -> Bool {
    imageEndings.contains(ending) || rawEndings.contains(ending) || heifEndings.contains(ending)
      || otherEndings.contains(ending)
  }

  private static let heifEndings: Set<String> = ["avif", "heic", "heif", "hif"]
  private static let otherEndings: Set<String> = [
    "gif", "jp2", "jpx", "j2k", "jxl", "tga", "pcx", "ico", "psd", "exr", "hdr", "qoi", "dds", "xcf",
  ]
  private static let rawEndings: Set<String> = [
    "3fr", "arw", "cr2", "cr3", "crw", "dng", "erf", "iiq", "kdc", "mef", "mrw", "nef", "nrw", "orf", "pef", "raf",
    "rw2", "rwl", "srf", "srw", "x3f",
  ]
}
