extension Image {
  /// The image with invisible colours, those of alpha 0, replaced by their neighbours'; all other pixels stay as they
  /// are. Interpolation between the two then shows no colour that was hidden.
  ///
  /// The visible part grows by rings of one pixel: a pixel becomes the mean of those of its eight neighbours that are
  /// visible, weighted by alpha, or filled already. An image without any visible pixel stays as it is.
  public func fillingTransparentColors() -> Image {
    guard isTransparent else { return self }
    let samples: Samples =
      switch samples {
      case .uint8(let values): .uint8(filled(values))
      case .uint16(let values): .uint16(filled(values))
      }
    return Image(width: width, height: height, channels: channels, samples: samples)
  }

  private func filled<Sample: FixedWidthInteger & UnsignedInteger>(_ values: [Sample]) -> [Sample] {
    let width = width, height = height, channels = channels
    // What a pixel weighs in its neighbours' means: alpha, or all when it has been filled. The colours come later.
    var weights = (0..<width * height).map { values[$0 * channels + channels - 1] }
    var result = values

    /// Calls `body` with each pixel around one.
    func forNeighbors(of pixel: Int, _ body: (Int) -> Void) {
      let (x, y) = (pixel % width, pixel / width)
      for row in max(0, y - 1)...min(height - 1, y + 1) {
        for column in max(0, x - 1)...min(width - 1, x + 1) where row != y || column != x { body(row * width + column) }
      }
    }

    var ring: [Int] = []
    for pixel in weights.indices where weights[pixel] == 0 {
      var isAtEdge = false
      forNeighbors(of: pixel) { if weights[$0] > 0 { isAtEdge = true } }
      if isAtEdge { ring.append(pixel) }
    }
    var isInRing = [Bool](repeating: false, count: weights.count)
    for pixel in ring { isInRing[pixel] = true }
    while !ring.isEmpty {
      for pixel in ring {
        var total = 0
        var sums = (0, 0, 0)
        forNeighbors(of: pixel) { other in
          let weight = Int(weights[other]), from = other * channels
          total += weight
          sums.0 += weight * Int(result[from])
          if channels == 4 {
            sums.1 += weight * Int(result[from + 1])
            sums.2 += weight * Int(result[from + 2])
          }
        }
        result[pixel * channels] = Sample((sums.0 + total / 2) / total)
        guard channels == 4 else { continue }
        result[pixel * channels + 1] = Sample((sums.1 + total / 2) / total)
        result[pixel * channels + 2] = Sample((sums.2 + total / 2) / total)
      }
      // Only now, so that a ring looks the same from whichever side it is filled.
      for pixel in ring { weights[pixel] = .max }
      var next: [Int] = []
      for pixel in ring {
        forNeighbors(of: pixel) { other in
          guard weights[other] == 0, !isInRing[other] else { return }
          isInRing[other] = true
          next.append(other)
        }
      }
      ring = next
    }
    return result
  }
}
