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
/// Where it fits nowhere there is no value: not a number, or 1 for equal planes.
private func ssim(_ a: [Double], _ b: [Double], width: Int, height: Int) -> Double {
  let window = (-5...5).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
  let weights = window.map { $0 / window.reduce(0, +) }
  let innerWidth = width - 10, innerHeight = height - 10
  guard innerWidth > 0, innerHeight > 0 else { return a == b ? 1 : .nan }
  var rows = [Double](repeating: 0, count: innerHeight)
  rows.withUnsafeMutableBufferPointer { rows in
    let sums = rows.baseAddress!
    parallelFor(innerHeight) { y, _ in
      // Of a, b, a a, b b and a b: down the window's rows, then along them.
      var columns = [[Double]](repeating: [Double](repeating: 0, count: width), count: 5)
      for k in 0..<11 {
        let start = (y + k) * width, weight = weights[k]
        for x in 0..<width {
          let (p, q) = (a[start + x], b[start + x])
          columns[0][x] += weight * p
          columns[1][x] += weight * q
          columns[2][x] += weight * p * p
          columns[3][x] += weight * q * q
          columns[4][x] += weight * p * q
        }
      }
      let mean = columns.map { column in
        var blurred = [Double](repeating: 0, count: innerWidth)
        for k in 0..<11 {
          for x in 0..<innerWidth { blurred[x] += weights[k] * column[x + k] }
        }
        return blurred
      }
      var total = 0.0
      for x in 0..<innerWidth {
        let (ma, mb) = (mean[0][x], mean[1][x])
        let va = mean[2][x] - ma * ma, vb = mean[3][x] - mb * mb, covariance = mean[4][x] - ma * mb
        total +=
          (2 * ma * mb + 6.5025) * (2 * covariance + 58.5225)
          / ((ma * ma + mb * mb + 6.5025) * (va + vb + 58.5225))
      }
      sums[y] = total
    }
  }
  return rows.reduce(0, +) / Double(innerWidth * innerHeight)
}
