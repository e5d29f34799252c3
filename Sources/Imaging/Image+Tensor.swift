import Parallel
import TensorCore

extension Image {
  /// The values in [0, 1]: H x W x C.
  public func tensor() -> Tensor {
    let result = Tensor(uninitialized: [height, width, channels])
    let target = result.pointer
    switch samples {
    case .uint8(let values): scale(values, by: 255, into: target)
    case .uint16(let values): scale(values, by: 65535, into: target)
    }
    return result
  }

  /// An image from values in [0, 1]: clamped, scaled, rounded half to even; what is not a number becomes 0.
  /// - Parameter tensor: H x W x C.
  /// - Precondition: the depth is 8 or 16.
  public init(_ tensor: Tensor, bitDepth: Int = 8) {
    precondition(tensor.shape.rank == 3, "an image is H x W x C, not \(tensor.shape)")
    precondition(bitDepth == 8 || bitDepth == 16, "the depth is 8 or 16 bits, not \(bitDepth)")
    let source = tensor.pointer
    func sample(_ i: Int, _ maximum: Float) -> Float {
      let value = source[i]
      return value > 0 ? (min(value, 1) * maximum).rounded(.toNearestOrEven) : 0
    }
    let samples: Samples =
      bitDepth == 8
      ? .uint8(
        [UInt8](unsafeUninitializedCapacity: tensor.count) { buffer, count in
          for i in 0..<tensor.count { buffer.initializeElement(at: i, to: UInt8(sample(i, 255))) }
          count = tensor.count
        })
      : .uint16(
        [UInt16](unsafeUninitializedCapacity: tensor.count) { buffer, count in
          for i in 0..<tensor.count { buffer.initializeElement(at: i, to: UInt16(sample(i, 65535))) }
          count = tensor.count
        })
    self.init(width: tensor.shape[1], height: tensor.shape[0], channels: tensor.shape[2], samples: samples)
  }
}

/// target = values / maximum.
private func scale<Sample: FixedWidthInteger & UnsignedInteger>(
  _ values: [Sample], by maximum: Float, into target: UnsafeMutablePointer<Float>
) {
  values.withUnsafeBufferPointer { values in
    for i in 0..<values.count { target[i] = Float(values[i]) / maximum }
  }
}
