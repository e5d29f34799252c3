import Foundation
import RAMiTTensorCore

/// The standard normal numbers of PyTorch's generator on CPUs, in its order: published denoising scores use this
/// noise.
///
/// Equal to `torch.manual_seed(seed); torch.randn(count)` but for the last digit of its single-precision sine and
/// logarithm (differences below 1e-6).
struct TorchNoise {
  private static let block = 16
  private var generator: MersenneTwister

  /// The first `count` numbers that a new generator gives in one call. (How a call takes its numbers depends on their
  /// count, so two calls for half of them give others.)
  static func normal(count: Int, seed: UInt32) -> [Float] {
    var noise = TorchNoise(generator: MersenneTwister(seed: seed))
    return count < block ? noise.few(count) : noise.many(count)
  }

  /// In blocks of 16 (Box and Muller, 1958), eight uniform numbers for the radius and eight for the angle; the last
  /// 16 are drawn again where the count is no multiple of that.
  private mutating func many(_ count: Int) -> [Float] {
    var values = (0..<count).map { _ in uniform() }
    for start in stride(from: 0, through: count - Self.block, by: Self.block) { Self.transform(&values, start) }
    if count % Self.block != 0 {
      for i in count - Self.block..<count { values[i] = uniform() }
      Self.transform(&values, count - Self.block)
    }
    return values
  }

  private static func transform(_ values: inout [Float], _ start: Int) {
    for i in start..<start + block / 2 {
      // 1 - u is in (0, 1], where the logarithm is finite. Angles are rounded to single precision, as PyTorch's are.
      let radius = (-2 * log(Double(1 - values[i]))).squareRoot()
      let angle = Double(Float(2 * Double.pi) * values[i + block / 2])
      values[i] = Float(radius * cos(angle))
      values[i + block / 2] = Float(radius * sin(angle))
    }
  }

  /// One pair after the other, in double precision.
  private mutating func few(_ count: Int) -> [Float] {
    var values: [Float] = []
    while values.count < count {
      let angle = 2 * Double.pi * preciseUniform()
      let radius = (-2 * log1p(-preciseUniform())).squareRoot()
      values += [Float(radius * cos(angle)), Float(radius * sin(angle))]
    }
    return Array(values.prefix(count))
  }

  /// In [0, 1), with 24 random bits.
  private mutating func uniform() -> Float { Float(generator.next() & 0xff_ffff) * 0x1p-24 }

  /// In [0, 1), with 53 random bits.
  private mutating func preciseUniform() -> Double {
    let high = UInt64(generator.next()), low = UInt64(generator.next())
    let bits = (high << 32 | low) & 0x1f_ffff_ffff_ffff
    return Double(bits) * 0x1p-53
  }
}

extension Tensor {
  /// An image, H x W x C in [0, 1], with the noise of the published evaluation: `torch.randn(C, H, W)` after seed 0,
  /// times sigma / 255; not clipped.
  package func addingPublishedNoise(sigma: Double) -> Tensor {
    let noise = TorchNoise.normal(count: count, seed: 0)
    let result = Tensor(uninitialized: shape)
    let channels = shape[2], pixels = shape[0] * shape[1], sigma = Float(sigma)
    for pixel in 0..<pixels {
      for channel in 0..<channels {
        let i = pixel * channels + channel
        result.pointer[i] = pointer[i] + noise[channel * pixels + pixel] * sigma / 255
      }
    }
    return result
  }
}
