extension ImageMetadata {
  /// What can be said of an upright image: blocks that are damaged or do not fit its colours are left out, and what
  /// blocks say of orientation and sizes is made to fit. What has been checked passes unchanged.
  /// - Parameter notes: gets a clause for each block that is left out.
  func checked(for image: Image, notes: inout [String]) -> ImageMetadata {
    checked(width: image.width, height: image.height, isGray: image.channels < 3, notes: &notes)
  }

  func checked(width: Int, height: Int, isGray: Bool, notes: inout [String]) -> ImageMetadata {
    var result = self
    if let profile = iccProfile {
      do {
        result.iccProfile = try ICCProfile.checked(profile, isGray: isGray)
      } catch {
        result.iccProfile = nil
        notes.append("the colour profile is left out (\((error as? ImageError)?.found ?? "damaged"))")
      }
    }
    if let exif {
      if exif.count <= Self.maximumBlock, let block = EXIFBlock(exif)?.upright(width: width, height: height) {
        result.exif = block.bytes
        if density == nil { result.density = block.density }
      } else {
        result.exif = nil
        notes.append("the EXIF block is left out (damaged)")
      }
    }
    if let xmp {
      if xmp.count <= Self.maximumBlock, let packet = XMPPacket(xmp)?.upright(width: width, height: height) {
        result.xmp = packet.bytes
      } else {
        result.xmp = nil
        notes.append("the XMP packet is left out (damaged)")
      }
    }
    if let density = result.density, !density.isSensible { result.density = nil }
    return result
  }
}

extension EXIFBlock {
  /// What it says of an upright picture; nil for a damaged block, such as one whose directories overlap, so that a
  /// change of one number changes others.
  fileprivate func upright(width: Int, height: Int) -> EXIFBlock? {
    var block = self
    block.describe(width: width, height: height)
    guard !isDamaged, let again = EXIFBlock(block.bytes), !again.isDamaged,
      [nil, .identity].contains(again.orientation)
    else { return nil }
    return block
  }
}

extension XMPPacket {
  /// What it says of an upright picture; nil where it says something else all the same.
  fileprivate func upright(width: Int, height: Int) -> XMPPacket? {
    var packet = self
    packet.describe(width: width, height: height)
    guard let again = XMPPacket(packet.bytes), [nil, .identity].contains(again.orientation) else { return nil }
    return packet
  }
}

extension ImageMetadata.Density {
  /// Square pixels of no size say nothing.
  var isSensible: Bool {
    x > 0 && y > 0 && x.isFinite && y.isFinite && max(x, y) < 1e6 && !(unit == .none && x == y)
  }

  /// Pixels for a length given in inches; nil without a unit.
  func per(inches: Double) -> (x: Double, y: Double)? {
    switch unit {
    case .inch: (x * inches, y * inches)
    case .centimetre: (x * 2.54 * inches, y * 2.54 * inches)
    case .none: nil
    }
  }
}

extension Symmetry {
  /// What makes a picture upright, by its metadata: by the EXIF block, else by the XMP packet; the identity where
  /// neither says it.
  init(exif: [UInt8]?, xmp: [UInt8]? = nil) {
    self = exif.flatMap { EXIFBlock($0)?.orientation } ?? xmp.flatMap { XMPPacket($0)?.orientation } ?? .identity
  }
}
