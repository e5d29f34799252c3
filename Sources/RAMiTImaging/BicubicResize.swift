import RAMiTParallel

/// MATLAB's `imresize(image, scale, 'bicubic')`: antialiased where it shrinks, rows before columns, rounded to whole
/// levels after each, the edge pixel repeated beyond the edges. The inputs of the super-resolution benchmarks were made
/// this way.
///
/// - Parameters:
///   - width: of the result; MATLAB takes ceil(size * scale).
///   - height: of the result; MATLAB takes ceil(size * scale).
///   - scale: the factor by which both sides grow.
public func bicubicResize(_ image: Image, width: Int, height: Int, scale: Double) -> Image {
  precondition(width > 0 && height > 0 && scale > 0, "the result must have pixels")
  precondition(image.width > 0 && image.height > 0, "the image must have pixels")
  let rows = Contributions(from: image.height, to: height, scale: scale)
  let columns = Contributions(from: image.width, to: width, scale: scale)
  switch image.samples {
  case .uint8(let values):
    let result = resize(values, channels: image.channels, from: image.width, rows, columns, maximum: 255)
    return Image(width: width, height: height, channels: image.channels, samples: .uint8(result))
  case .uint16(let values):
    let result = resize(values, channels: image.channels, from: image.width, rows, columns, maximum: 65535)
    return Image(width: width, height: height, channels: image.channels, samples: .uint16(result))
  }
}

/// The low-resolution image of the super-resolution benchmarks: columns at the right and rows at the bottom that do not
/// fill a pixel are cropped away, and the rest is resized.
/// - Precondition: at least one pixel is left.
public func bicubicDownscale(_ image: Image, by scale: Int) -> Image {
  let (width, height) = (image.width / scale, image.height / scale)
  let whole =
    image.width == width * scale && image.height == height * scale
    ? image : image.cropped(x: 0, y: 0, width: width * scale, height: height * scale)
  return bicubicResize(whole, width: width, height: height, scale: 1 / Double(scale))
}

/// The baseline of super-resolution.
public func bicubicUpscale(_ image: Image, by scale: Int) -> Image {
  bicubicResize(image, width: image.width * scale, height: image.height * scale, scale: Double(scale))
}

private func resize<Sample: FixedWidthInteger & UnsignedInteger & Sendable>(
  _ source: [Sample], channels: Int, from sourceWidth: Int, _ rows: Contributions, _ columns: Contributions,
  maximum: Double
) -> [Sample] {
  let (width, height, line) = (columns.count, rows.count, sourceWidth * channels)
  /// Halves are rounded up; sums that are a hair off a half count as halves.
  func level(_ value: Double) -> Double { min(max((value + (0.5 + 1e-9)).rounded(.down), 0), maximum) }
  return [Sample](unsafeUninitializedCapacity: width * height * channels) { result, initialized in
    let target = result.baseAddress!
    source.withUnsafeBufferPointer { source in
      let source = source.baseAddress!
      parallelFor(height) { y, _ in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: line) { mixed in
          let mixed = mixed.baseAddress!
          mixed.initialize(repeating: 0, count: line)
          for tap in 0..<rows.taps {
            let weight = rows.weights[y * rows.taps + tap], from = source + rows.places[y * rows.taps + tap] * line
            if weight != 0 { for i in 0..<line { mixed[i] += weight * Double(from[i]) } }
          }
          for i in 0..<line { mixed[i] = level(mixed[i]) }
          for x in 0..<width {
            for c in 0..<channels {
              var value = 0.0
              for tap in x * columns.taps..<(x + 1) * columns.taps {
                value += columns.weights[tap] * mixed[columns.places[tap] * channels + c]
              }
              (target + (y * width + x) * channels + c).initialize(to: Sample(level(value)))
            }
          }
        }
      }
    }
    initialized = width * height * channels
  }
}

/// For each pixel of the result the source pixels that it is made of, and their weights, which add up to 1.
private struct Contributions {
  let count, taps: Int
  /// [count x taps].
  let places: [Int]
  let weights: [Double]

  init(from size: Int, to count: Int, scale: Double) {
    // Shrinking widens the kernel, so that nothing between the samples is missed.
    let stretch = min(scale, 1), support = 4 / stretch
    let taps = Int(support.rounded(.up)) + 2
    var places: [Int] = [], weights: [Double] = []
    for index in 0..<count {
      // Pixel centres, counted from 1 as in MATLAB.
      let center = (Double(index) + 1) / scale + 0.5 * (1 - 1 / scale)
      let first = Int((center - support / 2).rounded(.down))
      let own = (first..<first + taps).map { stretch * cubic(stretch * (center - Double($0))) }
      let total = own.reduce(0, +)
      weights += own.map { $0 / total }
      places += (first..<first + taps).map { min(max($0 - 1, 0), size - 1) }
    }
    (self.count, self.taps, self.places, self.weights) = (count, taps, places, weights)
  }
}

/// Keys' cubic with a = -1/2 (1981).
private func cubic(_ x: Double) -> Double {
  let x = abs(x)
  if x <= 1 { return (1.5 * x - 2.5) * x * x + 1 }
  if x <= 2 { return ((-0.5 * x + 2.5) * x - 4) * x + 2 }
  return 0
}
