import RAMiTImaging
import RAMiTParallel

/// One channel of an image without its border, in 0 ... 255. Zeros pad the rows to whole vectors and one more.
final class Plane {
  typealias Vector = SIMD8<Double>

  let width, height: Int
  /// The distance from row to row: a multiple of 8, at least width + 8.
  let stride: Int
  /// height x stride.
  let values: UnsafeMutablePointer<Double>

  private init(width: Int, height: Int) {
    self.width = width
    self.height = height
    stride = (width + 15) / 8 * 8
    values = .allocate(capacity: height * stride)
  }

  deinit { values.deallocate() }

  /// Sets every value, and the padding to 0.
  private func fill(_ value: (_ x: Int, _ y: Int) -> Double) {
    parallelFor(height) { y, _ in
      let row = values + y * stride
      for x in 0..<width { (row + x).initialize(to: value(x, y)) }
      (row + width).initialize(repeating: 0, count: stride - width)
    }
  }

  /// The plane of half the sides, rounded up: means of 2 x 2 values, of which the last ones are repeated where they
  /// have no partner.
  func halved() -> Plane {
    let half = Plane(width: (width + 1) / 2, height: (height + 1) / 2)
    half.fill { x, y in
      let top = self.values + 2 * y * self.stride, bottom = 2 * y + 1 < self.height ? top + self.stride : top
      let (left, right) = (2 * x, min(2 * x + 1, self.width - 1))
      return (top[left] + top[right] + bottom[left] + bottom[right]) / 4
    }
    return half
  }

  /// The planes of an 8-bit image that are compared.
  static func planes(of image: Image, _ rules: ScoringRules) -> [Plane] {
    guard case .uint8(let values) = image.samples else { preconditionFailure("scores are of 8-bit images") }
    let (width, count) = (image.width, image.channels)
    let isLuma = rules.channels == .luma && count >= 3, border = rules.border
    return values.withUnsafeBufferPointer { values in
      let first = values.baseAddress! + (border * width + border) * count
      return (0..<(isLuma ? 1 : count)).map { channel in
        let plane = Plane(width: width - 2 * border, height: image.height - 2 * border)
        if isLuma {
          let luma = Luma(rules.luma)
          plane.fill { x, y in luma(first + (y * width + x) * count) }
        } else {
          plane.fill { x, y in Double(first[(y * width + x) * count + channel]) }
        }
        return plane
      }
    }
  }
}

/// Y of a pixel in 0 ... 255, with the roundings of a conversion.
private struct Luma {
  private let conversion: LumaConversion
  private let red, green, blue: [Double]

  init(_ conversion: LumaConversion) {
    self.conversion = conversion
    func part(_ weight: Double) -> [Double] {
      (0..<256).map { conversion == .rounded ? Double($0) / 255 * weight : Double(Float($0) / 255) * weight }
    }
    (red, green, blue) = (part(65.481), part(128.553), part(24.966))
  }

  func callAsFunction(_ pixel: UnsafePointer<UInt8>) -> Double {
    let y = red[Int(pixel[0])] + green[Int(pixel[1])] + blue[Int(pixel[2])] + 16
    switch conversion {
    case .float: return Double(Float(y) / 255 * 255)
    case .basicSR: return Double(Float(y / 255) * 255)
    case .rounded: return y.rounded()
    }
  }
}

/// The sum of squared differences.
func squaredError(_ a: Plane, _ b: Plane) -> Double {
  sumOfRows(a.height) { row, _ in
    let start = row * a.stride
    var total = Plane.Vector()
    for i in stride(from: start, to: start + a.stride, by: 8) {
      let difference = load(a.values + i) - load(b.values + i)
      total += difference * difference
    }
    return total.sum()
  }
}

/// The sum of each row's value, in the order of the rows whatever the number of threads.
func sumOfRows(_ rows: Int, _ value: (_ row: Int, _ worker: Int) -> Double) -> Double {
  withUnsafeTemporaryAllocation(of: Double.self, capacity: rows) { totals in
    parallelFor(rows) { row, worker in totals.initializeElement(at: row, to: value(row, worker)) }
    return totals.reduce(0, +)
  }
}

@inline(__always)
func load(_ pointer: UnsafePointer<Double>) -> Plane.Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Plane.Vector.self)
}
