import RAMiTFiles

/// The pixels of the PNGs that most photos are: gray or RGB of 8 or 16 bits, with or without alpha, in one pass from
/// the top, and undamaged. Row by row, so that what lies below the last row that is needed is not decompressed.
///
/// libpng reads all others, and tells what is wrong with damaged ones.
struct PNGPixels {
  private let chunks: PNGChunks
  let width, height, channels, bitDepth: Int

  /// Bytes of a pixel, and of a row without the byte that tells its filter.
  private var pixel: Int { channels * bitDepth / 8 }
  private var line: Int { width * pixel }

  /// Nil for other kinds of PNG.
  init?(_ chunks: PNGChunks) {
    self.chunks = chunks
    guard let header = chunks.chunks.first, header.name == "IHDR", header.data.count == 13,
      !chunks.chunks.contains(where: { $0.name == "tRNS" }), !chunks.endsEarly
    else { return nil }
    let bytes = chunks.bytes, start = header.data.lowerBound
    func uint32(_ place: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(bytes[start + place + $1]) } }
    let channels = [0: 1, 2: 3, 4: 2, 6: 4][bytes[start + 9]]
    // Neither another method of compression or filtering, nor interlacing.
    guard let channels, [8, 16].contains(bytes[start + 8]), bytes[start + 10...start + 12].allSatisfy({ $0 == 0 })
    else { return nil }
    (width, height) = (uint32(0), uint32(4))
    (self.channels, bitDepth) = (channels, Int(bytes[start + 8]))
  }

  /// These rows, from left to right.
  /// - Precondition: the image has them.
  /// - Returns: nil where the file is damaged, as far as it was read: chunks up to the one with the last row, and all
  ///   of them where the last row is the image's.
  func image(rows: Range<Int>) -> Image? {
    precondition(!rows.isEmpty && 0 <= rows.lowerBound && rows.upperBound <= height, "rows \(rows) of \(height)")
    let count = rows.count * line
    if bitDepth == 8 {
      let values = [UInt8](unsafeUninitializedCapacity: count + PNGFilter.margin) { values, initialized in
        initialized = read(rows, into: values.baseAddress!) ? count : 0
      }
      guard values.count == count else { return nil }
      return Image(width: width, height: rows.count, channels: channels, samples: .uint8(values))
    }
    let values = [UInt16](unsafeUninitializedCapacity: (count + PNGFilter.margin) / 2) { values, initialized in
      let isRead = values.withMemoryRebound(to: UInt8.self) { read(rows, into: $0.baseAddress!) }
      initialized = isRead ? count / 2 : 0
      for i in 0..<initialized { values[i] = UInt16(bigEndian: values[i]) }
    }
    guard values.count == count / 2 else { return nil }
    return Image(width: width, height: rows.count, channels: channels, samples: .uint16(values))
  }

  /// - Parameter target: has room for the rows, and for the margin of a filter.
  private func read(_ rows: Range<Int>, into target: UnsafeMutablePointer<UInt8>) -> Bool {
    withStream { stream, count, check in
      guard var decoder = DeflateDecoder(stream, count: count) else { return false }
      // The part of the content in which rows wait, and to which matches reach back.
      let stored = line + 1, limit = DeflateDecoder.window + max(1 << 16, 2 * stored)
      let content = UnsafeMutablePointer<UInt8>.allocate(capacity: limit + DeflateDecoder.outputMargin)
      // The rows before the first that is needed take turns in two places, of two rows each.
      let place = 2 * line + PNGFilter.margin
      let spare = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * place)
      defer {
        content.deallocate()
        spare.deallocate()
      }
      spare.initialize(repeating: 0, count: 2 * place)
      var above = spare, next = 0, filled = 0, y = 0, turn = 1
      var sum = Adler32()
      while y < rows.upperBound {
        let wanted = rows.upperBound < height ? next + (rows.upperBound - y) * stored : limit
        guard let end = decoder.decode(into: content, filled: filled, limit: min(limit, wanted)), end > filled else {
          return false
        }
        if rows.upperBound == height {
          sum.add(UnsafeBufferPointer(start: content + filled, count: end - filled))
        }
        filled = end
        while y < rows.upperBound, filled - next >= stored {
          let isNeeded = y >= rows.lowerBound
          let start = isNeeded ? target + (y - rows.lowerBound) * line : spare + turn * place
          let row = content + next + 1
          let hasTwo = y + 1 < (isNeeded ? rows.upperBound : rows.lowerBound) && filled - next >= 2 * stored
          if hasTwo, PNGFilter.restoreTwo(row, row + stored, above: above, to: start, count: line, pixel: pixel) {
            above = start + line
            next += 2 * stored
            y += 2
          } else {
            guard PNGFilter.restore(row, above: above, to: start, count: line, pixel: pixel) else { return false }
            above = start
            next += stored
            y += 1
          }
          turn = 1 - turn
        }
        // What is not needed any more makes room.
        let unused = min(next, filled - DeflateDecoder.window)
        if unused > 0 {
          content.update(from: content + unused, count: filled - unused)
          next -= unused
          filled -= unused
        }
      }
      if rows.upperBound < height { return check(decoder.inputUsed) }
      // The end of the last block may be left.
      guard next == filled, decoder.decode(into: content, filled: filled, limit: filled + 1) == filled else {
        return false
      }
      return decoder.checksum == sum.value && check(count)
    }
  }

  /// Calls `body` with the stream of all pixels, its size, and a function that checks the chunks of so many of its
  /// bytes.
  private func withStream(
    _ body: (_ stream: UnsafeRawBufferPointer, _ count: Int, _ check: (_ used: Int) -> Bool) -> Bool
  ) -> Bool {
    let pixels = chunks.pixels
    let count = pixels.reduce(0) { $0 + $1.data.count }
    func check(_ used: Int) -> Bool {
      var start = 0
      for chunk in pixels where start < used {
        guard chunks.isIntact(chunk) else { return false }
        start += chunk.data.count
      }
      return true
    }
    if pixels.count == 1, chunks.bytes.count - pixels.first!.data.upperBound >= DeflateDecoder.inputMargin {
      return chunks.bytes.withUnsafeBytes { bytes in
        let start = pixels.first!.data.lowerBound
        return body(
          UnsafeRawBufferPointer(rebasing: bytes[start..<start + count + DeflateDecoder.inputMargin]), count, check)
      }
    }
    let whole = UnsafeMutableRawBufferPointer.allocate(byteCount: count + DeflateDecoder.inputMargin, alignment: 16)
    defer { whole.deallocate() }
    var end = 0
    chunks.bytes.withUnsafeBytes { bytes in
      for chunk in pixels {
        UnsafeMutableRawBufferPointer(rebasing: whole[end...]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[chunk.data]))
        end += chunk.data.count
      }
    }
    whole[end...].initializeMemory(as: UInt8.self, repeating: 0)
    return body(UnsafeRawBufferPointer(whole), count, check)
  }
}
