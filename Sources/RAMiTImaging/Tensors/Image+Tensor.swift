import RAMiTTensorCore

extension Image {
  /// The values in [0, 1]: H x W x C.
  public func tensor() -> Tensor {
    Tensor([height, width, channels]) { writeValues(turned: .identity, to: $0) }
  }

  /// Writes the values in [0, 1] of the image turned and mirrored: H x W x C, or W x H x C.
  package func writeValues(turned symmetry: Symmetry, to target: UnsafeMutablePointer<Float>) {
    let gather = PixelGather(symmetry, width: width, height: height), channels = channels
    func write(_ values: [some FixedWidthInteger & UnsignedInteger], maximum: Float) {
      guard !values.isEmpty else { return }
      values.withUnsafeBufferPointer {
        gather.write($0.baseAddress!, channels: channels, to: target) { Float($0) / maximum }
      }
    }
    switch samples {
    case .uint8(let values): write(values, maximum: 255)
    case .uint16(let values): write(values, maximum: 65535)
    }
  }

  /// An image from values in [0, 1]: clamped, scaled, rounded half to even; what is not a number becomes 0.
  /// - Parameter tensor: H x W x C.
  /// - Precondition: the depth is 8 or 16.
  public init(_ tensor: Tensor, bitDepth: Int = 8) {
    precondition(tensor.shape.rank == 3, "an image is H x W x C, not \(tensor.shape)")
    precondition(bitDepth == 8 || bitDepth == 16, "the depth is 8 or 16 bits, not \(bitDepth)")
    let samples: Samples =
      bitDepth == 8
      ? .uint8(levels(tensor.pointer, tensor.count, maximum: 255))
      : .uint16(levels(tensor.pointer, tensor.count, maximum: 65535))
    self.init(width: tensor.shape[1], height: tensor.shape[0], channels: tensor.shape[2], samples: samples)
  }
}

/// The values, clamped to 0 ... 1, times the maximum, rounded half to even.
private func levels<Sample: FixedWidthInteger & UnsignedInteger>(
  _ values: UnsafePointer<Float>, _ count: Int, maximum: Float
) -> [Sample] {
  // From 2^23 on float32's neighbours are 1 apart: adding it rounds, and leaves the whole number in the lowest bits.
  let rounding: Float = 8_388_608
  return [Sample](unsafeUninitializedCapacity: count) { result, initialized in
    for i in 0..<count {
      let value = values[i]
      let clamped: Float = value > 0 ? (value < 1 ? value : 1) : 0
      result.initializeElement(at: i, to: Sample(truncatingIfNeeded: (clamped * maximum + rounding).bitPattern))
    }
    initialized = count
  }
}
