import Foundation
import RAMiTTensorCore

/// The standard normal numbers of NumPy's legacy generator, in its order: `numpy.random.seed(seed)`, then
/// `numpy.random.normal`. Bit for bit.
struct NumPyNoise {
  private var generator: MersenneTwister
  /// The second number of the last pair.
  private var spare: Double?

  init(seed: UInt32) { generator = MersenneTwister(seed: seed) }

  /// By Marsaglia's polar method: two numbers from a point in the unit circle, of which the second is used first.
  mutating func next() -> Double {
    if let value = spare {
      spare = nil
      return value
    }
    var x = 0.0, y = 0.0, square = 0.0
    repeat {
      x = 2 * uniform() - 1
      y = 2 * uniform() - 1
      square = x * x + y * y
    } while square >= 1 || square == 0
    let factor = (-2 * log(square) / square).squareRoot()
    spare = factor * x
    return factor * y
  }

  /// In [0, 1), with 53 random bits.
  private mutating func uniform() -> Double {
    let high = generator.next() >> 5, low = generator.next() >> 6
    return (Double(high) * 0x1p26 + Double(low)) * 0x1p-53
  }
}

extension Tensor {
  /// An image, H x W x C in [0, 1], with the noise of evaluations in NumPy: `random.normal(0, sigma / 255, (H, W, C))`
  /// in double precision after seed 0, the sum rounded to single; not clipped.
  /// - Parameter isBGR: the noise's channels are blue, green and red; the image's are red, green and blue.
  func addingNumPyNoise(sigma: Double, isBGR: Bool) -> Tensor {
    var noise = NumPyNoise(seed: 0)
    let result = Tensor(uninitialized: shape)
    let channels = shape[2], deviation = sigma / 255
    for pixel in stride(from: 0, to: count, by: channels) {
      for channel in 0..<channels {
        let i = pixel + (isBGR ? channels - 1 - channel : channel)
        result.pointer[i] = Float(Double(pointer[i]) + deviation * noise.next())
      }
    }
    return result
  }
}
