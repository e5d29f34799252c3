import Imaging
import Testing

/// A TIFF of one strip or tile, written from its definition (TIFF 6.0).
struct TIFFSource {
  var width = 4
  var height = 3
  var compression = 1
  var photometric = 1
  var samples = 1
  var bits = 8
  var orientation: Int?
  var tile: (width: Int, height: Int)?
  var isLittle = true
  var hasByteCounts = true
  var data: [UInt8] = []

  var file: [UInt8] {
    var tiff = ByteWriter(bytes: isLittle ? [0x49, 0x49] : [0x4d, 0x4d], isLittle: isLittle)
    tiff.uint16(42)
    tiff.uint32(8 + data.count)
    tiff.bytes += data
    var tags = [(256, width), (257, height), (258, bits), (259, compression), (262, photometric), (277, samples)]
    tags += orientation.map { [(274, $0)] } ?? []
    if let tile {
      tags += [(322, tile.width), (323, tile.height), (324, 8), (325, data.count)]
    } else {
      tags += [(273, 8)] + (hasByteCounts ? [(279, data.count)] : [])
    }
    tiff.uint16(tags.count)
    for (tag, value) in tags.sorted(by: { $0.0 < $1.0 }) {
      tiff.uint16(tag, 4)
      tiff.uint32(1, value)
    }
    tiff.uint32(0)
    return tiff.bytes
  }
}

@Suite struct TIFFTests {
  @Test(arguments: [false, true]) func withoutByteCounts(isLittle: Bool) throws {
    let source = TIFFSource(isLittle: isLittle, hasByteCounts: false, data: (0..<12).map { UInt8($0 * 20) })
    let image = try ImageFile.decode(source.file, from: "a")
    #expect(image == drawn(width: 4, height: 3, channels: 1) { x, y, _ in (4 * y + x) * 20 })
  }

  @Test(arguments: [1, 2, 4, 8, 16], [0, 1]) func grays(bits: Int, photometric: Int) throws {
    let top = 1 << bits - 1
    func stored(_ x: Int, _ y: Int) -> Int { (x * 40503 + y * 9973) & top }
    var data = ByteWriter()
    for y in 0..<3 {
      var row = 0
      for x in 0..<8 { row = row << bits | stored(x, y) & top }
      if bits == 16 {
        for x in 0..<8 { data.uint16(stored(x, y)) }
      } else {
        for byte in (0..<bits).reversed() { data.uint8(row >> (8 * byte)) }
      }
    }
    let source = TIFFSource(width: 8, photometric: photometric, bits: bits, data: data.bytes)
    let image = try ImageFile.decode(source.file, from: "a")
    func level(_ x: Int, _ y: Int, _ c: Int) -> Int {
      let value = photometric == 0 ? top - stored(x, y) : stored(x, y)
      return bits < 8 ? value * 255 / top : value
    }
    #expect(
      image
        == (bits == 16
          ? deep(width: 8, height: 3, channels: 1, level) : drawn(width: 8, height: 3, channels: 1, level)))
  }

  @Test func palettes() throws {
    #expect(try ImageFile.read(fixture("palette.tif")) == Picture.indexed)
  }

  @Test func theFirstPageIsRead() throws {
    #expect(try ImageFile.read(fixture("pages.tif")) == Picture.image(channels: 1))
  }
}
