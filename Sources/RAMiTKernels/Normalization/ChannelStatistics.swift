import RAMiTParallel

/// Samples of P pixels of C channels each, S x P x C, and what is summed over the pixels of each sample and channel.
///
/// Batch normalisation takes the whole batch as one sample.
package struct ChannelPixels: Sendable {
  let samples: Int
  let pixels: Int
  let channels: Int

  package init(samples: Int, pixels: Int, channels: Int) {
    self.samples = samples
    self.pixels = pixels
    self.channels = channels
  }

  /// Pixels of one piece of work.
  private var chunk: Int { max(1, min(1024, (1 << 14) / max(1, channels))) }
  var chunks: Int { (pixels + chunk - 1) / chunk }

  /// Calls `body` in parallel for pieces of the samples' pixels.
  /// - Parameter body: gets the sample, the piece's number, its first element and its pixels.
  func forEachChunk(_ body: (_ sample: Int, _ piece: Int, _ start: Int, _ pixels: Int) -> Void) {
    let chunks = self.chunks
    parallelFor(samples * chunks) { piece, _ in
      let (sample, number) = piece.quotientAndRemainder(dividingBy: chunks)
      let first = number &* chunk
      body(sample, piece, (sample &* pixels &+ first) &* channels, min(chunk, pixels &- first))
    }
  }

  /// The mean and the variance (about the mean, over P) of each sample and channel: S x C values each.
  ///
  /// Each piece finds its own mean first; the pieces are then joined in double precision, in their order (Chan et al.,
  /// 1983). So a large mean takes no digits from the variance, and memory is read once.
  package func statistics(_ x: UnsafePointer<Float>) -> (mean: [Double], variance: [Double]) {
    let width = paddedToVector(channels)
    // A row of means and a row of squared deviations for each piece.
    var memory = [Float](repeating: 0, count: samples * chunks * 2 * width + vectorWidth)
    memory.withUnsafeMutableBufferPointer { memory in
      nonisolated(unsafe) let memory = memory.baseAddress!
      forEachChunk { _, piece, start, count in
        let x = x + start, means = memory + piece &* 2 &* width, squares = means + width
        let part = Vector(repeating: 1 / Float(count))
        var c = 0
        while c < channels {
          var sum = Vector.zero
          for pixel in 0..<count { sum += load(x + (pixel &* channels &+ c)) }
          let mean = sum * part
          var square = Vector.zero
          for pixel in 0..<count {
            let deviation = load(x + (pixel &* channels &+ c)) - mean
            square = multiplyAdd(deviation, deviation, square)
          }
          store(mean, means + c)
          store(square, squares + c)
          c &+= vectorWidth
        }
      }
    }
    var mean = [Double](repeating: 0, count: samples * channels), variance = mean
    for sample in 0..<samples {
      for c in 0..<channels {
        var (total, joinedMean, joinedSquare) = (0.0, 0.0, 0.0)
        for number in 0..<chunks {
          let place = (sample * chunks + number) * 2 * width + c
          let count = Double(min(chunk, pixels - number * chunk))
          let difference = Double(memory[place]) - joinedMean
          joinedSquare += Double(memory[place + width]) + difference * difference * total * count / (total + count)
          total += count
          joinedMean += difference * count / total
        }
        mean[sample * channels + c] = joinedMean
        variance[sample * channels + c] = joinedSquare / Double(max(1, pixels))
      }
    }
    return (mean, variance)
  }

  /// The sums of dy and of dy (x - mean) over the pixels of each sample and channel: S x C values each.
  /// - Parameter mean: S x C.
  package func gradientSums(
    _ x: UnsafePointer<Float>, mean: [Float], dy: UnsafePointer<Float>
  ) -> (dy: [Double], product: [Double]) {
    let width = paddedToVector(channels)
    var memory = [Float](repeating: 0, count: samples * chunks * 2 * width + vectorWidth)
    let mean = padded(mean)
    memory.withUnsafeMutableBufferPointer { memory in
      nonisolated(unsafe) let memory = memory.baseAddress!
      mean.withUnsafeBufferPointer { mean in
        forEachChunk { sample, piece, start, count in
          let x = x + start, dy = dy + start, sums = memory + piece &* 2 &* width
          var c = 0
          while c < channels {
            let mean = load(mean.baseAddress! + (sample &* channels &+ c))
            var (sum, product) = (Vector.zero, Vector.zero)
            for pixel in 0..<count {
              let place = pixel &* channels &+ c, gradient = load(dy + place)
              sum += gradient
              product = multiplyAdd(gradient, load(x + place) - mean, product)
            }
            store(sum, sums + c)
            store(product, sums + (width &+ c))
            c &+= vectorWidth
          }
        }
      }
    }
    var sum = [Double](repeating: 0, count: samples * channels), product = sum
    for sample in 0..<samples {
      for number in 0..<chunks {
        let place = (sample * chunks + number) * 2 * width
        for c in 0..<channels {
          sum[sample * channels + c] += Double(memory[place + c])
          product[sample * channels + c] += Double(memory[place + width + c])
        }
      }
    }
    return (sum, product)
  }

  /// Room for whole vectors after the last value.
  func padded(_ values: [Float]) -> [Float] { values + [Float](repeating: 0, count: vectorWidth) }
}
