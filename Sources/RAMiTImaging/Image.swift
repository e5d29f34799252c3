/// A picture as files hold it: interleaved rows, top first, of 8 or 16 bits.
public struct Image: Equatable, Sendable {
  /// The values, width * height * channels of them.
  public enum Samples: Equatable, Sendable {
    case uint8([UInt8])
    case uint16([UInt16])

    package var count: Int {
      switch self {
      case .uint8(let values): values.count
      case .uint16(let values): values.count
      }
    }
  }

  /// In pixels.
  public let width, height: Int
  /// 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
  public let channels: Int
  /// Row by row from the top, the channels of a pixel beside each other.
  public var samples: Samples

  /// - Precondition: 1 to 4 channels, and as many samples as the sizes say.
  public init(width: Int, height: Int, channels: Int, samples: Samples) {
    precondition((1...4).contains(channels), "an image has 1 to 4 channels, not \(channels)")
    precondition(
      samples.count == width * height * channels, "\(samples.count) samples for \(width) x \(height) x \(channels)")
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
  }

  /// An image of zeros.
  /// - Precondition: the depth is 8 or 16.
  package init(black width: Int, _ height: Int, channels: Int, bitDepth: Int) {
    precondition(bitDepth == 8 || bitDepth == 16, "the depth is 8 or 16 bits, not \(bitDepth)")
    let count = width * height * channels
    self.init(
      width: width, height: height, channels: channels,
      samples: bitDepth == 8
        ? .uint8([UInt8](repeating: 0, count: count)) : .uint16([UInt16](repeating: 0, count: count)))
  }

  /// 8 or 16.
  public var bitDepth: Int {
    switch samples {
    case .uint8: 8
    case .uint16: 16
    }
  }

  /// Of the samples, in memory.
  package var byteCount: Int { samples.count * bitDepth / 8 }

  /// Alpha is the last channel.
  public var hasAlpha: Bool { channels == 2 || channels == 4 }

  /// Copies the samples, in the machine's order of bytes.
  /// - Precondition: there is room for `byteCount` bytes.
  package func copyBytes(to target: UnsafeMutableRawPointer) {
    switch samples {
    case .uint8(let values): values.withUnsafeBytes { target.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    case .uint16(let values): values.withUnsafeBytes { target.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    }
  }

  /// An image of the form that a header tells, from the bytes that `copyBytes` has written.
  package init(_ header: ImageHeader, bytes: UnsafeRawPointer) {
    func values<Sample>(_ type: Sample.Type) -> [Sample] {
      let count = header.width * header.height * header.channels
      return [Sample](unsafeUninitializedCapacity: count) { values, initialized in
        UnsafeMutableRawBufferPointer(values).copyMemory(
          from: UnsafeRawBufferPointer(start: bytes, count: header.byteCount))
        initialized = count
      }
    }
    self.init(
      width: header.width, height: header.height, channels: header.channels,
      samples: header.bitDepth == 8 ? .uint8(values(UInt8.self)) : .uint16(values(UInt16.self)))
  }
}
