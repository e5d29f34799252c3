import RAMiTParallel

/// The MobileNet variant that mixes channels everywhere in RAMiT (Sec. A.1), on feature maps N x H x W x C, to O
/// channels.
///
///     version 2: e = f(expand x);  d = f(depthwise e + e);  y = pointwise d     (+ x where O = C)
///     version 1: e = x;            d = f(depthwise e) + e;  y = f(pointwise d)  (+ x where O = C)
///
/// f is the activation, the depth-wise convolution 3x3 with zero padding, the expansion a grouped point-wise one. The
/// expanded channels exist only for three rows at a time, in cache. The backward pass needs only x.
package struct MobiVari {
  /// What is read: C channels in all.
  let input: JoinedMaps
  let activation: Activation
  /// nil in version 1.
  let expand: PointwiseWeight?
  /// 3 x 3 x E, rows padded to whole vectors, and E biases.
  let depthwise: DepthwiseWeight
  let pointwise: PointwiseWeight

  package init(
    input: JoinedMaps, activation: Activation, expand: PointwiseWeight?, depthwise: DepthwiseWeight,
    pointwise: PointwiseWeight
  ) {
    precondition(depthwise.channels == pointwise.inputs, "the depth-wise and the point-wise convolution do not fit")
    precondition((expand?.outputs ?? depthwise.channels) == depthwise.channels, "the expansion does not fit")
    precondition(input.channels == expand?.inputs ?? depthwise.channels, "the input does not fit")
    self.input = input
    self.activation = activation
    self.expand = expand
    self.depthwise = depthwise
    self.pointwise = pointwise
  }

  var size: MapSize { input.size }
  /// C.
  var channels: Int { input.channels }
  /// O.
  var outputs: Int { pointwise.outputs }
  /// E, padded to whole vectors.
  var stride: Int { paddedToVector(depthwise.channels) }
  var isResidual: Bool { channels == outputs }
  /// Floats of a row of expanded pixels, with a zero pixel on either side.
  var rowCount: Int { (size.width + 2) * stride }

  /// Floats of gradient: expansion (if any), depth-wise weight and bias, point-wise.
  package var gradientCount: Int { (expand?.gradientCount ?? 0) + 10 * depthwise.channels + pointwise.gradientCount }

  /// Pixels of a row that go from one step to the next in the first cache: whole tiles, about 16 KB of E.
  var partCount: Int {
    let tile = TileShape.Wide.rows
    return max((16 + tile - 1) / tile, 4096 / max(1, stride) / tile) * tile
  }

  /// Calls `body(first, count)` for the parts of a row.
  @inline(__always)
  func forEachPart(_ body: (_ first: Int, _ count: Int) -> Void) {
    var first = 0
    while first < size.width {
      body(first, min(partCount, size.width &- first))
      first &+= partCount
    }
  }

  /// How images are cut into pieces of work, strips of whole rows; the rows beside a strip are computed twice.
  struct Strips {
    let size: MapSize
    let height: Int

    private var perImage: Int { (size.height + height - 1) / height }
    var count: Int { size.images * perImage }

    /// The image and the rows of a strip.
    func strip(_ index: Int) -> (image: Int, rows: Range<Int>) {
      let start = index % perImage * height
      return (index / perImage, start..<min(start + height, size.height))
    }
  }

  /// Writes e of image row `y` (zeros outside the image) into `e` [(W + 2) x E], and what went into its activation into
  /// `before`.
  /// - Parameter gathered: memory for a row of the input.
  @inline(__always)
  func expandRow(
    _ x: [UnsafePointer<Float>], image: Int, y: Int, gathered: UnsafeMutablePointer<Float>,
    into e: UnsafeMutablePointer<Float>, before: UnsafeMutablePointer<Float>?
  ) {
    e.update(repeating: 0, count: stride)
    (e + (size.width + 1) * stride).update(repeating: 0, count: stride)
    let inside = e + stride
    guard y >= 0, y < size.height else {
      inside.update(repeating: 0, count: size.width * stride)
      before?.update(repeating: 0, count: size.width * stride)
      return
    }
    let source = input.row(of: x, image: image, y: y, memory: gathered)
    guard let expand else {
      for pixel in 0..<size.width {
        let from = source + pixel * channels, to = inside + pixel * stride
        var c = 0
        while c < channels {
          store(load(from + c, count: channels &- c), to + c)
          c &+= vectorWidth
        }
      }
      return
    }
    forEachPart { first, count in
      let place = first &* stride, target = (before ?? inside) + place
      let ahead = input.ahead(of: x, image: image, y: y, first: first, count: count)
      let from = source + first &* channels
      if activation == .leakyReLU, before == nil {
        gemm(
          rows: count, Rows(pointer: from, stride: channels, step: 1), expand.forward, target, cStride: stride,
          padsColumns: true,
          epilogue: AddBiasAndLeak(bias: expand.bias, slope: Activation.leakySlope).asking(for: ahead))
      } else {
        expand.apply(
          rows: count, from, xStride: channels, into: target, yStride: stride, padsColumns: true, asking: ahead)
        activation.apply(target, inside + place, count: count &* stride)
      }
    }
  }
}

/// A depth-wise convolution's weight, padded so that every access is whole vectors.
package struct DepthwiseWeight {
  package let channels: Int
  /// [10 x padded channels]: nine taps, row by row, then the bias.
  let pointer: UnsafePointer<Float>

  package static func count(channels: Int) -> Int { 10 * paddedToVector(channels) }

  /// Copies `weight` [3 x 3 x C] and `bias` [C] into `memory` (`count` floats).
  /// - Parameter addsInput: the convolution's input is added to its result: one more at the centre tap.
  package init(
    _ weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, channels: Int, addsInput: Bool,
    memory: UnsafeMutablePointer<Float>
  ) {
    self.channels = channels
    let padded = paddedToVector(channels)
    for tap in 0..<10 {
      let source = tap < 9 ? weight + tap * channels : bias
      for c in 0..<padded { memory[tap * padded + c] = c < channels ? source[c] : 0 }
    }
    if addsInput { for c in 0..<channels { memory[4 * padded + c] += 1 } }
    pointer = UnsafePointer(memory)
  }
}
