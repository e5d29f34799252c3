/// TIFF images: strips or tiles, 1 to 16 bits, gray, palette or RGB, with or without alpha; uncompressed, PackBits, LZW or
/// Deflate. Of several pages the first is read.
struct TIFFFile: ImageDecoder {
  static let format = "TIFF"
  static func recognizes(_ bytes: [UInt8]) -> Bool { TIFFDirectory.recognizes(bytes) }

  let width, height: Int
  let orientation: Orientation
  private let directory: TIFFDirectory
  private let storedBits, samples: Int
  private let photometric: Photometric
  private let palette: [Int]
  private let isPlanar, isPredicted: Bool
  private let compression: TIFFCompression
  private let segments: Segments

  private enum Photometric: Int {
    case whiteIsZero = 0, blackIsZero, rgb, palette
  }

  /// How the image is cut: strips are tiles as wide as the image.
  private struct Segments {
    let width, height: Int
    let offsets, counts: [Int]
  }

  init(_ bytes: [UInt8]) throws {
    directory = try TIFFDirectory(bytes)
    width = try directory.value(.width)
    height = try directory.value(.height)
    orientation = Orientation(rawValue: try directory.value(.orientation, default: 1)) ?? .upright
    samples = try directory.value(.samplesPerPixel, default: 1)
    let bits = try directory.values(.bitsPerSample) ?? [1]
    storedBits = bits.first ?? 0
    guard (1...4).contains(samples), bits.allSatisfy({ $0 == bits[0] }), [1, 2, 4, 8, 16].contains(storedBits),
      storedBits >= 8 || samples == 1
    else { throw ImageFault("\(samples) samples of \(bits.prefix(4).map(String.init).joined(separator: ", ")) bits") }
    guard try directory.values(.sampleFormat)?.allSatisfy({ $0 == 1 }) ?? true else {
      throw ImageFault("samples that are not whole numbers")
    }
    let stored = try directory.value(.photometric, default: 1)
    guard let photometric = Photometric(rawValue: stored) else {
      throw ImageFault("colours of kind \(stored) (not gray, RGB or palette)")
    }
    self.photometric = photometric
    palette = photometric == .palette ? try directory.values(.colorMap) ?? [] : []
    guard photometric != .palette || (samples == 1 && storedBits <= 8 && palette.count == 3 << storedBits),
      photometric != .rgb || samples >= 3, photometric == .rgb || samples <= 2
    else { throw ImageFault("\(samples) samples for this kind of colours") }
    isPlanar = try directory.value(.planar, default: 1) == 2 && samples > 1
    let predictor = try directory.value(.predictor, default: 1)
    guard predictor == 1 || (predictor == 2 && storedBits >= 8) else { throw ImageFault("the predictor \(predictor)") }
    isPredicted = predictor == 2
    let method = try directory.value(.compression, default: 1)
    guard let compression = TIFFCompression(rawValue: method) else { throw ImageFault("the compression \(method)") }
    self.compression = compression
    segments = try Self.segments(directory, width: width, height: height)
  }

  private static func segments(_ directory: TIFFDirectory, width: Int, height: Int) throws -> Segments {
    let isTiled = try directory.values(.tileWidth) != nil
    let offsets = try directory.values(isTiled ? .tileOffsets : .stripOffsets) ?? []
    let counts = try directory.values(isTiled ? .tileByteCounts : .stripByteCounts) ?? []
    let segments = Segments(
      width: isTiled ? try directory.value(.tileWidth) : width,
      height: isTiled
        ? try directory.value(.tileHeight) : min(height, try directory.value(.rowsPerStrip, default: height)),
      offsets: offsets, counts: counts)
    guard segments.width > 0, segments.height > 0, offsets.count == counts.count, !offsets.isEmpty else {
      throw ImageFault("an image that is cut into \(offsets.count) pieces of \(segments.width) x \(segments.height)")
    }
    return segments
  }

  var channels: Int { photometric == .palette ? 3 : samples }
  var bitDepth: Int { storedBits == 16 ? 16 : 8 }

  func decode() throws -> Image {
    let planes = isPlanar ? samples : 1, inside = isPlanar ? 1 : samples
    let across = (width + segments.width - 1) / segments.width, down = (height + segments.height - 1) / segments.height
    guard segments.offsets.count >= planes * across * down else {
      throw ImageFault("\(segments.offsets.count) pieces of \(planes * across * down)")
    }
    var values = [UInt16](repeating: 0, count: width * height * samples)
    for plane in 0..<planes {
      for row in 0..<down {
        for column in 0..<across {
          let index = (plane * down + row) * across + column
          let rows = min(segments.height, height - row * segments.height)
          let piece = try samples(ofPiece: index, rows: rows, inside: inside)
          let columns = min(segments.width, width - column * segments.width)
          for y in 0..<rows {
            for x in 0..<columns {
              let pixel = (row * segments.height + y) * width + column * segments.width + x
              for c in 0..<inside { values[pixel * samples + plane + c] = piece[(y * segments.width + x) * inside + c] }
            }
          }
        }
      }
    }
    return image(values)
  }

  /// One piece's samples as they are stored, [rows x piece's width x inside].
  private func samples(ofPiece index: Int, rows: Int, inside: Int) throws -> [UInt16] {
    let line = (segments.width * inside * storedBits + 7) / 8
    // No format packs more than some thousand pixels into a byte: a bomb is refused before memory is taken for it.
    let (size, overflow) = rows.multipliedReportingOverflow(by: line)
    let range = try directory.reader.range(segments.offsets[index], count: segments.counts[index])
    guard !overflow, size / 4096 <= range.count else { throw ImageFault("\(range.count) bytes for a piece of \(size)") }
    let bytes = try compression.expand(directory.reader.bytes[range], count: size)
    var values: [UInt16] = []
    values.reserveCapacity(rows * segments.width * inside)
    for row in 0..<rows {
      for i in 0..<segments.width * inside {
        switch storedBits {
        case 16:
          let place = row * line + 2 * i
          let (a, b) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
          values.append(directory.reader.order == .little ? a | b << 8 : a << 8 | b)
        case 8: values.append(UInt16(bytes[row * line + i]))
        default:
          let bit = i * storedBits
          let byte = bytes[row * line + bit / 8]
          values.append(UInt16(byte >> UInt8(8 - storedBits - bit % 8)) & UInt16(1 << storedBits - 1))
        }
      }
    }
    if isPredicted { undoPrediction(&values, rows: rows, inside: inside) }
    return values
  }

  /// Each sample was stored as the difference from the one to its left.
  private func undoPrediction(_ values: inout [UInt16], rows: Int, inside: Int) {
    let line = segments.width * inside, mask: UInt16 = storedBits == 16 ? 0xffff : 0xff
    for row in 0..<rows {
      for i in row * line + inside..<max(row * line + inside, (row + 1) * line) {
        values[i] = (values[i] &+ values[i - inside]) & mask
      }
    }
  }

  /// Stored samples as an image.
  private func image(_ stored: [UInt16]) -> Image {
    let top = UInt16(1 << storedBits - 1)
    var values = stored
    switch photometric {
    case .palette:
      let size = 1 << storedBits
      values = stored.flatMap { index in (0..<3).map { UInt16(palette[$0 * size + Int(index)] >> 8) } }
    case .whiteIsZero:
      for i in stride(from: 0, to: values.count, by: samples) { values[i] = top - values[i] }
    case .blackIsZero, .rgb: break
    }
    // 1, 2 and 4 bits reach from black to white as 8 do.
    if storedBits < 8, photometric != .palette { values = values.map { $0 * (255 / top) } }
    let samples: Image.Samples =
      storedBits == 16 ? .uint16(values) : .uint8(values.map { UInt8(truncatingIfNeeded: $0) })
    return Image(width: width, height: height, channels: channels, samples: samples)
  }
}
