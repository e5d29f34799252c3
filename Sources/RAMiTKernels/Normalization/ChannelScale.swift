import RAMiTParallel

extension ChannelPixels {
  /// y = (x - mean) * scale + shift, with a number of each for every sample and channel (S x C); overwrites y, which
  /// may be x.
  package func normalize(
    _ x: UnsafePointer<Float>, mean: [Float], scale: [Float], shift: [Float], into y: UnsafeMutablePointer<Float>
  ) {
    let numbers = padded(mean) + padded(scale) + padded(shift)
    let count = samples * channels + vectorWidth
    numbers.withUnsafeBufferPointer { numbers in
      let numbers = numbers.baseAddress!
      forEachChunk { sample, _, start, pixels in
        let x = x + start, y = y + start, numbers = numbers + sample &* channels
        for pixel in 0..<pixels {
          let place = pixel &* channels
          var c = 0
          while c < channels {
            let centred = load(x + (place &+ c)) - load(numbers + c)
            let value = multiplyAdd(centred, load(numbers + (count &+ c)), load(numbers + (2 &* count &+ c)))
            store(value, y + (place &+ c), count: channels &- c)
            c &+= vectorWidth
          }
        }
      }
    }
  }

  /// dx = dy * scale + (x - mean) * slope + shift, with a number of each for every sample and channel (S x C);
  /// overwrites dx, or adds to it.
  package func gradient(
    _ x: UnsafePointer<Float>, mean: [Float], dy: UnsafePointer<Float>, scale: [Float], slope: [Float], shift: [Float],
    into dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let numbers = padded(mean) + padded(scale) + padded(slope) + padded(shift)
    let count = samples * channels + vectorWidth
    numbers.withUnsafeBufferPointer { numbers in
      let numbers = numbers.baseAddress!
      forEachChunk { sample, _, start, pixels in
        let x = x + start, dy = dy + start, dx = dx + start, numbers = numbers + sample &* channels
        for pixel in 0..<pixels {
          let place = pixel &* channels
          var c = 0
          while c < channels {
            let centred = load(x + (place &+ c)) - load(numbers + c)
            var value = multiplyAdd(centred, load(numbers + (2 &* count &+ c)), load(numbers + (3 &* count &+ c)))
            value = multiplyAdd(load(dy + (place &+ c)), load(numbers + (count &+ c)), value)
            if accumulate { value += load(dx + (place &+ c)) }
            store(value, dx + (place &+ c), count: channels &- c)
            c &+= vectorWidth
          }
        }
      }
    }
  }
}
