/// How a stored image must be turned to be upright: the values of EXIF's and TIFF's Orientation tag.
enum Orientation: Int {
  case upright = 1
  case mirrored, upsideDown, mirroredUpsideDown
  case transposed, quarterTurnClockwise, transversed, quarterTurnCounterclockwise

  /// Rows and columns change places.
  var swapsSides: Bool { rawValue >= 5 }

  /// The orientation that metadata tell: the EXIF block's before the XMP packet's; upright when neither tells one.
  init(exif: [UInt8]?, xmp: [UInt8]? = nil) {
    self = exif.flatMap { EXIFBlock($0)?.orientation } ?? xmp.flatMap { XMPPacket($0)?.orientation } ?? .upright
  }
}

extension Image {
  /// The image turned as `orientation` asks for.
  func turned(_ orientation: Orientation) -> Image {
    let (w, h) = (width, height)
    return switch orientation {
    case .upright: self
    case .mirrored: rearranged(width: w, height: h, first: (w - 1, 0), right: (-1, 0), down: (0, 1))
    case .upsideDown: rearranged(width: w, height: h, first: (w - 1, h - 1), right: (-1, 0), down: (0, -1))
    case .mirroredUpsideDown: rearranged(width: w, height: h, first: (0, h - 1), right: (1, 0), down: (0, -1))
    case .transposed: rearranged(width: h, height: w, first: (0, 0), right: (0, 1), down: (1, 0))
    case .quarterTurnClockwise: rearranged(width: h, height: w, first: (0, h - 1), right: (0, -1), down: (1, 0))
    case .transversed: rearranged(width: h, height: w, first: (w - 1, h - 1), right: (0, -1), down: (-1, 0))
    case .quarterTurnCounterclockwise: rearranged(width: h, height: w, first: (w - 1, 0), right: (0, 1), down: (-1, 0))
    }
  }
}
