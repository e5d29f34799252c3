/// The mean over all pixels of each image, per channel: N x pixels x C to N x C.
package struct GlobalAveragePool: Sendable {
  let images: Int
  let pixels: Int
  let channels: Int

  package init(images: Int, pixels: Int, channels: Int) {
    self.images = images
    self.pixels = pixels
    self.channels = channels
  }

  /// Overwrites the result. The sums are taken image by image.
  /// - Parameter sums: of `channels`.
  package func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, sums: PartialSums) {
    let share = 1 / Float(pixels)
    for image in 0..<images {
      addColumnSums(x + image * pixels * channels, rows: pixels, columns: channels, sums: sums)
      for c in 0..<channels { y[image * channels + c] = sums.pointer[c] * share }
    }
  }

  /// Overwrites dx, or adds to it.
  package func backward(dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, accumulate: Bool) {
    let share = Vector(repeating: 1 / Float(pixels))
    forEachRange(of: images * pixels, grain: max(1, streamingGrain / max(1, channels))) { range in
      for pixel in range {
        let from = dy + pixel / pixels &* channels, to = dx + pixel &* channels
        var c = 0
        while c < channels {
          var gradient = load(from + c) * share
          if accumulate { gradient += load(to + c) }
          store(gradient, to + c, count: channels &- c)
          c &+= vectorWidth
        }
      }
    }
  }
}
