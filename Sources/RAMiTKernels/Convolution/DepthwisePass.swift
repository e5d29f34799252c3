import RAMiTParallel

/// One pass of a depth-wise convolution, as `ConvolutionPass` is of a full one. Nothing is copied: pixels
/// near the ends of a row leave out the taps that lie outside.
struct DepthwisePass {
  let images: Int
  let channels: Int
  let kernelWidth: Int
  let vertical: TapAxis
  let horizontal: TapAxis
  /// Of the target map, all phases together.
  let target: IntPair

  /// What a row of results reads.
  private struct Row {
    /// The first pixel of the first source row.
    let source: UnsafePointer<Float>
    let weight: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?
    let taps: Int
    /// Floats between the taps' rows.
    let sourceStep: Int
    let weightStep: Int
  }

  /// - Parameter bias: [C]; nil for none.
  func run(
    _ source: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    _ target: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let rowCount = horizontal.sourceCount * channels
    forEachRange(
      of: images * vertical.count, grain: max(1, (1 << 14) / max(1, horizontal.count * channels))
    ) { lines in
      for line in lines {
        let image = line / vertical.count, result = line % vertical.count
        let taps = vertical.taps(of: result)
        let first = vertical.firstIndex + taps.lowerBound * vertical.indexStep
        let low = result * vertical.sourceStep + vertical.lowest + taps.lowerBound * vertical.offsetStep
        let row = Row(
          source: source + (image * vertical.sourceCount + low) * rowCount,
          weight: weight + first * kernelWidth * channels, bias: bias, taps: taps.count,
          sourceStep: vertical.offsetStep * rowCount, weightStep: vertical.indexStep * kernelWidth * channels)
        let y =
          target
          + ((image * self.target.height + vertical.targetStart + result * vertical.targetStep) * self.target.width
            + horizontal.targetStart) * channels
        run(row, y, accumulate: accumulate)
      }
    }
  }

  private func run(_ row: Row, _ y: UnsafeMutablePointer<Float>, accumulate: Bool) {
    let all = 0..<horizontal.taps.count
    let inside = horizontal.resultsOfAllTaps
    for result in 0..<inside.lowerBound { one(row, result, horizontal.taps(of: result), y, accumulate) }
    var result = inside.lowerBound
    while result &+ 8 <= inside.upperBound {
      eight(row, result, y, accumulate)
      result &+= 8
    }
    while result < inside.upperBound {
      one(row, result, all, y, accumulate)
      result &+= 1
    }
    for result in inside.upperBound..<horizontal.count {
      one(row, result, horizontal.taps(of: result), y, accumulate)
    }
  }

  @inline(__always)
  private func place(_ result: Int, tap: Int) -> Int {
    (result &* horizontal.sourceStep &+ horizontal.lowest &+ tap &* horizontal.offsetStep) &* channels
  }

  @inline(__always)
  private func weightPlace(tap: Int) -> Int { (horizontal.firstIndex &+ tap &* horizontal.indexStep) &* channels }

  /// One pixel, from some of the taps of each row.
  private func one(
    _ row: Row, _ result: Int, _ taps: Range<Int>, _ y: UnsafeMutablePointer<Float>, _ accumulate: Bool
  ) {
    let y = y + result &* horizontal.targetStep &* channels
    let tapStep = horizontal.offsetStep &* channels, weightStep = horizontal.indexStep &* channels
    var c = 0
    while c < channels {
      var sum = row.bias.map { load($0 + c) } ?? Vector.zero
      for line in 0..<row.taps {
        var x = row.source + (line &* row.sourceStep &+ place(result, tap: taps.lowerBound) &+ c)
        var w = row.weight + (line &* row.weightStep &+ weightPlace(tap: taps.lowerBound) &+ c)
        for _ in 0..<taps.count {
          sum = multiplyAdd(load(x), load(w), sum)
          x += tapStep
          w += weightStep
        }
      }
      if accumulate { sum += load(y + c) }
      store(sum, y + c, count: channels &- c)
      c &+= vectorWidth
    }
  }

  /// Eight neighbouring pixels, from all taps of each row: as many sums as hide the latency of the multiply-add.
  private func eight(_ row: Row, _ result: Int, _ y: UnsafeMutablePointer<Float>, _ accumulate: Bool) {
    let y = y + result &* horizontal.targetStep &* channels, yStep = horizontal.targetStep &* channels
    let step = horizontal.sourceStep &* channels, taps = horizontal.taps.count
    let tapStep = horizontal.offsetStep &* channels, weightStep = horizontal.indexStep &* channels
    var c = 0
    while c < channels {
      let start = row.bias.map { load($0 + c) } ?? Vector.zero
      var (s0, s1, s2, s3) = (start, start, start, start)
      var (s4, s5, s6, s7) = (start, start, start, start)
      for line in 0..<row.taps {
        var x = row.source + (line &* row.sourceStep &+ place(result, tap: 0) &+ c)
        var w = row.weight + (line &* row.weightStep &+ weightPlace(tap: 0) &+ c)
        for _ in 0..<taps {
          let weight = load(w), far = x + 4 &* step
          s0 = multiplyAdd(load(x), weight, s0)
          s1 = multiplyAdd(load(x + step), weight, s1)
          s2 = multiplyAdd(load(x + 2 &* step), weight, s2)
          s3 = multiplyAdd(load(x + 3 &* step), weight, s3)
          s4 = multiplyAdd(load(far), weight, s4)
          s5 = multiplyAdd(load(far + step), weight, s5)
          s6 = multiplyAdd(load(far + 2 &* step), weight, s6)
          s7 = multiplyAdd(load(far + 3 &* step), weight, s7)
          x += tapStep
          w += weightStep
        }
      }
      let lanes = channels &- c
      @inline(__always) func write(_ sum: Vector, _ pixel: Int) {
        let target = y + (pixel &* yStep &+ c)
        store(accumulate ? sum + load(target) : sum, target, count: lanes)
      }
      write(s0, 0)
      write(s1, 1)
      write(s2, 2)
      write(s3, 3)
      write(s4, 4)
      write(s5, 5)
      write(s6, 6)
      write(s7, 7)
      c &+= vectorWidth
    }
  }
}
