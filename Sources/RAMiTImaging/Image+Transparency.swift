extension Image {
  /// Whether some pixel is not opaque.
  public var isTransparent: Bool {
    guard hasAlpha else { return false }
    func holds<Sample: FixedWidthInteger>(_ values: [Sample]) -> Bool {
      values.withUnsafeBufferPointer { values in
        stride(from: channels - 1, to: values.count, by: channels).contains { values[$0] != .max }
      }
    }
    return switch samples {
    case .uint8(let values): holds(values)
    case .uint16(let values): holds(values)
    }
  }

  /// The image laid on a colour, without alpha. Gray stays gray on a gray colour, and where nothing shows through.
  public func flattened(onto color: Color) -> Image {
    guard isTransparent else { return opaque }
    guard channels == 4 || color.isGray else { return rgb().with(alpha: alpha!).flattened(onto: color) }
    let colors = channels - 1
    func laid<Sample: FixedWidthInteger & UnsignedInteger>(_ values: [Sample]) -> [Sample] {
      let top = Int(Sample.max)
      let ground = [color.red, color.green, color.blue].map { Int($0) * (top / 255) }
      return [Sample](unsafeUninitializedCapacity: width * height * colors) { result, initialized in
        values.withUnsafeBufferPointer { values in
          for pixel in 0..<width * height {
            let from = pixel * (colors + 1), alpha = Int(values[from + colors])
            for c in 0..<colors {
              let value = (Int(values[from + c]) * alpha + ground[c] * (top - alpha) + top / 2) / top
              result.initializeElement(at: pixel * colors + c, to: Sample(truncatingIfNeeded: value))
            }
          }
        }
        initialized = width * height * colors
      }
    }
    let samples: Samples =
      switch samples {
      case .uint8(let values): .uint8(laid(values))
      case .uint16(let values): .uint16(laid(values))
      }
    return Image(width: width, height: height, channels: colors, samples: samples)
  }
}
