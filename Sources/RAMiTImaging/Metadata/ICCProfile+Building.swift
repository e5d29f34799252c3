import Foundation

/// Profiles (of version 2, ICC.1:2001-04) from what PNG's chunks say of colours: a matrix and a curve, or a curve
/// alone.
extension ICCProfile {
  /// x and y of white, red, green and blue.
  typealias Chromaticities = [Double]

  private static let sRGBPrimaries: Chromaticities = [0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06]

  /// - Parameter isGray: the profile is for gray pixels.
  /// - Returns: nil when the chunks say nothing, or that the picture is as pictures without a profile are (sRGB).
  /// - Throws: `ImageError` that names what no such profile can say.
  static func built(from colors: ImageMetadata.ColorSpace, isGray: Bool) throws -> [UInt8]? {
    let primaries: Chromaticities
    let curve: (Double) -> Double
    if let points = colors.codePoints, points.count == 4 {
      guard let known = codedPrimaries(points[0]), let linear = codedCurve(points[1]), points[3] == 1 else {
        throw ImageError("colours by the code points \(points[0]), \(points[1])")
      }
      if points[0] == 1, points[1] == 13 { return nil }
      (primaries, curve) = (known, linear)
    } else if colors.sRGBIntent != nil {
      return nil
    } else {
      let stored = colors.chromaticities.map { $0.map { Double($0) / 100_000 } }
      guard colors.gamma != nil || stored != nil else { return nil }
      primaries = stored ?? sRGBPrimaries
      let isUsualGamma = colors.gamma.map { (44_000...47_000).contains($0) } ?? true
      if isUsualGamma, isGray || zip(primaries, sRGBPrimaries).allSatisfy({ abs($0 - $1) < 0.002 }) { return nil }
      let exponent = colors.gamma.map { 100_000 / Double($0) }
      curve = exponent.map { exponent in { pow($0, exponent) } } ?? sRGBCurve
    }
    return try profile(isGray ? nil : matrix(primaries), curve: curve)
  }

  private static func sRGBCurve(_ v: Double) -> Double { v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4) }

  /// ITU-T H.273, table 2.
  private static func codedPrimaries(_ code: UInt8) -> Chromaticities? {
    let d65 = [0.3127, 0.3290], c = [0.310, 0.316]
    return switch code {
    case 1: sRGBPrimaries
    case 4: c + [0.67, 0.33, 0.21, 0.71, 0.14, 0.08]
    case 5: d65 + [0.64, 0.33, 0.29, 0.60, 0.15, 0.06]
    case 6, 7: d65 + [0.630, 0.340, 0.310, 0.595, 0.155, 0.070]
    case 8: c + [0.681, 0.319, 0.243, 0.692, 0.145, 0.049]
    case 9: d65 + [0.708, 0.292, 0.170, 0.797, 0.131, 0.046]
    case 11: [0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060]
    case 12: d65 + [0.680, 0.320, 0.265, 0.690, 0.150, 0.060]
    case 22: d65 + [0.630, 0.340, 0.295, 0.605, 0.155, 0.077]
    default: nil
    }
  }

  /// ITU-T H.273, table 3, from stored to linear values. High dynamic range (16, 18) has no white that a profile of
  /// this kind could give.
  private static func codedCurve(_ code: UInt8) -> ((Double) -> Double)? {
    switch code {
    case 1, 6, 14, 15: { $0 < 0.081 ? $0 / 4.5 : pow(($0 + 0.099) / 1.099, 1 / 0.45) }
    case 4: { pow($0, 2.2) }
    case 5: { pow($0, 2.8) }
    case 8: { $0 }
    case 13: sRGBCurve
    default: nil
    }
  }

  /// XYZ of red, green and blue, adapted to the profile's white, D50, by Bradford's matrix.
  private static func matrix(_ c: Chromaticities) throws -> [[Double]] {
    func xyz(_ x: Double, _ y: Double) -> [Double] { [x / y, 1, (1 - x - y) / y] }
    let error = ImageError("chromaticities without sense")
    guard [c[1], c[3], c[5], c[7]].allSatisfy({ $0 > 1e-4 }) else { throw error }
    let white = xyz(c[0], c[1])
    let columns = [xyz(c[2], c[3]), xyz(c[4], c[5]), xyz(c[6], c[7])]
    guard let toScales = inverse(transposed(columns)), let bradfordInverse = inverse(bradford) else { throw error }
    let scales = product(toScales, white)
    let from = product(bradford, white), to = product(bradford, d50)
    guard from.allSatisfy({ $0 > 1e-4 }) else { throw error }
    let adapted = zip(columns, scales).map { column, scale in
      let cones = product(bradford, column.map { $0 * scale })
      return product(bradfordInverse, (0..<3).map { cones[$0] * to[$0] / from[$0] })
    }
    guard adapted.allSatisfy({ $0.allSatisfy { abs($0) < 16 } }) else { throw error }
    return adapted
  }

  private static let d50 = [0.9642, 1, 0.8249]
  private static let bradford = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]

  private static func product(_ m: [[Double]], _ v: [Double]) -> [Double] {
    m.map { row in row[0] * v[0] + row[1] * v[1] + row[2] * v[2] }
  }

  private static func transposed(_ m: [[Double]]) -> [[Double]] { (0..<3).map { i in m.map { $0[i] } } }

  /// nil where there is none.
  private static func inverse(_ m: [[Double]]) -> [[Double]]? {
    func minor(_ i: Int, _ j: Int) -> Double {
      let (r, s) = ((i + 1) % 3, (i + 2) % 3), (c, d) = ((j + 1) % 3, (j + 2) % 3)
      return m[r][c] * m[s][d] - m[r][d] * m[s][c]
    }
    let determinant = (0..<3).map { m[0][$0] * minor(0, $0) }.reduce(0, +)
    guard abs(determinant) > 1e-9 else { return nil }
    return (0..<3).map { i in (0..<3).map { j in minor(j, i) / determinant } }
  }

  /// - Parameter matrix: XYZ of red, green and blue; nil for a gray profile.
  private static func profile(_ matrix: [[Double]]?, curve: (Double) -> Double) -> [UInt8] {
    let count = 1024
    let table = (0..<count).flatMap { index in
      let value = min(max(curve(Double(index) / Double(count - 1)), 0), 1)
      return bigEndian16(Int((value * 65535).rounded()))
    }
    return profile(matrix.map { $0.map(xyz) }, curve: Array("curv".utf8) + bigEndian(0) + bigEndian(count) + table)
  }

  /// For gray pixels that a profile of RGB describes, as converters leave it: its curve alone.
  /// - Parameter bytes: a profile that has been checked.
  /// - Returns: nil when its three colours do not have one curve.
  static func grayProfile(from bytes: [UInt8]) -> [UInt8]? {
    guard let curve = tag("rTRC", of: bytes), tag("gTRC", of: bytes) == curve, tag("bTRC", of: bytes) == curve else {
      return nil
    }
    return assembled(common(bytes) + [("kTRC", curve)], space: "GRAY", version: Array(bytes[8..<12]))
  }

  /// For gray pixels that become RGB, with the curve of their profile: red, green and blue are equal there, so the
  /// primaries do not matter.
  /// - Parameter bytes: a profile for gray that has been checked.
  /// - Returns: nil when it is no curve to luminance.
  static func rgbProfile(from bytes: [UInt8]) throws -> [UInt8]? {
    guard bytes[16..<20].elementsEqual("GRAY".utf8), bytes[20..<24].elementsEqual("XYZ ".utf8),
      let curve = tag("kTRC", of: bytes)
    else { return nil }
    return assembled(
      common(bytes) + colorTags(try matrix(sRGBPrimaries).map(xyz), curve: curve), space: "RGB ",
      version: Array(bytes[8..<12]))
  }

  /// Name, copyright and white, in the form of the profile's version.
  private static func common(_ bytes: [UInt8]) -> [(String, [UInt8])] {
    ["desc", "cprt", "wtpt", "chad"].compactMap { name in tag(name, of: bytes).map { (name, $0) } }
  }

  /// The content of a tag of a profile that has been checked; nil where it has none of the name.
  private static func tag(_ name: String, of bytes: [UInt8]) -> [UInt8]? {
    let reader = ByteReader(bytes, .big)
    guard let count = try? reader.uint32(128) else { return nil }
    for place in stride(from: 132, to: 132 + 12 * count, by: 12)
    where bytes[place..<place + 4].elementsEqual(name.utf8) {
      guard let start = try? reader.uint32(place + 4), let size = try? reader.uint32(place + 8) else { return nil }
      return Array(bytes[start..<start + size])
    }
    return nil
  }

  /// - Parameter colorants: the contents of the tags of red, green and blue.
  private static func colorTags(_ colorants: [[UInt8]], curve: [UInt8]) -> [(String, [UInt8])] {
    Array(zip(["rXYZ", "gXYZ", "bXYZ"], colorants)) + ["rTRC", "gTRC", "bTRC"].map { ($0, curve) }
  }

  /// - Parameters:
  ///   - colorants: the contents of the tags of red, green and blue; nil for a gray profile.
  ///   - curve: the content of the curves' tags.
  private static func profile(_ colorants: [[UInt8]]?, curve: [UInt8]) -> [UInt8] {
    let name = "Colours of the picture"
    let description = Array("desc".utf8) + bigEndian(0) + bigEndian(name.utf8.count + 1) + Array(name.utf8) + [0]
    let texts: [(String, [UInt8])] = [
      // After the name: no Unicode (8 bytes), no Macintosh script (3 and 67 bytes).
      ("desc", description + [UInt8](repeating: 0, count: 78)),
      ("cprt", Array("text".utf8) + bigEndian(0) + Array("No copyright".utf8) + [0]), ("wtpt", xyz(d50)),
    ]
    let colors = colorants.map { colorTags($0, curve: curve) } ?? [("kTRC", curve)]
    return assembled(texts + colors, space: colorants == nil ? "GRAY" : "RGB ", version: [2, 0x10, 0, 0])
  }

  private static func xyz(_ values: [Double]) -> [UInt8] {
    Array("XYZ ".utf8) + bigEndian(0) + values.flatMap { bigEndian(Int(($0 * 65536).rounded())) }
  }

  /// Header, table and data of tags; those with the same data share it.
  private static func assembled(_ tags: [(String, [UInt8])], space: String, version: [UInt8]) -> [UInt8] {
    var table = bigEndian(tags.count), data: [UInt8] = []
    var places: [[UInt8]: Int] = [:]
    for (name, content) in tags {
      let place = places[content] ?? 128 + 4 + 12 * tags.count + data.count
      if places.updateValue(place, forKey: content) == nil {
        data += content + [UInt8](repeating: 0, count: (4 - content.count % 4) % 4)
      }
      table += Array(name.utf8) + bigEndian(place) + bigEndian(content.count)
    }
    var header = bigEndian(128 + table.count + data.count) + bigEndian(0) + version
    header += Array("mntr".utf8) + Array(space.utf8) + Array("XYZ ".utf8)
    // The date of the specification: the profile is the same whenever it is made.
    header += [2001, 4, 1, 0, 0, 0].flatMap(bigEndian16) + Array("acsp".utf8)
    header += [UInt8](repeating: 0, count: 28) + d50.flatMap { bigEndian(Int(($0 * 65536).rounded())) }
    header += [UInt8](repeating: 0, count: 128 - header.count)
    return header + table + data
  }
}
