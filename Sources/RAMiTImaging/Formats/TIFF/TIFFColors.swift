import RAMiTCTIFF

/// How a TIFF page's samples become gray or RGB, with or without alpha.
struct TIFFColors {
  private enum Model {
    case gray(isInverted: Bool)
    case rgb
    /// Red, green, blue of 8 bits, for every index.
    case palette([UInt8])
    /// Cyan, magenta, yellow and, where there are four, black.
    case inks(Int)
    case lab(LabColor.Encoding)
    /// libtiff or libjpeg has made them RGB.
    case converted
  }

  private let model: Model
  private let samples: Int
  /// The sample of a pixel that is alpha, and whether the colours are multiplied by it.
  private let alpha: (sample: Int, isAssociated: Bool)?
  private let dropped: Int
  let bitDepth: Int

  /// - Parameter declaresExtras: the directory has the tag ExtraSamples. libtiff makes one up where it lacks.
  /// - Throws: `ImageError` when the page's colours are not read.
  init(_ page: TIFFPage, declaresExtras: Bool, _ file: TIFFLibrary) throws {
    let colors: Int
    var isDeep = page.bits > 8
    // Without the tag, a sample beside gray or RGB is alpha, as in Pillow.
    var mayBeAlpha = false
    switch page.photometric {
    case _ where page.isConvertedByLibrary: (model, colors, isDeep) = (.converted, page.samples, false)
    case PHOTOMETRIC_YCBCR where page.samples >= 3: (model, colors) = (.converted, 3)
    case PHOTOMETRIC_MINISWHITE, PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_YCBCR, PHOTOMETRIC_MASK:
      (model, colors) = (.gray(isInverted: page.photometric == PHOTOMETRIC_MINISWHITE), 1)
      mayBeAlpha = true
    case PHOTOMETRIC_RGB:
      (model, colors) = (.rgb, 3)
      mayBeAlpha = true
    case PHOTOMETRIC_PALETTE:
      guard page.bits <= 16, page.numbers == .unsigned else {
        throw ImageError("a palette of indices of \(page.bits) bits")
      }
      (model, colors, isDeep) = (.palette(try Self.palette(page, file)), 1, false)
    case PHOTOMETRIC_SEPARATED:
      let inks = page.samples - (declaresExtras ? page.extras.count : 0)
      guard inks >= 3 else { throw ImageError("\(inks) inks, not cyan, magenta, yellow and black") }
      (model, colors) = (.inks(min(inks, 4)), min(inks, 4))
    case PHOTOMETRIC_CIELAB, PHOTOMETRIC_ICCLAB, PHOTOMETRIC_ITULAB:
      guard page.samples >= 3, page.bits == 8 || page.bits == 16, page.numbers != .float,
        page.photometric != PHOTOMETRIC_ITULAB
      else { throw ImageError("L*a*b* colours of \(page.samples) samples of \(page.bits) bits, which are not read") }
      (model, colors) = (.lab(page.photometric == PHOTOMETRIC_ICCLAB ? .icc : .signed), 3)
    case PHOTOMETRIC_CFA, 34892: throw ImageError("a raw photo, which is not developed here")
    default: throw ImageError("colours of kind \(page.photometric), which are not read")
    }
    samples = page.samples
    let extra = samples - colors
    guard extra >= 0 else { throw ImageError("\(samples) samples a pixel for \(colors) colours") }
    var alpha: (sample: Int, isAssociated: Bool)?
    if declaresExtras {
      // The extra samples that are declared are the last ones.
      let first = samples - min(page.extras.count, extra)
      if let index = page.extras.prefix(extra).firstIndex(where: { $0 == 1 || $0 == 2 }) {
        alpha = (first + index, page.extras[index] == 1)
      }
    } else if mayBeAlpha, extra == 1 {
      alpha = (colors, false)
    }
    self.alpha = page.isConvertedByLibrary ? nil : alpha
    dropped = extra - (alpha == nil ? 0 : 1)
    bitDepth = isDeep ? 16 : 8
  }

  /// Whether samples of any depth are to reach as far as those of 8 or 16 bits.
  var areScaled: Bool {
    switch model {
    case .palette, .lab: false
    default: true
    }
  }

  /// The samples are the image's, as they are.
  var keepsSamples: Bool {
    guard samples == channels, alpha?.isAssociated != true else { return false }
    switch model {
    case .gray(isInverted: false), .rgb, .converted: return true
    default: return false
    }
  }

  var channels: Int {
    if case .gray = model { return alpha == nil ? 1 : 2 }
    return alpha == nil ? 3 : 4
  }

  /// The colour map's 16 bits as 8; some writers store 8.
  private static func palette(_ page: TIFFPage, _ file: TIFFLibrary) throws -> [UInt8] {
    var red: UnsafePointer<UInt16>?, green: UnsafePointer<UInt16>?, blue: UnsafePointer<UInt16>?
    guard ctiff_get_color_map(file.tiff, &red, &green, &blue) != 0, let red, let green, let blue else {
      throw ImageError("a palette without colours")
    }
    let stored = (0..<1 << page.bits).flatMap { [red[$0], green[$0], blue[$0]] }
    let isDeep = stored.contains { $0 > 255 }
    return stored.map { UInt8(truncatingIfNeeded: isDeep ? $0 >> 8 : $0) }
  }

  /// The image of the samples.
  func image(_ stored: TIFFSamples, width: Int, height: Int, notes: inout [String]) -> Image {
    if dropped > 0 {
      let what = dropped == 1 ? "an extra sample that is" : "\(dropped) extra samples that are"
      notes.append("\(what) neither colour nor alpha left out")
    }
    let values: Image.Samples
    switch (stored, model) {
    case (.uint8(let bytes), .palette(let palette)): values = .uint8(looked(up: bytes, palette))
    case (.uint16(let words), .palette(let palette)): values = .uint8(looked(up: words, palette))
    case (.uint8(let bytes), _): values = .uint8(converted(bytes))
    case (.uint16(let words), _): values = .uint16(converted(words))
    }
    return Image(width: width, height: height, channels: channels, samples: values)
  }

  private func looked<Sample: FixedWidthInteger & UnsignedInteger>(up values: [Sample], _ palette: [UInt8]) -> [UInt8] {
    let channels = channels, count = values.count / samples * channels
    return [UInt8](unsafeUninitializedCapacity: count) { result, initialized in
      for pixel in 0..<count / channels {
        let index = Int(values[pixel * samples])
        for c in 0..<3 { result.initializeElement(at: pixel * channels + c, to: palette[3 * index + c]) }
        guard let alpha else { continue }
        let stored = values[pixel * samples + alpha.sample]
        let level = palette.count == 3 << 16 ? Int(stored) >> 8 : Int(stored) * 255 / (palette.count / 3 - 1)
        result.initializeElement(at: pixel * channels + 3, to: UInt8(truncatingIfNeeded: level))
      }
      initialized = count
    }
  }

  private func converted<Sample: FixedWidthInteger & UnsignedInteger>(_ values: [Sample]) -> [Sample] {
    let channels = channels, samples = samples
    if keepsSamples { return values }
    let count = values.count / samples * channels
    let colors = channels - (alpha == nil ? 0 : 1)
    let top = Int(Sample.max)
    let lab = if case .lab(let encoding) = model { LabColor(encoding, bits: Sample.bitWidth) } else { LabColor?.none }
    return [Sample](unsafeUninitializedCapacity: count) { result, initialized in
      values.withUnsafeBufferPointer { values in
        for pixel in 0..<count / channels {
          let from = pixel * samples, to = pixel * channels
          let target = result.baseAddress! + to
          switch model {
          case .gray(let isInverted): target.initialize(to: isInverted ? Sample.max - values[from] : values[from])
          case .inks(let inks):
            let light = inks == 4 ? top - Int(values[from + 3]) : top
            for c in 0..<3 {
              let ink = Int(values[from + c]) * light
              (target + c).initialize(to: Sample(truncatingIfNeeded: max(light - (ink + top / 2) / top, 0)))
            }
          case .lab:
            let rgb = lab!.sRGB(Int(values[from]), Int(values[from + 1]), Int(values[from + 2]))
            for c in 0..<3 { (target + c).initialize(to: Sample(truncatingIfNeeded: rgb[c])) }
          default: for c in 0..<3 { (target + c).initialize(to: values[from + c]) }
          }
          guard let alpha else { continue }
          let opacity = values[from + alpha.sample]
          (target + colors).initialize(to: opacity)
          guard alpha.isAssociated, opacity < Sample.max else { continue }
          // The colours were multiplied by alpha.
          for c in 0..<colors {
            let level = opacity == 0 ? 0 : min(Int(target[c]) * top / Int(opacity), top)
            target[c] = Sample(truncatingIfNeeded: level)
          }
        }
      }
      initialized = count
    }
  }
}
