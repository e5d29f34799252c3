import Foundation
import RAMiTDiagnostics
import RAMiTImaging

/// What is known of an image file without its pixels.
package struct PhotoFacts: Equatable, Sendable {
  package let width, height: Int
  /// 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
  package let channels: Int
  /// Bits of a channel: 8 or 16; nil where only decoding shows it.
  package let bits: Int?
  /// Stored as inks, whose colours depend on a printer.
  package let isCMYK: Bool

  package var isGray: Bool { channels <= 2 }

  package init(width: Int, height: Int, channels: Int, bits: Int? = 8, isCMYK: Bool = false) {
    (self.width, self.height, self.channels, self.bits, self.isCMYK) = (width, height, channels, bits, isCMYK)
  }

  /// Reads the beginning of a file: sets have gigabytes of them.
  /// - Throws: `InputError` that names the file.
  package init(headerOf path: String) throws {
    if let found = try Self.fromPrefix(path) {
      self = found
      return
    }
    let size = try ImageFile.size(path)
    // Of what is left, TIFF and PNG can have 16 bits.
    let mayBeDeep = [".tif", ".tiff", ".png"].contains { path.lowercased().hasSuffix($0) }
    self.init(width: size.width, height: size.height, channels: size.channels, bits: mayBeDeep ? nil : 8)
  }

  /// Reads the whole file; of CMYK the header is enough.
  /// - Throws: `InputError` that names the file.
  package init(decoding path: String) throws {
    if let found = try Self.fromPrefix(path), found.isCMYK {
      self = found
      return
    }
    let image = try ImageFile.read(path)
    self.init(width: image.width, height: image.height, channels: image.channels, bits: image.bitDepth)
  }

  /// Metadata before a JPEG's frame header or a PNG's pixels is rarely longer.
  private static let prefixBytes = 1 << 17

  /// Nil for what must be read otherwise: TIFF, palettes, metadata that may turn the image, damage.
  private static func fromPrefix(_ path: String) throws -> PhotoFacts? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    guard let data = try? file.read(upToCount: 64) else { return nil }
    var bytes = [UInt8](data)
    if bytes.starts(with: [0x42, 0x4d]) { return bmp(bytes) }
    let isPNG = bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    guard isPNG || bytes.starts(with: [0xff, 0xd8]) else { return nil }
    bytes += (try? file.read(upToCount: prefixBytes)) ?? Data()
    return isPNG ? png(bytes) : jpeg(bytes)
  }

  /// The IHDR chunk: width, height, depth, colour type. Of the chunks before the pixels, one may turn the image and one
  /// may make colours transparent: both are left to the decoder.
  private static func png(_ bytes: [UInt8]) -> PhotoFacts? {
    guard bytes.count >= 33, bytes[12..<16].elementsEqual("IHDR".utf8) else { return nil }
    let width = bigEndian(bytes[16..<20]), height = bigEndian(bytes[20..<24])
    guard let channels = [0: 1, 2: 3, 4: 2, 6: 4][bytes[25]], width > 0, height > 0 else { return nil }
    var place = 8
    while place + 8 <= bytes.count {
      let kind = bytes[place + 4..<place + 8]
      if kind.elementsEqual("eXIf".utf8) || kind.elementsEqual("tRNS".utf8) { return nil }
      if kind.elementsEqual("IDAT".utf8) {
        return PhotoFacts(width: width, height: height, channels: channels, bits: bytes[24] == 16 ? 16 : 8)
      }
      place += 12 + bigEndian(bytes[place..<place + 4])
    }
    return nil
  }

  /// BITMAPINFOHEADER: width, height (negative from the top down), bits of a pixel.
  private static func bmp(_ bytes: [UInt8]) -> PhotoFacts? {
    guard bytes.count >= 30, bytes[14] >= 40, bytes[28] == 24, bytes[29] == 0 else { return nil }
    let width = bigEndian(bytes[18..<22].reversed())
    let height = abs(Int(Int32(truncatingIfNeeded: bigEndian(bytes[22..<26].reversed()))))
    guard width > 0, height > 0, width <= Int32.max else { return nil }
    return PhotoFacts(width: width, height: height, channels: 3)
  }

  /// The frame header: precision, height, width, components. EXIF data may turn the image, so it is left to the
  /// decoder.
  private static func jpeg(_ bytes: [UInt8]) -> PhotoFacts? {
    var place = 2, mayBeTurned = false
    while place + 9 < bytes.count {
      guard bytes[place] == 0xff else { return nil }
      let marker = bytes[place + 1]
      if marker == 0xff {
        place += 1
        continue
      }
      let length = bigEndian(bytes[place + 2..<place + 4])
      guard length >= 2 else { return nil }
      if marker == 0xe1 { mayBeTurned = true }
      if 0xc0...0xcf ~= marker, ![0xc4, 0xc8, 0xcc].contains(marker) {
        let components = Int(bytes[place + 9])
        let height = bigEndian(bytes[place + 5..<place + 7]), width = bigEndian(bytes[place + 7..<place + 9])
        guard width > 0, height > 0, [1, 3, 4].contains(components), !mayBeTurned || components == 4 else { return nil }
        return PhotoFacts(width: width, height: height, channels: min(components, 3), isCMYK: components == 4)
      }
      guard marker != 0xda, marker != 0xd9 else { return nil }
      place += 2 + length
    }
    return nil
  }

  private static func bigEndian(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
