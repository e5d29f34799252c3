import RAMiTCTIFF

/// The samples of a TIFF page as they are stored, interleaved, of 8 or 16 bits; 0 and the largest number are black and
/// white unless they are indices or L*a*b*.
enum TIFFSamples {
  case uint8([UInt8])
  case uint16([UInt16])

  /// - Parameter scaled: depths between 8 and 16, or below 8, reach as far as those; false for indices and L*a*b*.
  /// - Throws: `ImageError`.
  init(_ page: TIFFPage, _ file: TIFFLibrary, scaled: Bool, notes: inout [String]) throws {
    let bits = page.bits
    switch (page.numbers, bits) {
    case (_, 1...8) where page.numbers != .float:
      var values = try Self.read(page, file, as: UInt8.self)
      if scaled, bits < 8 {
        let levels = (0...255).map { UInt8(truncatingIfNeeded: ($0 * 255 + (1 << bits - 1) / 2) / (1 << bits - 1)) }
        for i in values.indices { values[i] = levels[Int(values[i])] }
      }
      self = .uint8(values)
    case (.signed, 9...16) where scaled:
      let values = try Self.read(page, file, as: UInt16.self)
      self = .uint16(NumberRange.nonNegative(values, bits: bits, notes: &notes))
    case (.unsigned, 9...16), (.signed, 9...16):
      var values = try Self.read(page, file, as: UInt16.self)
      if scaled, bits < 16 {
        let top = 1 << bits - 1
        for i in values.indices { values[i] = UInt16(truncatingIfNeeded: (Int(values[i]) * 65535 + top / 2) / top) }
      }
      self = .uint16(values)
    case (.unsigned, 17...32) where scaled:
      let values = try Self.read(page, file, as: UInt32.self)
      self = .uint16(NumberRange.sixteenBits(values, bits: bits, notes: &notes))
    case (.signed, 17...32) where scaled:
      var values = try Self.read(page, file, as: UInt32.self)
      NumberRange.makeNonNegative(&values, bits: bits, notes: &notes)
      self = .uint16(NumberRange.sixteenBits(values, bits: bits - 1, notes: &notes))
    case (.float, 16) where scaled:
      let values = try Self.read(page, file, as: UInt16.self)
      self = .uint16(NumberRange.sixteenBits(values.map { Float(Float16(bitPattern: $0)) }, notes: &notes))
    case (.float, 32) where scaled:
      let values = try Self.read(page, file, as: UInt32.self)
      self = .uint16(NumberRange.sixteenBits(values.map { Float(bitPattern: $0) }, notes: &notes))
    case (.float, 64) where scaled:
      let values = try Self.read(page, file, as: UInt64.self)
      self = .uint16(NumberRange.sixteenBits(values.map { Float(Double(bitPattern: $0)) }, notes: &notes))
    default:
      throw ImageError("samples of \(bits) bits of this kind, which are not read")
    }
  }

  /// All samples of the page, each in the low bits of a number.
  private static func read<Sample: FixedWidthInteger & UnsignedInteger>(
    _ page: TIFFPage, _ file: TIFFLibrary, as type: Sample.Type
  ) throws -> [Sample] {
    let planes = page.isPlanar ? page.samples : 1, inside = page.isPlanar ? 1 : page.samples
    var values = [Sample](repeating: 0, count: page.width * page.height * page.samples)
    try values.withUnsafeMutableBufferPointer { values in
      for plane in 0..<planes {
        try rows(page, file, plane: plane) { x, y, columns, row in
          let start = (y * page.width + x) * page.samples + plane
          unpack(
            row, bits: page.bits, count: columns * inside, into: values.baseAddress! + start,
            stride: page.isPlanar ? page.samples : 1)
        }
      }
    }
    return values
  }

  /// Calls `body` with every row of every strip or tile: where it begins, how many of its pixels are inside the image,
  /// and its bytes.
  private static func rows(
    _ page: TIFFPage, _ file: TIFFLibrary, plane: Int,
    _ body: (_ x: Int, _ y: Int, _ columns: Int, UnsafeRawBufferPointer) -> Void
  ) throws {
    let inside = page.isPlanar ? 1 : page.samples
    func lineSize(_ width: Int) -> Int { (width * inside * page.bits + 7) / 8 }
    func buffer(_ size: Int, atLeast needed: Int) throws -> UnsafeMutableRawBufferPointer {
      guard size >= needed else { throw ImageError("rows of \(size) bytes of \(needed)") }
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
      buffer.initializeMemory(as: UInt8.self, repeating: 0)
      return buffer
    }
    guard let tile = page.tile else {
      // Whole strips, not lines: the runs of some writers go on from one row to the next.
      let rows = page.stripHeight
      let size = Int(TIFFStripSize(file.tiff)), line = Int(TIFFScanlineSize(file.tiff))
      guard rows > 0, line >= lineSize(page.width) else {
        throw ImageError("rows of \(line) bytes of \(lineSize(page.width))")
      }
      let pixels = try buffer(size, atLeast: line * rows)
      defer { pixels.deallocate() }
      for y in stride(from: 0, to: page.height, by: rows) {
        let strip = TIFFComputeStrip(file.tiff, UInt32(y), UInt16(plane))
        let count = min(rows, page.height - y)
        let read = TIFFReadEncodedStrip(file.tiff, strip, pixels.baseAddress, tmsize_t(count * line))
        guard read >= 0 else { throw file.lastError() }
        guard read >= count * line else { throw ImageError("a strip of \(read) bytes of \(count * line)") }
        for row in 0..<count {
          body(0, y + row, page.width, UnsafeRawBufferPointer(rebasing: pixels[row * line..<(row + 1) * line]))
        }
      }
      return
    }
    let size = Int(TIFFTileSize(file.tiff)), line = Int(TIFFTileRowSize(file.tiff))
    guard line >= lineSize(tile.width) else { throw ImageError("rows of \(line) bytes of \(lineSize(tile.width))") }
    let pixels = try buffer(size, atLeast: line * tile.height)
    defer { pixels.deallocate() }
    for y in stride(from: 0, to: page.height, by: tile.height) {
      for x in stride(from: 0, to: page.width, by: tile.width) {
        let index = TIFFComputeTile(file.tiff, UInt32(x), UInt32(y), 0, UInt16(plane))
        guard TIFFReadEncodedTile(file.tiff, index, pixels.baseAddress, tmsize_t(size)) >= 0 else {
          throw file.lastError()
        }
        for row in 0..<min(tile.height, page.height - y) {
          body(
            x, y + row, min(tile.width, page.width - x),
            UnsafeRawBufferPointer(rebasing: pixels[row * line..<(row + 1) * line]))
        }
      }
    }
  }

  /// Spreads a row's numbers: whole bytes in the machine's order, as libtiff gives them, or bits from the highest on.
  private static func unpack<Sample: FixedWidthInteger & UnsignedInteger>(
    _ row: UnsafeRawBufferPointer, bits: Int, count: Int, into values: UnsafeMutablePointer<Sample>, stride: Int
  ) {
    if bits == Sample.bitWidth {
      let size = MemoryLayout<Sample>.size
      for i in 0..<count { values[i * stride] = row.loadUnaligned(fromByteOffset: i * size, as: Sample.self) }
    } else if bits == 24 {
      for i in 0..<count {
        let (low, middle, high) = (Sample(row[3 * i]), Sample(row[3 * i + 1]), Sample(row[3 * i + 2]))
        values[i * stride] = low | middle << 8 | high << 16
      }
    } else {
      var held: UInt64 = 0
      var heldBits = 0, place = 0
      for i in 0..<count {
        while heldBits < bits {
          held = held << 8 | UInt64(row[place])
          place += 1
          heldBits += 8
        }
        heldBits -= bits
        values[i * stride] = Sample(truncatingIfNeeded: held >> UInt64(heldBits) & (1 << UInt64(bits) - 1))
      }
    }
  }
}
