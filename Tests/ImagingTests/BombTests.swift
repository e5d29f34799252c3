import RAMiTMachine
import Testing

@testable import RAMiTImaging

/// Small files that would take all memory, or all time.
@Suite struct BombTests {
  /// A PNG file of some size that its data does not fill.
  static func png(_ width: Int, _ height: Int, depth: Int, color: Int, interlaced: Bool, data: [UInt8]) -> [UInt8] {
    var png = ByteWriter(bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], isLittle: false)
    var header = ByteWriter(isLittle: false)
    header.uint32(width, height)
    header.uint8(depth, color, 0, 0, interlaced ? 1 : 0)
    png.chunk("IHDR", header.bytes)
    if color == 3 { png.chunk("PLTE", [0, 0, 0, 255, 255, 255]) }
    png.chunk("IDAT", data)
    png.chunk("IEND", [])
    return png.bytes
  }

  /// Twenty files under 50 kB that stand for more than 10 GB each are refused by their headers, in 64 MB.
  @Test func pictureBombsTakeNoMemory() async {
    await #expect(processExitsWith: .success) {
      // The largest rows that 40 kB hold: zeros deflate to a thousandth.
      let data = try Deflate.deflated([UInt8](repeating: 0, count: 32 << 20))
      var files: [[UInt8]] = []
      for (depth, color) in [(1, 0), (8, 0), (16, 0), (8, 2), (16, 2), (1, 3), (8, 3), (8, 4), (8, 6), (16, 6)] {
        for (width, height) in [(1_000_000, 90_000), (60_000, 1_400_000)] {
          files.append(
            BombTests.png(
              width, height, depth: depth, color: color, interlaced: files.count.isMultiple(of: 3), data: data))
        }
      }
      #expect(files.count == 20 && files.allSatisfy { $0.count < 50_000 })
      ProcessMemory.resetPeak()
      let before = ProcessMemory.resident
      for (number, file) in files.enumerated() {
        let text = message { try ImageFile.load(file, from: "a") } ?? "no error"
        #expect(
          text.hasPrefix("a: expected an image of at most 89478485 pixels, found ")
            || text.hasPrefix("a: expected a whole PNG image, found "), "\(number): \(text)")
      }
      let growth = ProcessMemory.peak - before
      #expect(growth < 64 << 20, "\(growth) bytes")
    }
  }

  /// A progressive JPEG file of 16 x 16 gray pixels: a scan of means, and scans of the other coefficients.
  private func jpeg(scans: Int) -> [UInt8] {
    var file: [UInt8] = [0xff, 0xd8, 0xff, 0xdb, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
    file += [0xff, 0xc2, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0]
    // One code of one bit, for the symbol 0: no difference, the end of a block.
    for table: UInt8 in [0x00, 0x10] {
      file += [0xff, 0xc4, 0, 20, table, 1] + [UInt8](repeating: 0, count: 15) + [0]
    }
    for scan in 0..<scans {
      let range: [UInt8] = scan == 0 ? [0, 0] : [1, 63]
      // Four blocks of one bit each, and ones to the byte's end.
      file += [0xff, 0xda, 0, 8, 1, 1, 0] + range + [0, 0x0f]
    }
    return file + [0xff, 0xd9]
  }

  @Test func aProgressiveFileHasALimitOfScans() throws {
    let image = try ImageFile.decode(jpeg(scans: 90), from: "a")
    #expect(image.width == 16 && levels(image).allSatisfy { $0 == 128 })
    for scans in [102, 5000] {
      let text = message { try ImageFile.decode(jpeg(scans: scans), from: "a") } ?? "no error"
      #expect(text.contains("more than 100 scans"), "\(text)")
    }
  }
}
