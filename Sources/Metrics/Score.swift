import Foundation
import Imaging
import Parallel

/// Which values of an image are compared.
public enum ScoredChannels: Sendable {
  case rgb
  /// Y of BT.601 studio range, unrounded.
  case luma
}

/// Peak signal-to-noise ratio in dB, and structural similarity.
public struct Score: Equatable, Sendable {
  public let psnr: Double
  public let ssim: Double

  public init(psnr: Double, ssim: Double) {
    self.psnr = psnr
    self.ssim = ssim
  }
}

/// Compares 8-bit images of one size, as the benchmarks of the field do.
/// - Parameter border: pixels left out at each edge; the scale in super-resolution.
/// - Precondition: sizes and channels agree, the depth is 8 bits, and the border leaves pixels to compare.
public func score(_ output: Image, against target: Image, channels: ScoredChannels, border: Int) -> Score {
  precondition(
    output.width == target.width && output.height == target.height && output.channels == target.channels,
    "images of different sizes cannot be compared")
  precondition(2 * border < min(output.width, output.height), "nothing is left inside a border of \(border)")
  let a = planes(output, channels, border), b = planes(target, channels, border)
  let width = output.width - 2 * border, height = output.height - 2 * border
  let similarity = zip(a, b).map { ssim($0, $1, width: width, height: height) }
  return Score(psnr: psnr(a, b), ssim: similarity.reduce(0, +) / Double(a.count))
}

/// 10 log10(255^2 / mean squared error); infinite for equal images.
private func psnr(_ a: [[Double]], _ b: [[Double]]) -> Double {
  var total = 0.0, count = 0
  for (x, y) in zip(a, b) {
    for i in x.indices { total += (x[i] - y[i]) * (x[i] - y[i]) }
    count += x.count
  }
  return total == 0 ? .infinity : 10 * log10(255 * 255 / (total / Double(count)))
}

/// The channels to compare, each as a plane without the border, in 0 ... 255.
private func planes(_ image: Image, _ channels: ScoredChannels, _ border: Int) -> [[Double]] {
  guard case .uint8(let values) = image.samples else { preconditionFailure("scores are of 8-bit images") }
  func plane(_ value: (Int) -> Double) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity((image.width - 2 * border) * (image.height - 2 * border))
    for y in border..<image.height - border {
      for x in border..<image.width - border { result.append(value((y * image.width + x) * image.channels)) }
    }
    return result
  }
  if channels == .luma && image.channels >= 3 {
    return [plane { luma(values[$0], values[$0 + 1], values[$0 + 2]) }]
  }
  return (0..<image.channels).map { c in plane { Double(values[$0 + c]) } }
}

/// Y = 16 + 65.481 R + 128.553 G + 24.966 B of values in 0 ... 1, with the roundings to float32 that the published scores have.
private func luma(_ r: UInt8, _ g: UInt8, _ b: UInt8) -> Double {
  func unit(_ value: UInt8) -> Double { Double(Float(value) / 255) }
  let y = Float(unit(r) * 65.481 + unit(g) * 128.553 + unit(b) * 24.966 + 16)
  return Double(y / 255 * 255)
}

/// Mean structural similarity of two planes (Wang et al., 2004): an 11 x 11 Gaussian window of sigma 1.5, where it fits entirely.
private func ssim(_ a: [Double], _ b: [Double], width: Int, height: Int) -> Double {
  let window = (-5...5).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
  let weights = window.map { $0 / window.reduce(0, +) }
  let innerWidth = width - 10, innerHeight = height - 10
  guard innerWidth > 0, innerHeight > 0 else { return a == b ? 1 : .nan }
  func blurred(_ value: (Int) -> Double) -> [Double] {
    var rows = [Double](repeating: 0, count: innerWidth * height)
    for y in 0..<height {
      for x in 0..<innerWidth {
        var total = 0.0
        for k in 0..<11 { total += weights[k] * value(y * width + x + k) }
        rows[y * innerWidth + x] = total
      }
    }
    var result = [Double](repeating: 0, count: innerWidth * innerHeight)
    for y in 0..<innerHeight {
      for x in 0..<innerWidth {
        var total = 0.0
        for k in 0..<11 { total += weights[k] * rows[(y + k) * innerWidth + x] }
        result[y * innerWidth + x] = total
      }
    }
    return result
  }
  let ma = blurred { a[$0] }, mb = blurred { b[$0] }
  let aa = blurred { a[$0] * a[$0] }, bb = blurred { b[$0] * b[$0] }, ab = blurred { a[$0] * b[$0] }
  var total = 0.0
  for i in ma.indices {
    let va = aa[i] - ma[i] * ma[i], vb = bb[i] - mb[i] * mb[i], cov = ab[i] - ma[i] * mb[i]
    total += (2 * ma[i] * mb[i] + 6.5025) * (2 * cov + 58.5225)
      / ((ma[i] * ma[i] + mb[i] * mb[i] + 6.5025) * (va + vb + 58.5225))
  }
  return total / Double(ma.count)
}
