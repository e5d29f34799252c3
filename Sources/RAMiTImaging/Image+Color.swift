extension Image {
  /// One channel, with OpenCV's fixed-point weights of red, green and blue (0.299, 0.587, 0.114); alpha is dropped.
  public func grayscale() -> Image {
    if channels == 1 { return self }
    if channels == 2 { return selecting([0]) }
    let channels = channels
    func gray<Sample: FixedWidthInteger & UnsignedInteger>(_ values: [Sample]) -> [Sample] {
      values.withUnsafeBufferPointer { values in
        (0..<width * height).map { pixel in
          let (r, g, b) = (values[pixel * channels], values[pixel * channels + 1], values[pixel * channels + 2])
          return Sample(truncatingIfNeeded: (Int(r) &* 4899 &+ Int(g) &* 9617 &+ Int(b) &* 1868 &+ 8192) >> 14)
        }
      }
    }
    switch samples {
    case .uint8(let bytes): return Image(width: width, height: height, channels: 1, samples: .uint8(gray(bytes)))
    case .uint16(let words): return Image(width: width, height: height, channels: 1, samples: .uint16(gray(words)))
    }
  }

  /// Three channels; gray is replicated, alpha dropped.
  public func rgb() -> Image {
    switch channels {
    case 3: self
    case 4: selecting([0, 1, 2])
    default: selecting([0, 0, 0])
    }
  }

  /// One channel as a gray image.
  package func channel(_ channel: Int) -> Image { selecting([channel]) }

  /// The alpha channel as a gray image; nil without one.
  public var alpha: Image? { hasAlpha ? selecting([channels - 1]) : nil }

  /// The image without its alpha channel.
  public var opaque: Image { hasAlpha ? selecting(Array(0..<channels - 1)) : self }

  /// The image with this alpha channel after its own channels.
  /// - Precondition: the image has no alpha; `alpha` is gray, of the same size and depth.
  public func with(alpha: Image) -> Image {
    precondition(!hasAlpha && alpha.channels == 1, "alpha is one channel beside those without alpha")
    precondition(alpha.width == width && alpha.height == height, "alpha must have the image's size")
    let channels = channels
    func join<Sample>(_ values: [Sample], _ alpha: [Sample]) -> [Sample] {
      let count = values.count + alpha.count
      return [Sample](unsafeUninitializedCapacity: count) { result, initialized in
        values.withUnsafeBufferPointer { values in
          for pixel in alpha.indices {
            let to = pixel * (channels + 1)
            for c in 0..<channels { result.initializeElement(at: to + c, to: values[pixel * channels + c]) }
            result.initializeElement(at: to + channels, to: alpha[pixel])
          }
        }
        initialized = count
      }
    }
    switch (samples, alpha.samples) {
    case (.uint8(let a), .uint8(let b)):
      return Image(width: width, height: height, channels: channels + 1, samples: .uint8(join(a, b)))
    case (.uint16(let a), .uint16(let b)):
      return Image(width: width, height: height, channels: channels + 1, samples: .uint16(join(a, b)))
    default: preconditionFailure("alpha must have the image's depth")
    }
  }

  /// The image of the channels with these numbers.
  private func selecting(_ places: [Int]) -> Image {
    let channels = channels, count = width * height * places.count
    func select<Sample>(_ values: [Sample]) -> [Sample] {
      [Sample](unsafeUninitializedCapacity: count) { result, initialized in
        values.withUnsafeBufferPointer { values in
          for (i, place) in places.enumerated() {
            for pixel in 0..<width * height {
              result.initializeElement(at: pixel * places.count + i, to: values[pixel * channels + place])
            }
          }
        }
        initialized = count
      }
    }
    switch samples {
    case .uint8(let bytes):
      return Image(width: width, height: height, channels: places.count, samples: .uint8(select(bytes)))
    case .uint16(let words):
      return Image(width: width, height: height, channels: places.count, samples: .uint16(select(words)))
    }
  }
}
