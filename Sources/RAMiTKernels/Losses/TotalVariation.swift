import RAMiTParallel

/// The sums of the absolute differences between vertical neighbours and between horizontal ones, over feature maps
/// N x H x W x C.
package struct TotalVariation: Sendable {
  let images: Int
  let height: Int
  let width: Int
  let channels: Int

  package init(images: Int, height: Int, width: Int, channels: Int) {
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
  }

  private var rowSize: Int { width * channels }
  private var grain: Int { max(1, streamingGrain / max(1, rowSize)) }

  /// The two sums, in double precision and in a fixed order.
  package func sums(_ x: UnsafePointer<Float>) -> (vertical: Double, horizontal: Double) {
    var sums = [(Double, Double)](repeating: (0, 0), count: images * height)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      forEachRange(of: images * height, grain: grain) { rows in
        for row in rows {
          let from = x + row &* rowSize
          var (vertical, horizontal) = (0.0, 0.0)
          if row % height < height &- 1 {
            for i in 0..<rowSize { vertical += Double(abs(from[i &+ rowSize] - from[i])) }
          }
          for i in 0..<max(0, rowSize &- channels) { horizontal += Double(abs(from[i &+ channels] - from[i])) }
          sums[row] = (vertical, horizontal)
        }
      }
    }
    return sums.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
  }

  /// The gradient of vertical factor * sum + horizontal factor * sum; overwrites dx, or adds to it. The slope of |0| is
  /// 0.
  package func backward(
    _ x: UnsafePointer<Float>, vertical: Float, horizontal: Float, _ dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    @inline(__always)
    func sign(_ value: Float) -> Float { value > 0 ? 1 : value < 0 ? -1 : 0 }
    forEachRange(of: images * height, grain: grain) { rows in
      for row in rows {
        let from = x + row &* rowSize, to = dx + row &* rowSize
        if !accumulate { to.update(repeating: 0, count: rowSize) }
        if row % height > 0 { for i in 0..<rowSize { to[i] += vertical * sign(from[i] - from[i &- rowSize]) } }
        if row % height < height &- 1 {
          for i in 0..<rowSize { to[i] -= vertical * sign(from[i &+ rowSize] - from[i]) }
        }
        for i in min(channels, rowSize)..<rowSize { to[i] += horizontal * sign(from[i] - from[i &- channels]) }
        for i in 0..<max(0, rowSize &- channels) { to[i] -= horizontal * sign(from[i &+ channels] - from[i]) }
      }
    }
  }
}
