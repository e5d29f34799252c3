import Foundation
import RAMiTImaging
import RAMiTTensorCore

/// Darkens a photo as a camera with too little light would take it.
///
/// Light is linear before the camera's curve; a short exposure scales it; the sensor adds noise whose variance grows
/// with the light (shot noise) above a floor (read noise), as Foi et al., "Practical Poissonian-Gaussian noise
/// modeling" (2008).
struct LowLight {
  private let gamma: Float
  /// Exposure times white balance.
  private let gain: SIMD3<Float>
  private let shot, read: Float

  init(random: inout RandomNumbers) {
    gamma = random.uniform(2, 2.4)
    let exposure = exp(random.uniform(log(0.04), log(0.25)))
    gain = SIMD3(random.uniform(0.85, 1.15), 1, random.uniform(0.85, 1.15)) * exposure
    shot = exp(random.uniform(log(1e-4), log(1e-3)))
    read = exp(random.uniform(log(1e-4), log(1e-3)))
  }

  /// - Parameter image: RGB, 8 bits.
  func applied(to image: Image, noise: RandomNumbers) -> Image {
    guard case .uint8(let levels) = image.samples, image.channels == 3 else {
      preconditionFailure("darkening is for RGB of 8 bits")
    }
    var noise = noise
    let light = (0...255).map { pow(Float($0) / 255, gamma) }
    var result = [UInt8](repeating: 0, count: levels.count)
    var spare: Float?
    for place in levels.indices {
      let value = light[Int(levels[place])] * gain[place % 3]
      let normal: Float
      if let held = spare {
        normal = held
        spare = nil
      } else {
        let pair = noise.normalPair()
        normal = pair.0
        spare = pair.1
      }
      let noisy = value + (shot * value + read * read).squareRoot() * normal
      result[place] = UInt8((pow(min(max(noisy, 0), 1), 1 / gamma) * 255).rounded())
    }
    return Image(width: image.width, height: image.height, channels: 3, samples: .uint8(result))
  }
}
