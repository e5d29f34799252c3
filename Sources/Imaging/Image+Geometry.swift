extension Image {
  /// The rectangle whose top left pixel is (x, y).
  /// - Precondition: it lies inside the image.
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> Image {
    precondition(x >= 0 && y >= 0 && x + width <= self.width && y + height <= self.height, "the crop leaves the image")
    return rearranged(width: width, height: height) { (x + $0, y + $1) }
  }

  /// Left and right exchanged.
  public func flippedHorizontally() -> Image {
    rearranged(width: width, height: height) { (self.width - 1 - $0, $1) }
  }

  /// Turned counter-clockwise by quarter turns.
  public func rotated(quarterTurns: Int) -> Image {
    switch (quarterTurns % 4 + 4) % 4 {
    case 1: rearranged(width: height, height: width) { (self.width - 1 - $1, $0) }
    case 2: rearranged(width: width, height: height) { (self.width - 1 - $0, self.height - 1 - $1) }
    case 3: rearranged(width: height, height: width) { ($1, self.height - 1 - $0) }
    default: self
    }
  }

  /// The image whose pixel (x, y) is this one's pixel `source(x, y)`.
  private func rearranged(width: Int, height: Int, _ source: (Int, Int) -> (x: Int, y: Int)) -> Image {
    func gather<Sample>(_ values: [Sample]) -> [Sample] {
      var result: [Sample] = []
      result.reserveCapacity(width * height * channels)
      for y in 0..<height {
        for x in 0..<width {
          let (fromX, fromY) = source(x, y)
          let start = (fromY * self.width + fromX) * channels
          result.append(contentsOf: values[start..<start + channels])
        }
      }
      return result
    }
    switch samples {
    case .uint8(let values):
      return Image(width: width, height: height, channels: channels, samples: .uint8(gather(values)))
    case .uint16(let values):
      return Image(width: width, height: height, channels: channels, samples: .uint16(gather(values)))
    }
  }
}
