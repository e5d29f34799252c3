extension Image {
  /// One channel, with OpenCV's fixed-point weights of red, green and blue (0.299, 0.587, 0.114); alpha is dropped.
  public func grayscale() -> Image {
    perPixel(channels: 1) { pixel, values in
      guard pixel.count >= 3 else { return values.append(pixel.first!) }
      values.append((pixel[pixel.startIndex] * 4899 + pixel[pixel.startIndex + 1] * 9617 + pixel[pixel.startIndex + 2] * 1868 + 8192) >> 14)
    }
  }

  /// Three channels; gray is replicated, alpha dropped.
  public func rgb() -> Image {
    if channels == 3 { return self }
    return perPixel(channels: 3) { pixel, values in
      if pixel.count >= 3 {
        values.append(contentsOf: pixel.prefix(3))
      } else {
        values.append(contentsOf: repeatElement(pixel.first!, count: 3))
      }
    }
  }

  /// The alpha channel as a gray image; nil without one.
  public var alpha: Image? {
    hasAlpha ? perPixel(channels: 1) { $1.append($0.last!) } : nil
  }

  private func perPixel(channels: Int, _ body: (ArraySlice<Int>, inout [Int]) -> Void) -> Image {
    func values(_ samples: [Int]) -> [Int] {
      var result: [Int] = []
      result.reserveCapacity(width * height * channels)
      for start in stride(from: 0, to: samples.count, by: self.channels) {
        body(samples[start..<start + self.channels], &result)
      }
      return result
    }
    switch samples {
    case .uint8(let bytes):
      return Image(
        width: width, height: height, channels: channels, samples: .uint8(values(bytes.map(Int.init)).map(UInt8.init)))
    case .uint16(let words):
      return Image(
        width: width, height: height, channels: channels,
        samples: .uint16(values(words.map(Int.init)).map(UInt16.init)))
    }
  }
}
