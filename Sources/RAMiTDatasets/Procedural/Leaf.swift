import Foundation
import RAMiTTensorCore

/// One occluding thing of a dead-leaves image: an ellipse or a convex polygon, somewhere, turned, with a soft edge.
struct Leaf {
  enum Outline {
    /// Half axes.
    case ellipse(Float, Float)
    /// Up to eight half planes: a point is inside where normal . point <= offset for all; unused ones have an infinite
    /// offset.
    case polygon(normalX: SIMD8<Float>, normalY: SIMD8<Float>, offset: SIMD8<Float>)
  }

  let centerX, centerY: Float
  /// The leaf's own axes: (cos, sin) of its angle.
  let axisX, axisY: Float
  let outline: Outline
  /// Half the extent of the leaf's bounding box in the image.
  let extentX, extentY: Float
  /// Pixels over which the edge fades: 1 is sharp, more is out of focus.
  let softness: Float
  let fill: LeafFill

  /// How much of the pixel at (u, v), in the leaf's own axes, the leaf covers: 0 to 1.
  @inline(__always)
  func coverage(_ u: Float, _ v: Float) -> Float {
    let distance: Float
    switch outline {
    case .ellipse(let a, let b):
      // The usual first-order distance to an ellipse: exact for a circle, and on the outline.
      let (x, y) = (u / a, v / b)
      let level = (x * x + y * y).squareRoot()
      let slope = (x * x / (a * a) + y * y / (b * b)).squareRoot()
      distance = slope > 1e-6 ? level * (level - 1) / slope : -a
    case .polygon(let normalX, let normalY, let offset):
      distance = (normalX * u + normalY * v - offset).max()
    }
    return min(1, max(0, 0.5 - distance / softness))
  }
}

extension Leaf {
  /// A random leaf in an image of this size.
  ///
  /// `smallest` is the least radius: small makes a busy image, large a calm one.
  /// Radii follow the power law r^-3, which gives an image of leaves the scale invariance of natural ones (Lee, Mumford
  /// and Huang, "Occlusion Models for Natural Images", 2001).
  init(width: Int, height: Int, smallest: Float, palette: Palette, random: inout RandomNumbers) {
    let largest = max(Float(max(width, height)) / 2, smallest)
    let (steepest, flattest) = (1 / (smallest * smallest), 1 / (largest * largest))
    let radius = 1 / (flattest + (steepest - flattest) * random.uniform()).squareRoot()
    let angle = 2 * Float.pi * random.uniform()
    (axisX, axisY) = (cos(angle), sin(angle))
    centerX = random.uniform(-0.1, 1.1) * Float(width)
    centerY = random.uniform(-0.1, 1.1) * Float(height)
    // One in five is out of focus.
    softness = random.below(5) == 0 ? random.uniform(1, 4) : 1

    let halfLength, halfWidth: Float
    switch random.below(32) {
    case 0..<14:
      halfLength = radius
      halfWidth = radius * (random.below(2) == 0 ? 1 : random.uniform(0.3, 1))
      outline = .ellipse(halfLength, halfWidth)
    case 14..<22:
      halfLength = radius
      halfWidth = radius * random.uniform(0.2, 1)
      outline = Self.polygon([(0, halfLength), (0.5, halfWidth), (1, halfLength), (1.5, halfWidth)])
    case 22..<31:
      halfLength = radius
      halfWidth = radius
      let corners = 3 + random.below(4)
      outline = Self.polygon(
        (0..<corners).map { corner in
          ((2 * Float(corner) + random.uniform(-0.5, 0.5)) / Float(corners), radius * random.uniform(0.4, 0.9))
        })
    default:
      halfLength = random.uniform(smallest, largest)
      halfWidth = random.uniform(0.4, 1.6)
      outline = Self.polygon([(0, halfLength), (0.5, halfWidth), (1, halfLength), (1.5, halfWidth)])
    }
    // The corners of a triangle reach about twice as far as its sides; what reaches farther is cropped.
    let reach: Float = if case .ellipse = outline { 1 } else { halfLength == halfWidth ? 2 : 1 }
    extentX = reach * (abs(axisX) * halfLength + abs(axisY) * halfWidth) + softness
    extentY = reach * (abs(axisY) * halfLength + abs(axisX) * halfWidth) + softness
    fill = LeafFill(extent: halfLength, palette: palette, random: &random)
  }

  /// A convex polygon from its sides: the direction of each one's normal in half turns, and its distance from the
  /// centre.
  private static func polygon(_ sides: [(direction: Float, distance: Float)]) -> Outline {
    var normalX = SIMD8<Float>(repeating: 0), normalY = normalX
    var offset = SIMD8<Float>(repeating: .infinity)
    for (place, side) in sides.enumerated() {
      normalX[place] = cos(side.direction * .pi)
      normalY[place] = sin(side.direction * .pi)
      offset[place] = side.distance
    }
    return .polygon(normalX: normalX, normalY: normalY, offset: offset)
  }
}

extension RandomNumbers {
  /// Uniform between two values.
  mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * uniform() }
}
