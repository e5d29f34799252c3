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
  /// Floats of a row of expanded pixels, with a pixel on either side.
  var rowCount: Int { rowCount(columns: size.width) }
  func rowCount(columns: Int) -> Int { (columns + 2) * stride }

  /// Floats of gradient: expansion (if any), depth-wise weight and bias, point-wise.
  package var gradientCount: Int { (expand?.gradientCount ?? 0) + 10 * depthwise.channels + pointwise.gradientCount }

  /// Pixels of a row that go from one step to the next in the first cache: whole tiles, about 16 KB of E, and no more
  /// than a tile of `FeedForward`.
  var partCount: Int {
    let tile = TileShape.Wide.rows
    return max((16 + tile - 1) / tile, min(FeedForward.tile, 4096 / max(1, stride)) / tile) * tile
  }

  /// Calls `body(first, count)` for the parts of some columns of a row.
  @inline(__always)
  func forEachPart(of columns: Range<Int>, _ body: (_ first: Int, _ count: Int) -> Void) {
    var first = columns.lowerBound
    while first < columns.upperBound {
      body(first, min(partCount, columns.upperBound &- first))
      first &+= partCount
    }
  }

  /// How images are cut into pieces of work; the rows and columns beside a strip are computed twice.
  struct Strips {
    let size: MapSize
    /// Rows and columns of a strip; the last ones may have fewer.
    let height: Int
    let width: Int

    /// Strips of about equal size: of at most so many rows, and of so many columns in whole tiles.
    init(size: MapSize, height: Int, width: Int) {
      self.size = size
      self.height = Self.evened(height, of: size.height)
      let tile = TileShape.Wide.rows
      self.width = Self.quotient(Self.evened(width, of: size.width), tile) * tile
    }

    /// The least length of which as many parts cover `total`.
    private static func evened(_ length: Int, of total: Int) -> Int {
      max(1, quotient(total, max(1, quotient(total, length))))
    }

    /// Rounded up.
    private static func quotient(_ total: Int, _ length: Int) -> Int { (total + length - 1) / length }

    private var across: Int { Self.quotient(size.width, width) }
    private var down: Int { Self.quotient(size.height, height) }
    var count: Int { size.images * down * across }
    /// Whether a row of an image is in several strips.
    var cutsRows: Bool { across > 1 }

    /// The image, the rows and the columns of a strip.
    func strip(_ index: Int) -> (image: Int, rows: Range<Int>, columns: Range<Int>) {
      let left = index % across * width, top = index / across % down * height
      return (
        index / across / down, top..<min(top + height, size.height), left..<min(left + width, size.width)
      )
    }
  }

  /// Writes e of image row `y`, from the pixel before some columns to that after them (zeros outside the image), into
  /// `e` [(columns + 2) x E], and what went into its activation into `before` [columns x E].
  /// - Parameters:
  ///   - gathered: memory for a row of the input.
  ///   - before: for whole rows alone.
  @inline(__always)
  func expandRow(
    _ x: [UnsafePointer<Float>], image: Int, y: Int, columns: Range<Int>, gathered: UnsafeMutablePointer<Float>,
    into e: UnsafeMutablePointer<Float>, before: UnsafeMutablePointer<Float>?
  ) {
    guard y >= 0, y < size.height else {
      e.update(repeating: 0, count: (columns.count + 2) * stride)
      before?.update(repeating: 0, count: columns.count * stride)
      return
    }
    let inside = max(0, columns.lowerBound - 1)..<min(size.width, columns.upperBound + 1)
    if columns.lowerBound == 0 { e.update(repeating: 0, count: stride) }
    if columns.upperBound == size.width { (e + (columns.count + 1) * stride).update(repeating: 0, count: stride) }
    let source = input.row(of: x, image: image, y: y, memory: gathered)
    guard let expand else {
      for pixel in inside {
        let from = source + pixel * channels, to = e + (pixel + 1 - columns.lowerBound) * stride
        var c = 0
        while c < channels {
          store(load(from + c, count: channels &- c), to + c)
          c &+= vectorWidth
        }
      }
      return
    }
    forEachPart(of: inside) { first, count in
      let place = (first &+ 1 &- columns.lowerBound) &* stride, from = source + first &* channels
      let ahead = input.ahead(of: x, image: image, y: y, first: first)
      if activation == .leakyReLU, before == nil {
        gemm(
          rows: count, Rows(pointer: from, stride: channels, step: 1), expand.forward, e + place, cStride: stride,
          padsColumns: true,
          epilogue: AddBiasAndLeak(bias: expand.bias, slope: Activation.leakySlope).asking(for: ahead))
      } else {
        let target = before.map { $0 + first &* stride } ?? e + place
        expand.apply(
          rows: count, from, xStride: channels, into: target, yStride: stride, padsColumns: true, asking: ahead)
        activation.apply(target, e + place, count: count &* stride)
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
