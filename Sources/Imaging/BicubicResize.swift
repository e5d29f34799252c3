import Parallel

/// MATLAB's `imresize(image, scale, 'bicubic')`: antialiased where it shrinks, edges mirrored, rows before columns.
///
/// - Parameters:
///   - width, height: of the result; MATLAB takes ceil(size * scale).
///   - scale: the factor by which both sides grow.
public func bicubicResize(_ image: Image, width: Int, height: Int, scale: Double) -> Image {
  precondition(width > 0 && height > 0 && scale > 0, "the result must have pixels")
  let rows = contributions(from: image.height, to: height, scale: scale)
  let columns = contributions(from: image.width, to: width, scale: scale)
  let maximum: Double = image.bitDepth == 8 ? 255 : 65535
  func resize<Sample: FixedWidthInteger & UnsignedInteger & Sendable>(_ source: [Sample]) -> [Sample] {
    let channels = image.channels, line = image.width * channels
    var result = [Sample](repeating: 0, count: width * height * channels)
    source.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { result in
        let target = result.baseAddress!, source = source.baseAddress!
        parallelFor(height) { y, _ in
          var mixed = [Double](repeating: 0, count: line)
          for (row, weight) in rows[y] {
            for i in 0..<line { mixed[i] += weight * Double(source[row * line + i]) }
          }
          for x in 0..<width {
            for c in 0..<channels {
              var value = 0.0
              for (column, weight) in columns[x] { value += weight * mixed[column * channels + c] }
              // MATLAB rounds halves away from zero; sums that are a hair off a half count as halves.
              target[(y * width + x) * channels + c] = Sample(min(max(value + 1e-9, 0), maximum).rounded())
            }
          }
        }
      }
    }
    return result
  }
  switch image.samples {
  case .uint8(let values):
    return Image(width: width, height: height, channels: image.channels, samples: .uint8(resize(values)))
  case .uint16(let values):
    return Image(width: width, height: height, channels: image.channels, samples: .uint16(resize(values)))
  }
}

/// The low-resolution image of the super-resolution benchmarks: floor(size / scale), right and bottom rests cut off.
public func bicubicDownscale(_ image: Image, by scale: Int) -> Image {
  bicubicResize(image, width: image.width / scale, height: image.height / scale, scale: 1 / Double(scale))
}

/// The baseline of super-resolution.
public func bicubicUpscale(_ image: Image, by scale: Int) -> Image {
  bicubicResize(image, width: image.width * scale, height: image.height * scale, scale: Double(scale))
}

/// For each result pixel the source pixels that it is made of, and their weights, which add up to 1.
private func contributions(from size: Int, to count: Int, scale: Double) -> [[(Int, Double)]] {
  // Shrinking widens the kernel, so that nothing between the samples is missed.
  let stretch = min(scale, 1), support = 4 / stretch
  return (0..<count).map { index in
    let center = (Double(index) + 1) / scale + 0.5 * (1 - 1 / scale)
    let first = Int((center - support / 2).rounded(.down))
    let taps = (first...first + Int(support.rounded(.up)) + 1).map { place in
      (mirrored(place - 1, size), stretch * cubic(stretch * (center - Double(place))))
    }
    let total = taps.reduce(0) { $0 + $1.1 }
    return taps.filter { $0.1 != 0 }.map { ($0.0, $0.1 / total) }
  }
}

/// The place inside 0 ..< size of a place that mirrors beyond the edges, the edge pixel repeated.
private func mirrored(_ place: Int, _ size: Int) -> Int {
  let turn = ((place % (2 * size)) + 2 * size) % (2 * size)
  return turn < size ? turn : 2 * size - 1 - turn
}

/// Keys' cubic with a = -1/2 (1981).
private func cubic(_ x: Double) -> Double {
  let x = abs(x)
  if x <= 1 { return (1.5 * x - 2.5) * x * x + 1 }
  if x <= 2 { return ((-0.5 * x + 2.5) * x - 4) * x + 2 }
  return 0
}
