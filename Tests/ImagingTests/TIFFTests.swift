import RAMiTImaging
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
  /// Further tags, or others in the place of those above: their types (1 or 7 bytes, 2 text, 3 short, 4 long, 5
  /// rational) and numbers.
  var more: [Int: (type: Int, values: [Int])] = [:]
  var data: [UInt8] = []

  var file: [UInt8] { Self.file([self]) }

  private var tags: [(tag: Int, type: Int, values: [Int])] {
    var tags: [Int: (type: Int, values: [Int])] = [
      256: (4, [width]), 257: (4, [height]), 258: (3, Array(repeating: bits, count: samples)), 259: (3, [compression]),
      262: (3, [photometric]), 277: (3, [samples]),
    ]
    if let orientation { tags[274] = (3, [orientation]) }
    if let tile {
      (tags[322], tags[323]) = ((4, [tile.width]), (4, [tile.height]))
      (tags[324], tags[325]) = ((4, []), (4, [data.count]))
    } else {
      tags[273] = (4, [])
      if hasByteCounts { tags[279] = (4, [data.count]) }
    }
    tags.merge(more) { $1 }
    return tags.map { ($0.key, $0.value.type, $0.value.values) }.sorted { $0.tag < $1.tag }
  }

  /// A file of these pages, in the first one's order of bytes; a page's `parts` are pages that its tag SubIFDs points
  /// to.
  static func file(_ pages: [TIFFSource], parts: [TIFFSource] = []) -> [UInt8] {
    let isLittle = pages[0].isLittle
    var tiff = ByteWriter(bytes: isLittle ? [0x49, 0x49] : [0x4d, 0x4d], isLittle: isLittle)
    tiff.uint16(42)
    var link = tiff.bytes.count  // where the next directory's offset goes
    tiff.uint32(0)
    func number(_ value: Int) -> [UInt8] {
      var bytes = ByteWriter(isLittle: isLittle)
      bytes.uint32(value)
      return bytes.bytes
    }
    func directory(_ page: TIFFSource, parts: [Int] = []) -> Int {
      let start = tiff.bytes.count
      tiff.bytes += page.data + (page.data.count % 2 == 0 ? [] : [0])
      var tags = page.tags
      if !parts.isEmpty {
        tags.append((330, 4, parts))
        tags.sort { $0.tag < $1.tag }
      }
      var longer: [(place: Int, bytes: [UInt8])] = []
      let place = tiff.bytes.count
      tiff.uint16(tags.count)
      for (tag, type, values) in tags {
        // The pixels' place is known only here.
        let values = [273, 324].contains(tag) && values.isEmpty ? [start] : values
        var bytes = ByteWriter(isLittle: isLittle)
        for value in values {
          if type == 3 {
            bytes.uint16(value)
          } else if [1, 2, 7].contains(type) {
            bytes.uint8(value)
          } else {
            bytes.uint32(value)
          }
          if type == 5 { bytes.uint32(1) }
        }
        tiff.uint16(tag, type)
        tiff.uint32(values.count)
        if bytes.bytes.count > 4 { longer.append((tiff.bytes.count, bytes.bytes)) }
        tiff.bytes +=
          bytes.bytes.count > 4 ? [0, 0, 0, 0] : bytes.bytes + Array(repeating: 0, count: 4 - bytes.bytes.count)
      }
      tiff.uint32(0)
      let end = tiff.bytes.count
      for (place, bytes) in longer {
        tiff.bytes.replaceSubrange(place..<place + 4, with: number(tiff.bytes.count))
        tiff.bytes += bytes + (bytes.count % 2 == 0 ? [] : [0])
      }
      nextLink = end - 4
      return place
    }
    var nextLink = 0
    let places = parts.map { directory($0) }
    for (index, page) in pages.enumerated() {
      let place = directory(page, parts: index == 0 ? places : [])
      tiff.bytes.replaceSubrange(link..<link + 4, with: number(place))
      link = nextLink
    }
    return tiff.bytes
  }
}

@Suite struct TIFFTests {
  @Test(arguments: [false, true]) func withoutByteCounts(isLittle: Bool) throws {
    let source = TIFFSource(isLittle: isLittle, hasByteCounts: false, data: (0..<12).map { UInt8($0 * 20) })
    let image = try ImageFile.decode(source.file, from: "a")
    #expect(image == drawn(width: 4, height: 3, channels: 1) { x, y, _ in (4 * y + x) * 20 })
  }

  @Test(arguments: [1, 2, 4, 8, 10, 12, 14, 16], [0, 1]) func grays(bits: Int, photometric: Int) throws {
    let top = 1 << bits - 1
    func stored(_ x: Int, _ y: Int) -> Int { (x * 40503 + y * 9973) & top }
    var data = ByteWriter()
    for y in 0..<3 {
      if bits == 16 {
        for x in 0..<8 { data.uint16(stored(x, y)) }
      } else {
        let row = (0..<8).flatMap { x in (0..<bits).reversed().map { stored(x, y) >> $0 & 1 } }
        for first in stride(from: 0, to: row.count, by: 8) {
          data.uint8(row[first..<first + 8].reduce(0) { $0 << 1 | $1 })
        }
      }
    }
    let source = TIFFSource(width: 8, photometric: photometric, bits: bits, data: data.bytes)
    let image = try ImageFile.decode(source.file, from: "a")
    func level(_ x: Int, _ y: Int, _ c: Int) -> Int {
      let value = photometric == 0 ? top - stored(x, y) : stored(x, y)
      let full = bits <= 8 ? 255 : 65535
      return (value * full + top / 2) / top
    }
    #expect(
      image
        == (bits > 8
          ? deep(width: 8, height: 3, channels: 1, level) : drawn(width: 8, height: 3, channels: 1, level)))
  }

  @Test func palettes() throws {
    #expect(try ImageFile.read(fixture("palette.tif")) == Picture.indexed)
  }

  @Test func theFirstPageIsRead() throws {
    #expect(try ImageFile.read(fixture("pages.tif")) == Picture.image(channels: 1))
  }
}
