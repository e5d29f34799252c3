import RAMiTCTIFF

/// What a directory of a TIFF file says of its picture.
struct TIFFPage {
  /// How samples are to be read as numbers.
  enum Numbers { case unsigned, signed, float }

  /// Of the directory, from the start of the file.
  let offset: UInt64
  let width, height: Int
  let orientation: Symmetry
  let bits: Int
  /// Of a pixel, extra samples included.
  let samples: Int
  let numbers: Numbers
  let photometric, compression: Int32
  let isPlanar: Bool
  let extras: [UInt16]
  /// The sizes of a tile; nil for strips.
  let tile: (width: Int, height: Int)?
  /// Rows of a strip.
  let stripHeight: Int
  /// A copy of smaller size of another page.
  let isReduced: Bool
  /// A transparency mask of another page.
  let isMask: Bool
  let subdirectories: [UInt64]

  /// Reads the directory that libtiff stands at.
  init(_ file: TIFFLibrary) {
    offset = TIFFCurrentDirOffset(file.tiff)
    width = file.uint32(TIFFTAG_IMAGEWIDTH) ?? 0
    height = file.uint32(TIFFTAG_IMAGELENGTH) ?? 0
    orientation = file.uint16(TIFFTAG_ORIENTATION).flatMap { Symmetry(rawValue: $0) } ?? .identity
    bits = file.uint16(TIFFTAG_BITSPERSAMPLE) ?? 1
    samples = file.uint16(TIFFTAG_SAMPLESPERPIXEL) ?? 1
    numbers =
      switch file.uint16(TIFFTAG_SAMPLEFORMAT).map(Int32.init) {
      case SAMPLEFORMAT_INT: .signed
      case SAMPLEFORMAT_IEEEFP: .float
      default: .unsigned
      }
    compression = Int32(file.uint16(TIFFTAG_COMPRESSION) ?? 1)
    isPlanar = samples > 1 && file.uint16(TIFFTAG_PLANARCONFIG) == Int(PLANARCONFIG_SEPARATE)
    extras = file.list(TIFFTAG_EXTRASAMPLES, of: UInt16.self)
    // A directory without its colours: fax has ink where bits are set, three samples are red, green and blue.
    let isFax = [COMPRESSION_CCITTRLE, COMPRESSION_CCITTRLEW, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4]
      .contains(compression)
    photometric =
      file.uint16(TIFFTAG_PHOTOMETRIC).map(Int32.init)
      ?? (samples - extras.count >= 3 ? PHOTOMETRIC_RGB : isFax ? PHOTOMETRIC_MINISWHITE : PHOTOMETRIC_MINISBLACK)
    tile =
      TIFFIsTiled(file.tiff) != 0
      ? (file.uint32(TIFFTAG_TILEWIDTH) ?? 0, file.uint32(TIFFTAG_TILELENGTH) ?? 0) : nil
    stripHeight = min(file.uint32(TIFFTAG_ROWSPERSTRIP) ?? height, height)
    let kind = file.uint32(TIFFTAG_SUBFILETYPE) ?? 0, oldKind = file.uint16(TIFFTAG_OSUBFILETYPE) ?? 0
    isReduced = kind & Int(FILETYPE_REDUCEDIMAGE) != 0 || oldKind == Int(OFILETYPE_REDUCEDIMAGE)
    isMask = kind & Int(FILETYPE_MASK) != 0 || photometric == PHOTOMETRIC_MASK
    subdirectories = file.list(TIFFTAG_SUBIFD, of: UInt64.self)
  }

  /// What a camera's sensor saw, before it is developed.
  var isRaw: Bool { [PHOTOMETRIC_CFA, 34892].contains(photometric) }

  /// libtiff itself makes these RGB: subsampled or logarithmic colours, and JPEG from before 1995.
  var isConvertedByLibrary: Bool {
    switch photometric {
    case PHOTOMETRIC_LOGL, PHOTOMETRIC_LOGLUV: true
    case PHOTOMETRIC_YCBCR: samples >= 3 && !isConvertedByJPEG
    default: compression == COMPRESSION_OJPEG
    }
  }

  /// The JPEG decoder gives red, green and blue.
  var isConvertedByJPEG: Bool { photometric == PHOTOMETRIC_YCBCR && compression == COMPRESSION_JPEG && !isPlanar }

  /// Whether this is, shape and size, a small copy of the other.
  func isThumbnail(of other: TIFFPage) -> Bool {
    guard width > 0, height > 0, width <= 1 << 24, height <= 1 << 24, 2 * width <= other.width,
      2 * height <= other.height
    else { return false }
    // Each side of the small one is rounded: its shape fits when one pixel more or less makes it the other's.
    let scaled = width * other.height, wanted = height * other.width
    return abs(scaled - wanted) <= max(other.width, other.height)
  }
}
