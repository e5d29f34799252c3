import RAMiTParallel

/// The sum of |Re F| + |Im F| over all H x W frequencies F of the difference of two feature maps N x H x W x C, channel
/// by channel.
///
/// As the difference is real, the lower half of the rows of frequencies is enough: the others are their conjugates.
package struct FourierAmplitude: Sendable {
  let images: Int
  let height: Int
  let width: Int
  let channels: Int
  private let columns: FourierTransform
  private let rows: FourierTransform

  /// - Precondition: neither side is 0.
  package init(images: Int, height: Int, width: Int, channels: Int) {
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
    columns = FourierTransform(length: height)
    rows = FourierTransform(length: width)
  }

  private var rowSize: Int { width * channels }
  /// Rows of frequencies that are computed.
  private var half: Int { height / 2 + 1 }
  /// Floats of the spectrum, real parts before imaginary ones.
  package var spectrumCount: Int { 2 * images * half * rowSize }
  private var imaginary: Int { images * half * rowSize }

  /// How often the frequencies of a row occur in the whole spectrum; 0 past the last row.
  private func weights(_ first: Int) -> Vector {
    var weights = Vector.zero
    for lane in 0..<min(16, half - first) {
      let row = first + lane
      weights[lane] = row == 0 || 2 * row == height ? 1 : 2
    }
    return weights
  }

  /// - Parameter spectrum: `spectrumCount` floats; overwritten.
  package func sum(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, spectrum: UnsafeMutablePointer<Float>
  ) -> Double {
    transformColumns(x, y, spectrum)
    var sums = [Double](repeating: 0, count: pieces)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      forEachRowBlock(spectrum) { piece, first, _, line in
        var total = Vector.zero
        for k in 0..<width {
          let place = line + k &* vectorWidth
          total += absolute(load(place)) + absolute(load(place + rows.imaginaryOffset))
        }
        sums[piece] = Double(sumOfLanes(total * weights(first)))
      }
    }
    return sums.reduce(0, +)
  }

  /// The gradient of factor * sum with respect to x; overwrites dx, or adds to it.
  /// - Parameter spectrum: `spectrumCount` floats; overwritten.
  package func backward(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, times factor: Float,
    spectrum: UnsafeMutablePointer<Float>, _ dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    transformColumns(x, y, spectrum)
    forEachRowBlock(spectrum) { _, first, place, line in
      // The sum's slopes are signs; transformed back they are the gradient.
      let weights = weights(first) * Vector(repeating: factor)
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: rows.memoryCount)
      defer { memory.deallocate() }
      for k in 0..<2 &* width {
        let value = load(line + k &* vectorWidth)
        var sign = Vector.zero.replacing(with: weights, where: value .> 0)
        sign = sign.replacing(with: Vector.zero - weights, where: value .< 0)
        store(sign, memory + k &* vectorWidth)
      }
      let result = rows.transform(memory, inverse: true)
      let lanes = min(16, half &- first)
      for k in 0..<width {
        for lane in 0..<lanes {
          let target = spectrum + (place &+ lane &* rowSize &+ k &* channels)
          target[0] = result[k &* vectorWidth &+ lane]
          target[imaginary] = result[k &* vectorWidth &+ lane &+ rows.imaginaryOffset]
        }
      }
    }
    forEachColumnBlock { image, column, lanes, memory in
      let start = image &* half &* rowSize &+ column
      for k in 0..<height {
        let place = memory + k &* vectorWidth
        if k < half {
          let from = spectrum + (start &+ k &* rowSize)
          store(load(from), place)
          store(load(from + imaginary), place + columns.imaginaryOffset)
        } else {
          store(Vector.zero, place)
          store(Vector.zero, place + columns.imaginaryOffset)
        }
      }
      let result = columns.transform(memory, inverse: true)
      for k in 0..<height {
        let target = dx + ((image &* height &+ k) &* rowSize &+ column)
        var value = load(result + k &* vectorWidth)
        if accumulate { value += load(target) }
        store(value, target, count: lanes)
      }
    }
  }

  @inline(__always)
  private func absolute(_ v: Vector) -> Vector { maximum(v, Vector.zero - v) }

  /// The columns' frequencies in the lower half, of x - y.
  private func transformColumns(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ spectrum: UnsafeMutablePointer<Float>
  ) {
    forEachColumnBlock { image, column, lanes, memory in
      for k in 0..<height {
        let from = (image &* height &+ k) &* rowSize &+ column
        store(load(x + from) - load(y + from), memory + k &* vectorWidth)
        store(Vector.zero, memory + (k &* vectorWidth &+ columns.imaginaryOffset))
      }
      let result = columns.transform(memory, inverse: false)
      let start = image &* half &* rowSize &+ column
      for k in 0..<half {
        let to = spectrum + (start &+ k &* rowSize)
        store(load(result + k &* vectorWidth), to, count: lanes)
        store(load(result + (k &* vectorWidth &+ columns.imaginaryOffset)), to + imaginary, count: lanes)
      }
    }
  }

  /// Calls `body` in parallel for up to 16 columns of an image, with memory for their transform.
  private func forEachColumnBlock(
    _ body: (_ image: Int, _ column: Int, _ lanes: Int, _ memory: UnsafeMutablePointer<Float>) -> Void
  ) {
    let blocks = (rowSize + vectorWidth - 1) / vectorWidth
    parallelFor(images * blocks) { piece, _ in
      let (image, block) = piece.quotientAndRemainder(dividingBy: blocks)
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: columns.memoryCount)
      defer { memory.deallocate() }
      body(image, block &* vectorWidth, rowSize &- block &* vectorWidth, memory)
    }
  }

  private var pieces: Int { images * channels * ((half + vectorWidth - 1) / vectorWidth) }

  /// Calls `body` in parallel with the transforms of up to 16 rows of a channel.
  /// - Parameter body: gets the piece's number, its first row, where that lies in the spectrum, and the transform.
  private func forEachRowBlock(
    _ spectrum: UnsafePointer<Float>,
    _ body: (_ piece: Int, _ first: Int, _ place: Int, _ line: UnsafeMutablePointer<Float>) -> Void
  ) {
    let blocks = (half + vectorWidth - 1) / vectorWidth
    parallelFor(pieces) { piece, _ in
      let block = piece % blocks, plane = piece / blocks
      let first = block &* vectorWidth, lanes = min(16, half &- first)
      let place = (plane / channels &* half &+ first) &* rowSize &+ plane % channels
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: rows.memoryCount)
      defer { memory.deallocate() }
      for k in 0..<width {
        for lane in 0..<vectorWidth {
          // Past the last row, zeros.
          let from = spectrum + (place &+ lane &* rowSize &+ k &* channels), to = memory + (k &* vectorWidth &+ lane)
          to[0] = lane < lanes ? from[0] : 0
          to[rows.imaginaryOffset] = lane < lanes ? from[imaginary] : 0
        }
      }
      body(piece, first, place, rows.transform(memory, inverse: false))
    }
  }
}
