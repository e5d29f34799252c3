extension Image {
  /// The rectangle whose top left pixel is (x, y).
  /// - Precondition: it lies inside the image.
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> Image {
    precondition(x >= 0 && y >= 0 && x + width <= self.width && y + height <= self.height, "the crop leaves the image")
    return rearranged(width: width, height: height, first: (x, y), right: (1, 0), down: (0, 1))
  }

  /// Left and right exchanged.
  public func flippedHorizontally() -> Image { turned(.mirrored) }

  /// Turned counter-clockwise by quarter turns.
  public func rotated(quarterTurns: Int) -> Image {
    switch (quarterTurns % 4 + 4) % 4 {
    case 1: turned(.quarterTurnCounterclockwise)
    case 2: turned(.upsideDown)
    case 3: turned(.quarterTurnClockwise)
    default: self
    }
  }

  /// The image whose pixel (x, y) is this one's pixel first + x right + y down.
  /// - Precondition: all of them lie inside this image.
  func rearranged(
    width: Int, height: Int, first: (x: Int, y: Int), right: (x: Int, y: Int), down: (x: Int, y: Int)
  ) -> Image {
    let channels = channels, count = width * height * channels
    func place(_ pixel: (x: Int, y: Int)) -> Int { (pixel.y * self.width + pixel.x) * channels }
    let (start, stepRight, stepDown) = (place(first), place(right), place(down))
    func gather<Sample>(_ values: [Sample]) -> [Sample] {
      guard count > 0 else { return [] }
      return [Sample](unsafeUninitializedCapacity: count) { target, initialized in
        values.withUnsafeBufferPointer { values in
          var to = target.baseAddress!
          for y in 0..<height {
            var from = values.baseAddress! + (start + y * stepDown)
            if stepRight == channels {
              to.initialize(from: from, count: width * channels)
              to += width * channels
              continue
            }
            for _ in 0..<width {
              for c in 0..<channels { (to + c).initialize(to: from[c]) }
              to += channels
              from += stepRight
            }
          }
        }
        initialized = count
      }
    }
    switch samples {
    case .uint8(let values):
      return Image(width: width, height: height, channels: channels, samples: .uint8(gather(values)))
    case .uint16(let values):
      return Image(width: width, height: height, channels: channels, samples: .uint16(gather(values)))
    }
  }
}
