import Foundation
import RAMiTImaging
import RAMiTTensorCore

/// Rain between the camera and the scene: two layers of streaks, near and far, that brighten what is behind them.
///
/// The streaks of a layer have one direction and vary in length, width and strength; what they add saturates (screen
/// blending), and a thin veil takes contrast away, as heavy rain does.
struct Rain {
  private let layers: [Layer]
  private let veil: Float

  private struct Layer {
    /// Streaks of a pixel.
    let density: Float
    /// The tangent of the direction: pixels to the right per pixel down.
    let slant: Float
    let length, width, strength: Float

    init(scale: Float, slant: Float, random: inout RandomNumbers) {
      density = exp(random.uniform(log(0.002), log(0.012))) / scale
      self.slant = slant + random.uniform(-0.05, 0.05)
      length = random.uniform(10, 32) * scale
      width = random.uniform(0.45, 0.8) * scale
      strength = random.uniform(0.4, 0.9)
    }
  }

  init(random: inout RandomNumbers) {
    let slant = tan(random.uniform(-0.6, 0.6))
    layers = [0.8, 1.6].map { Layer(scale: $0, slant: slant, random: &random) }
    veil = random.uniform(0, 0.15)
  }

  /// - Parameter image: RGB, 8 bits.
  func applied(to image: Image, streaks random: RandomNumbers) -> Image {
    guard case .uint8(let levels) = image.samples, image.channels == 3 else {
      preconditionFailure("rain is for RGB of 8 bits")
    }
    var random = random
    var rain = [Float](repeating: 0, count: image.width * image.height)
    for layer in layers {
      let area = Float(image.width * image.height)
      let count = Int((layer.density * area).rounded(.up))
      for _ in 0..<count { draw(layer, into: &rain, image.width, image.height, random: &random) }
    }
    var result = [UInt8](repeating: 0, count: levels.count)
    for place in levels.indices {
      // The colour of wet air is a light gray.
      let behind = Float(levels[place]) / 255 * (1 - veil) + 0.75 * veil
      let value = 1 - (1 - behind) * (1 - min(rain[place / 3], 0.9))
      result[place] = UInt8((min(max(value, 0), 1) * 255).rounded())
    }
    return Image(width: image.width, height: image.height, channels: 3, samples: .uint8(result))
  }

  /// One streak: Gaussian across, fading towards both ends.
  private func draw(
    _ layer: Layer, into rain: inout [Float], _ width: Int, _ height: Int, random: inout RandomNumbers
  ) {
    let half = layer.length * random.uniform(0.5, 1) / 2
    let sigma = layer.width * random.uniform(0.7, 1.3)
    let strength = layer.strength * random.uniform(0.4, 1)
    let slant = layer.slant + random.uniform(-0.04, 0.04)
    let centerX = random.uniform(-0.1, 1.1) * Float(width), centerY = random.uniform(-0.1, 1.1) * Float(height)
    // Across the streak, a pixel to the right is this far away.
    let across = 1 / (1 + slant * slant).squareRoot()
    let reach = 3 * sigma / across, tall = half * across
    let top = max(Int((centerY - tall).rounded(.up)), 0), bottom = min(Int((centerY + tall).rounded(.down)), height - 1)
    guard top <= bottom else { return }
    for y in top...bottom {
      let along = (Float(y) - centerY) / tall
      let middle = centerX + (Float(y) - centerY) * slant
      let left = max(Int((middle - reach).rounded(.up)), 0),
        right = min(Int((middle + reach).rounded(.down)), width - 1)
      guard left <= right else { continue }
      let fade = strength * (1 - along * along)
      for x in left...right {
        let distance = (Float(x) - middle) * across / sigma
        rain[y * width + x] += fade * exp(-distance * distance / 2)
      }
    }
  }
}
