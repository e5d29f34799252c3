extension TIFFFile {
  func decode(notes: inout [String]) throws -> Image {
    let pieces = try pieces()
    if storedBits == 16 {
      var values = [UInt16](repeating: 0, count: width * height * samples)
      for piece in pieces { try read(piece, into: &values) }
      return image(.uint16(level(values, top: .max)))
    }
    var values = [UInt8](repeating: 0, count: width * height * samples)
    for piece in pieces { try read(piece, into: &values) }
    guard photometric == .palette else { return image(.uint8(level(values, top: UInt8(1 << storedBits - 1)))) }
    let size = 1 << storedBits
    return image(
      .uint8(
        [UInt8](unsafeUninitializedCapacity: values.count * 3) { colors, count in
          for (pixel, index) in values.enumerated() {
            for c in 0..<3 { colors.initializeElement(at: 3 * pixel + c, to: palette[c * size + Int(index)]) }
          }
          count = values.count * 3
        }))
  }

  private func image(_ samples: Image.Samples) -> Image {
    Image(width: width, height: height, channels: channels, samples: samples)
  }

  /// A strip or tile: where its bytes are, and which part of the image it covers.
  private struct Piece {
    let bytes: Range<Int>
    /// Its samples' place in a pixel, and how many it has of one.
    let sample, inside: Int
    let x, y, columns, rows: Int
    /// Bytes of a row once it is expanded; a tile's rows may reach beyond the image.
    let line: Int
  }

  /// All pieces, each of them inside the file and large enough for what it promises.
  private func pieces() throws -> [Piece] {
    let planes = isPlanar ? samples : 1, inside = isPlanar ? 1 : samples
    let across = (width - 1) / segments.width + 1, down = (height - 1) / segments.height + 1
    guard segments.offsets.count >= planes * across * down else {
      throw ImageFault("\(segments.offsets.count) pieces of \(planes * across * down)")
    }
    let line = (segments.width * inside * storedBits + 7) / 8
    return try (0..<planes * across * down).map { index in
      let x = index % across * segments.width, y = index / across % down * segments.height
      let piece = Piece(
        bytes: try reader.range(segments.offsets[index], count: segments.counts[index]),
        sample: index / (across * down), inside: inside, x: x, y: y,
        columns: min(segments.width, width - x), rows: min(segments.height, height - y), line: line)
      // Memory and time are taken for what can be there: a piece that holds more than its bytes can pack is a fault or an
      // attack, and so are tiles that reach far beyond the image, all the more as they may share their bytes.
      let (size, overflow) = piece.rows.multipliedReportingOverflow(by: line)
      guard !overflow, size / compression.mostExpansion <= piece.bytes.count,
        segments.width <= max(width, 1 << 12), segments.width <= max(4 * width, (1 << 26) / height)
      else { throw ImageFault("\(piece.bytes.count) bytes for a piece of \(segments.width) x \(piece.rows) pixels") }
      return piece
    }
  }

  /// Expands a piece into its place in the image's samples.
  private func read<Sample: FixedWidthInteger & UnsignedInteger>(_ piece: Piece, into image: inout [Sample]) throws {
    let bytes = try compression.expand(reader.bytes[piece.bytes], count: piece.rows * piece.line)
    var row = [Sample](repeating: 0, count: segments.width * piece.inside)
    image.withUnsafeMutableBufferPointer { image in
      for y in 0..<piece.rows {
        unpack(bytes, from: y * piece.line, into: &row)
        if isPredicted {
          // Each sample was stored as the difference from the one to its left.
          for i in piece.inside..<max(piece.inside, row.count) { row[i] &+= row[i - piece.inside] }
        }
        let start = ((piece.y + y) * width + piece.x) * samples + piece.sample
        if piece.inside == samples {
          for i in 0..<piece.columns * samples { image[start + i] = row[i] }
        } else {
          for x in 0..<piece.columns { image[start + x * samples] = row[x] }
        }
      }
    }
  }

  /// The samples of one row from its bytes.
  private func unpack<Sample: FixedWidthInteger>(_ bytes: [UInt8], from start: Int, into row: inout [Sample]) {
    bytes.withUnsafeBytes { bytes in
      guard storedBits < 8 else {
        let size = MemoryLayout<Sample>.size, isLittle = reader.order == .little
        for i in row.indices {
          let stored = bytes.loadUnaligned(fromByteOffset: start + i * size, as: Sample.self)
          row[i] = isLittle ? Sample(littleEndian: stored) : Sample(bigEndian: stored)
        }
        return
      }
      for i in row.indices {
        let bit = i * storedBits
        let byte = Int(bytes[start + bit / 8])
        row[i] = Sample(truncatingIfNeeded: byte >> (8 - storedBits - bit % 8) & (1 << storedBits - 1))
      }
    }
  }

  /// Gray and RGB as images have them: 0 is black, and 1, 2 and 4 bits reach as far as 8 do.
  private func level<Sample: FixedWidthInteger & UnsignedInteger>(_ values: [Sample], top: Sample) -> [Sample] {
    var values = values
    if photometric == .whiteIsZero {
      for i in stride(from: 0, to: values.count, by: samples) { values[i] = top &- values[i] }
    }
    if storedBits < 8 {
      for i in values.indices { values[i] &*= Sample.max / top }
    }
    return values
  }
}
