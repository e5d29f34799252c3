import Foundation
import RAMiTTensorCore

/// The colours of one image: gray levels all over the range, with a tint in common and one of each colour's own.
struct Palette {
  private let tint: SIMD3<Float>
  private let saturation: Float

  init(random: inout RandomNumbers) {
    tint = SIMD3(random.uniform(-0.08, 0.08), random.uniform(-0.04, 0.04), random.uniform(-0.08, 0.08))
    saturation = random.uniform(0.02, 0.2)
  }

  func color(random: inout RandomNumbers) -> SIMD3<Float> {
    let level = random.uniform(0.02, 0.98)
    let own = SIMD3(random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)) * saturation
    return (SIMD3(repeating: level) + tint + own).clamped(
      lowerBound: SIMD3(repeating: 0), upperBound: SIMD3(repeating: 1))
  }
}

/// How a leaf is coloured: two colours, and a pattern that goes from one to the other.
struct LeafFill {
  enum Pattern {
    case flat
    /// A ramp along u; the slope is per pixel.
    case gradient(slope: Float)
    /// Waves along u: angular frequency, phase, and sharpness (large is stripes).
    case grating(frequency: Float, phase: Float, sharpness: Float)
    /// Waves along u and v, multiplied.
    case checks(frequency: Float, sharpness: Float)
    /// Fractal noise; the frequency is of the coarsest octave, per pixel.
    case noise(frequency: Float)
  }

  let first, second: SIMD3<Float>
  let pattern: Pattern
  /// The strength of the fine grain that is added everywhere.
  let grain: Float
  /// Where the leaf reads the noise.
  let noiseX, noiseY: Float

  /// - Parameter extent: half the leaf's length.
  init(extent: Float, palette: Palette, random: inout RandomNumbers) {
    first = palette.color(random: &random)
    second = first + (palette.color(random: &random) - first) * random.uniform(0.1, 1)
    switch random.below(10) {
    case 0..<2: pattern = .flat
    case 2..<5: pattern = .gradient(slope: random.uniform(0.2, 1) / max(extent, 1))
    case 5..<7:
      pattern = .grating(
        frequency: 2 * .pi / random.uniform(2.5, 16), phase: random.uniform(0, 6.3), sharpness: random.uniform(0.5, 3))
    case 7: pattern = .checks(frequency: 2 * .pi / random.uniform(4, 16), sharpness: random.uniform(0.5, 4))
    default: pattern = .noise(frequency: random.uniform(0.05, 0.5))
    }
    grain = random.below(2) == 0 ? 0 : random.uniform(0, 0.06)
    (noiseX, noiseY) = (random.uniform(0, 64), random.uniform(0, 64))
  }

  /// The colour at (u, v), in the leaf's own axes.
  @inline(__always)
  func color(_ u: Float, _ v: Float, _ noise: NoiseLattice) -> SIMD3<Float> {
    var blend: Float
    switch pattern {
    case .flat: blend = 0
    case .gradient(let slope): blend = 0.5 + slope * u
    case .grating(let frequency, let phase, let sharpness): blend = 0.5 + sharpness * sin(frequency * u + phase)
    case .checks(let frequency, let sharpness): blend = 0.5 + sharpness * sin(frequency * u) * sin(frequency * v)
    case .noise(let frequency):
      let (x, y) = (u * frequency + noiseX, v * frequency + noiseY)
      blend = 0.5 * noise.value(x, y) + 0.3 * noise.value(2 * x, 2 * y) + 0.2 * noise.value(4 * x, 4 * y)
    }
    blend = min(1, max(0, blend))
    var color = first + (second - first) * blend
    if grain > 0 { color += grain * (2 * noise.value(u + noiseX, v + noiseY) - 1) }
    return color
  }
}

/// Random values on a grid that repeats, smoothly interpolated.
struct NoiseLattice: Sendable {
  private static let side = 64
  private let values: [Float]

  init(seed: UInt64) {
    var random = RandomNumbers(seed: seed)
    values = (0..<Self.side * Self.side).map { _ in random.uniform() }
  }

  /// The value at a point, in [0, 1].
  @inline(__always)
  func value(_ x: Float, _ y: Float) -> Float {
    let (floorX, floorY) = (x.rounded(.down), y.rounded(.down))
    let (dx, dy) = (x - floorX, y - floorY)
    let (sx, sy) = (dx * dx * (3 - 2 * dx), dy * dy * (3 - 2 * dy))
    let mask = Self.side - 1
    let (left, top) = (Int(floorX) & mask, Int(floorY) & mask)
    let (right, bottom) = ((left + 1) & mask, (top + 1) & mask)
    return values.withUnsafeBufferPointer { values in
      let upper = values[top * Self.side + left] * (1 - sx) + values[top * Self.side + right] * sx
      let lower = values[bottom * Self.side + left] * (1 - sx) + values[bottom * Self.side + right] * sx
      return upper * (1 - sy) + lower * sy
    }
  }
}
