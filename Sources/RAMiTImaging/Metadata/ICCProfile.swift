/// An ICC profile (ISO 15076-1), looked at only as far as carrying it over needs.
enum ICCProfile {
  /// The profile without what follows its end; for gray pixels, one for gray with the curve of a profile for RGB.
  /// - Parameter isGray: of the picture that it is to describe.
  /// - Throws: `ImageError` with what is wrong with it: "damaged", or "for CMYK, not for RGB".
  static func checked(_ bytes: [UInt8], isGray: Bool) throws -> [UInt8] {
    let damaged = ImageError("damaged")
    guard bytes.count <= ImageMetadata.maximumBlock else { throw ImageError("of \(bytes.count) bytes") }
    let reader = ByteReader(bytes, .big)
    // The header's 128 bytes, then a table of tags.
    guard let size = try? reader.uint32(0), let count = try? reader.uint32(128), size >= 132, size <= bytes.count,
      bytes[36..<40].elementsEqual("acsp".utf8), count > 0, count <= (size - 132) / 12
    else { throw damaged }
    for place in stride(from: 132, to: 132 + 12 * count, by: 12) {
      guard let start = try? reader.uint32(place + 4), let length = try? reader.uint32(place + 8), start <= size,
        length <= size - start
      else { throw damaged }
    }
    func word(_ place: Int) -> String { String(decoding: bytes[place..<place + 4], as: UTF8.self) }
    guard ["XYZ ", "Lab "].contains(word(20)) else { throw damaged }
    let kind = word(12)
    guard ["mntr", "scnr", "prtr", "spac"].contains(kind) else {
      throw ImageError("of another kind (\(printable(kind)))")
    }
    let expected = isGray ? "GRAY" : "RGB ", found = word(16)
    let profile = size == bytes.count ? bytes : Array(bytes[..<size])
    if isGray, found == "RGB ", let gray = grayProfile(from: profile) { return gray }
    guard found == expected else {
      throw ImageError("for \(printable(found)), not for \(isGray ? "gray" : "RGB")")
    }
    return profile
  }

  private static func printable(_ word: String) -> String {
    let letters = word.unicodeScalars.filter { $0.isASCII && $0.value > 32 && $0.value < 127 }
    return letters.isEmpty ? "no kind" : String(String.UnicodeScalarView(letters))
  }
}
