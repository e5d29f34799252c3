import RAMiTParallel

/// A depth-wise 2-D convolution of maps N x H x W x C: each channel with its own kernel, weight [kh x kw x C]; any
/// kernel, stride, zero padding and dilation. A vector is 16 channels of a pixel.
package struct DepthwiseConvolution: Sendable {
  let geometry: ConvolutionGeometry
  let channels: Int

  package init(_ geometry: ConvolutionGeometry, channels: Int) {
    self.geometry = geometry
    self.channels = channels
  }

  /// y [N x H' x W' x C] from x [N x H x W x C]; overwrites y.
  /// - Parameter bias: [C]; nil for none.
  package func forward(
    _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    _ y: UnsafeMutablePointer<Float>
  ) {
    DepthwisePass(
      images: geometry.images, channels: channels, kernelWidth: geometry.kernel.width,
      vertical: geometry.forwardAxis(.height), horizontal: geometry.forwardAxis(.width), target: geometry.output
    ).run(x, weight: weight, bias: bias, y, accumulate: false)
  }

  /// dx [N x H x W x C] from dy [N x H' x W' x C]; overwrites dx, or adds to it.
  package func inputGradient(
    dy: UnsafePointer<Float>, weight: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    for vertical in geometry.gradientAxes(.height) {
      for horizontal in geometry.gradientAxes(.width) {
        DepthwisePass(
          images: geometry.images, channels: channels, kernelWidth: geometry.kernel.width, vertical: vertical,
          horizontal: horizontal, target: geometry.input
        ).run(dy, weight: weight, bias: nil, dx, accumulate: accumulate)
      }
    }
  }

  /// Floats of gradient: weight [kh x kw x C], bias [C].
  package var gradientCount: Int { (geometry.kernel.height * geometry.kernel.width + 1) * channels }

  /// Adds to the sums of the gradients of weight and bias.
  package func weightGradient(_ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, sums: PartialSums) {
    let vertical = geometry.forwardAxis(.height), horizontal = geometry.forwardAxis(.width)
    let output = geometry.output, lines = geometry.images * output.height
    let linesEach = max(1, (1 << 13) / max(1, output.width * channels))
    let pixelStep = horizontal.sourceStep * channels
    sums.forEachPiece((lines + linesEach - 1) / linesEach) { piece, _, sums in
      for line in piece * linesEach..<min(lines, (piece + 1) * linesEach) {
        let image = line / output.height, result = line % output.height
        let source = x + image * vertical.sourceCount * horizontal.sourceCount * channels
        let dy = dy + line * output.width * channels
        for tapRow in vertical.taps where vertical.results(of: tapRow).contains(result) {
          let row = source + (result * vertical.sourceStep + tapRow.offset) * horizontal.sourceCount * channels
          for tap in horizontal.taps {
            let results = horizontal.results(of: tap)
            addProducts(
              dy + results.lowerBound * channels, step: channels,
              row + (results.lowerBound * horizontal.sourceStep + tap.offset) * channels, step: pixelStep,
              pixels: results.count, to: sums + (tapRow.index * geometry.kernel.width + tap.index) * channels)
          }
        }
        addColumnSums(
          rows: output.width, columns: channels, dy, stride: channels,
          to: sums + geometry.kernel.height * geometry.kernel.width * channels)
      }
    }
  }

  /// sums [C] += the products of the pixels of a and b, channel by channel. Four sums hide the latency of the
  /// multiply-add.
  @inline(__always)
  private func addProducts(
    _ a: UnsafePointer<Float>, step aStep: Int, _ b: UnsafePointer<Float>, step bStep: Int, pixels: Int,
    to sums: UnsafeMutablePointer<Float>
  ) {
    var c = 0
    while c < channels {
      var s0 = load(sums + c), s1 = Vector.zero, s2 = Vector.zero, s3 = Vector.zero
      var a = a + c, b = b + c
      var pixel = 0
      while pixel &+ 4 <= pixels {
        s0 = multiplyAdd(load(a), load(b), s0)
        s1 = multiplyAdd(load(a + aStep), load(b + bStep), s1)
        s2 = multiplyAdd(load(a + 2 &* aStep), load(b + 2 &* bStep), s2)
        s3 = multiplyAdd(load(a + 3 &* aStep), load(b + 3 &* bStep), s3)
        a += 4 &* aStep
        b += 4 &* bStep
        pixel &+= 4
      }
      while pixel < pixels {
        s0 = multiplyAdd(load(a), load(b), s0)
        a += aStep
        b += bStep
        pixel &+= 1
      }
      store((s0 + s1) + (s2 + s3), sums + c, count: channels &- c)
      c &+= vectorWidth
    }
  }
}
