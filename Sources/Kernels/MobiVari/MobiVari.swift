import Parallel

/// The MobileNet variant that mixes channels everywhere in RAMiT (Sec. A.1), on feature maps N x H x W x C, to O channels.
///
///     version 2: e = f(expand x);  d = f(depthwise e + e);  y = pointwise d     (+ x where O = C)
///     version 1: e = x;            d = f(depthwise e) + e;  y = f(pointwise d)  (+ x where O = C)
///
/// f is the activation, the depth-wise convolution 3x3 with zero padding, the expansion a grouped point-wise one. The expanded
/// channels exist only for a few rows at a time, in cache: forward three, backward the strip in work and its two neighbours on
/// either side. Only x is needed for the way back.
public struct MobiVari {
  /// N, H, W.
  public struct Size {
    let images: Int
    let height: Int
    let width: Int

    public init(images: Int, height: Int, width: Int) {
      self.images = images
      self.height = height
      self.width = width
    }
  }

  let size: Size
  let activation: Activation
  /// nil in version 1.
  let expand: PointwiseWeight?
  /// 3 x 3 x E, rows padded to whole vectors, and E biases.
  let depthwise: DepthwiseWeight
  let pointwise: PointwiseWeight

  public init(
    size: Size, activation: Activation, expand: PointwiseWeight?, depthwise: DepthwiseWeight, pointwise: PointwiseWeight
  ) {
    precondition(depthwise.channels == pointwise.inputs, "the depth-wise and the point-wise convolution do not fit")
    precondition((expand?.outputs ?? depthwise.channels) == depthwise.channels, "the expansion does not fit")
    self.size = size
    self.activation = activation
    self.expand = expand
    self.depthwise = depthwise
    self.pointwise = pointwise
  }

  /// C.
  var channels: Int { expand?.inputs ?? depthwise.channels }
  /// O.
  var outputs: Int { pointwise.outputs }
  /// E, padded to whole vectors.
  var stride: Int { paddedToVector(depthwise.channels) }
  var isResidual: Bool { channels == outputs }
  /// Floats of a row of expanded pixels, with a zero pixel on either side.
  var rowCount: Int { (size.width + 2) * stride }

  /// Floats of gradient: expansion (if any), depth-wise weight and bias, point-wise.
  public var gradientCount: Int { (expand?.gradientCount ?? 0) + 10 * depthwise.channels + pointwise.gradientCount }

  /// The rows of images that one piece of work takes: all of a small image, so that few rows are computed twice.
  static let stripHeight = 16
  var stripsPerImage: Int { (size.height + Self.stripHeight - 1) / Self.stripHeight }
  /// The pieces of work, to size the scratch.
  public var pieces: Int { size.images * stripsPerImage }

  /// The image and the rows of a piece.
  func strip(_ piece: Int) -> (image: Int, rows: Range<Int>) {
    let start = piece % stripsPerImage * Self.stripHeight
    return (piece / stripsPerImage, start..<min(start + Self.stripHeight, size.height))
  }

  /// Writes e of image row `y` (zeros outside the image) into `e` [(W + 2) x E], and what went into its activation into `before`.
  @inline(__always)
  func expandRow(
    _ x: UnsafePointer<Float>, image: Int, y: Int, into e: UnsafeMutablePointer<Float>,
    before: UnsafeMutablePointer<Float>?
  ) {
    e.update(repeating: 0, count: stride)
    (e + (size.width + 1) * stride).update(repeating: 0, count: stride)
    let inside = e + stride
    guard y >= 0, y < size.height else {
      inside.update(repeating: 0, count: size.width * stride)
      before?.update(repeating: 0, count: size.width * stride)
      return
    }
    let source = x + (image * size.height + y) * size.width * channels
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
    let target = before ?? inside
    gemm(
      rows: size.width, Rows(pointer: source, stride: channels, step: 1), expand.forward, target, cStride: stride,
      padsColumns: true, epilogue: AddBias(bias: expand.bias))
    activation.apply(target, inside, count: size.width * stride)
  }
}

/// A depth-wise convolution's weight, padded so that every access is whole vectors.
public struct DepthwiseWeight {
  public let channels: Int
  /// [10 x padded channels]: nine taps, row by row, then the bias.
  let pointer: UnsafePointer<Float>

  public static func count(channels: Int) -> Int { 10 * paddedToVector(channels) }

  /// Copies `weight` [3 x 3 x C] and `bias` [C] into `memory` (`count` floats).
  /// - Parameter addsInput: the convolution's input is added to its result: one more at the centre tap.
  public init(
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
