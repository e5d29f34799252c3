extension ChannelPixels {
  /// The mean over all pixels of each sample, per channel: S x P x C to S x C. Overwrites the result. The sums are
  /// taken sample by sample.
  /// - Parameter sums: of `channels`.
  package func average(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, sums: PartialSums) {
    let share = 1 / Float(pixels)
    for sample in 0..<samples {
      addColumnSums(x + sample * pixels * channels, rows: pixels, columns: channels, sums: sums)
      for c in 0..<channels { y[sample * channels + c] = sums.pointer[c] * share }
    }
  }

  /// The gradient of `average`. Overwrites dx, or adds to it.
  package func averageBackward(dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, accumulate: Bool) {
    let share = Vector(repeating: 1 / Float(pixels))
    forEachRange(of: samples * pixels, grain: max(1, streamingGrain / max(1, channels))) { range in
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
