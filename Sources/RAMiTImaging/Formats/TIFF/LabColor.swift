import Foundation

/// CIE L*a*b* of TIFF files to sRGB, by way of XYZ under the same white, D50, as ICC profiles and Pillow have it.
///
/// TIFF 6.0, section 23, leaves the white point to a tag that hardly any writer sets; editors write D50. Colours that
/// sRGB does not hold are clamped, channel by channel.
struct LabColor {
  enum Encoding {
    /// CIELab: a* and b* are signed.
    case signed
    /// ICCLab: a* and b* are shifted by half of the range.
    case icc
  }

  private let lightness, half, chroma: Double
  private let isSigned: Bool
  private let bits: Int

  /// - Parameter bits: of a sample, 8 or 16.
  init(_ encoding: Encoding, bits: Int) {
    self.bits = bits
    isSigned = encoding == .signed
    half = bits == 8 ? 128 : 32768
    chroma = bits == 8 ? 1 : 256
    // 16 bits of ICCLab: 100 is 0xff00, as in profiles of version 2.
    lightness = 100 / (bits == 8 ? 255 : encoding == .signed ? 65535 : 65280)
  }

  /// Red, green and blue of as many bits as the samples.
  func sRGB(_ l: Int, _ a: Int, _ b: Int) -> SIMD3<Int> {
    func signed(_ value: Int) -> Double {
      let number = Double(value)
      return (isSigned ? (number >= half ? number - 2 * half : number) : number - half) / chroma
    }
    let y = (Double(l) * lightness + 16) / 116
    let white = SIMD3(0.9642, 1, 0.8249)
    let f = SIMD3(y + signed(a) / 500, y, y - signed(b) / 200)
    var xyz = SIMD3<Double>.zero
    for c in 0..<3 {
      xyz[c] = white[c] * (f[c] > 24 / 116.0 ? f[c] * f[c] * f[c] : (f[c] - 16 / 116.0) * 108 / 841)
    }
    // The inverse of sRGB's primaries adapted to D50 by the Bradford method.
    let linear =
      SIMD3(3.1338561, -0.9787684, 0.0719453) * xyz.x + SIMD3(-1.6168667, 1.9161415, -0.2289914) * xyz.y
      + SIMD3(-0.4906146, 0.0334540, 1.4052427) * xyz.z
    var result = SIMD3<Int>.zero
    for c in 0..<3 {
      let light = min(max(linear[c], 0), 1)
      let level = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
      result[c] = Int((level * Double(1 << bits - 1)).rounded())
    }
    return result
  }
}
