import Foundation
import RAMiTImaging
import RAMiTTensorCore

/// Images that need no files and never end: leaves that hide one another, with textures, gradients and lines.
///
/// Occlusion gives them the edges, and the power law of the leaves' sizes the spectrum, of natural images (dead leaves
/// model: Matheron, 1968; Lee, Mumford and Huang, 2001), so what a model learns from them carries over to photos.
package struct DeadLeaves: Sendable {
  private let seed: UInt64
  private let noise: NoiseLattice

  package init(seed: UInt64) {
    self.seed = seed
    noise = NoiseLattice(seed: seed)
  }

  /// The RGB image of this number.
  package func image(_ index: Int, width: Int, height: Int) -> Image {
    var random = RandomNumbers(seed: seed, UInt64(index))
    var canvas = Canvas(width: width, height: height)
    let palette = Palette(random: &random)
    let smallest = exp2(random.uniform(2, 5))
    // From the front to the back: a pixel is done when nothing shines through, and hidden leaves cost next to nothing.
    let most = 64 + width * height / 16
    for _ in 0..<most where canvas.isOpen {
      canvas.draw(Leaf(width: width, height: height, smallest: smallest, palette: palette, random: &random), noise)
    }
    return canvas.image(background: palette.color(random: &random))
  }
}

/// An image that is painted from the front to the back.
private struct Canvas {
  private let width, height: Int
  private var colors: [SIMD3<Float>]
  /// What still shines through each pixel, 1 to 0.
  private var open: [Float]
  private var openSum: Float
  /// Below this nothing can be seen of what is behind: half a gray level.
  private let opaque: Float = 1 / 512

  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    colors = Array(repeating: .zero, count: width * height)
    open = Array(repeating: 1, count: width * height)
    openSum = Float(width * height)
  }

  /// True while more than a few pixels shine through.
  var isOpen: Bool { openSum > 0.002 * Float(width * height) }

  mutating func draw(_ leaf: Leaf, _ noise: NoiseLattice) {
    let columns = Self.range(leaf.centerX, leaf.extentX, limit: width)
    let rows = Self.range(leaf.centerY, leaf.extentY, limit: height)
    var covered: Float = 0
    open.withUnsafeMutableBufferPointer { open in
      colors.withUnsafeMutableBufferPointer { colors in
        for row in rows {
          let y = Float(row) + 0.5 - leaf.centerY
          for column in columns {
            let pixel = row &* width &+ column
            let shine = open[pixel]
            if shine < opaque { continue }
            let x = Float(column) + 0.5 - leaf.centerX
            let u = leaf.axisX * x + leaf.axisY * y, v = leaf.axisX * y - leaf.axisY * x
            let coverage = leaf.coverage(u, v)
            if coverage <= 0 { continue }
            let part = shine * coverage
            colors[pixel] += part * leaf.fill.color(u, v, noise)
            open[pixel] = shine - part
            covered += part
          }
        }
      }
    }
    openSum -= covered
  }

  /// The pixels whose centres lie within `extent` of `center`.
  private static func range(_ center: Float, _ extent: Float, limit: Int) -> Range<Int> {
    let low = min(max(Int((center - extent).rounded(.down)), 0), limit)
    return low..<min(max(Int((center + extent).rounded(.up)), low), limit)
  }

  func image(background: SIMD3<Float>) -> Image {
    var samples = [UInt8](repeating: 0, count: width * height * 3)
    for pixel in 0..<width * height {
      let color = (colors[pixel] + open[pixel] * background) * 255
      let rounded = color.clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255)).rounded(.toNearestOrEven)
      for channel in 0..<3 { samples[pixel * 3 + channel] = UInt8(rounded[channel]) }
    }
    return Image(width: width, height: height, channels: 3, samples: .uint8(samples))
  }
}
