import RAMiTKernels
import RAMiTTensorCore

/// A feature map cut into windows: N x H x W x C to (N H/h W/w) x (h w) x C, the windows of an image row by row, the
/// pixels of a window row by row (Liu et al., "Swin Transformer", 2021).
/// - Precondition: H is a multiple of h, the height of a window, and W of w, its width.
public func windowPartition(_ x: Variable, height: Int, width: Int) -> Variable {
  require(
    x.shape.rank == 4 && height > 0 && width > 0 && x.shape[1] % height == 0 && x.shape[2] % width == 0,
    "a map of windows of \(height) x \(width) has sides that are multiples of theirs, not \(x.shape)")
  let grid = WindowGrid(images: x.shape[0], height: x.shape[1], width: x.shape[2], window: (height, width))
  if GraphTrace.isRecording { return grid.composedPartition(x).reshaped([grid.count, height * width, x.shape[3]]) }
  return Variable(
    rearranging: x, into: [grid.count, height * width, x.shape[3]], by: [grid.partition(channels: x.shape[3])], as: nil)
}

/// A feature map cut into square windows: N x H x W x C to (N H/m W/m) x (m m) x C.
public func windowPartition(_ x: Variable, window: Int) -> Variable {
  windowPartition(x, height: window, width: window)
}

/// The inverse of `windowPartition`: (N H/h W/w) x (h w) x C to N x H x W x C.
/// - Parameters:
///   - window: the height and width of a window.
///   - height: the feature map's height.
///   - width: the feature map's width.
public func windowMerge(_ x: Variable, window: (height: Int, width: Int), height: Int, width: Int) -> Variable {
  require(
    window.height > 0 && window.width > 0 && height % window.height == 0 && width % window.width == 0,
    "a map of \(height) x \(width) has no windows of \(window.height) x \(window.width)")
  let perImage = height / window.height * (width / window.width)
  require(
    x.shape.rank == 3 && perImage > 0 && x.shape[0] % perImage == 0 && x.shape[1] == window.height * window.width,
    "the windows of N maps \(height) x \(width) are \(perImage) N x \(window.height * window.width) x C, not \(x.shape)"
  )
  let grid = WindowGrid(images: x.shape[0] / perImage, height: height, width: width, window: window)
  if GraphTrace.isRecording { return grid.composedMerge(x) }
  return Variable(
    rearranging: x, into: [grid.images, height, width, x.shape[2]], by: [grid.partition(channels: x.shape[2]).reversed],
    as: nil)
}

/// The inverse of `windowPartition` with square windows.
public func windowMerge(_ x: Variable, window: Int, height: Int, width: Int) -> Variable {
  windowMerge(x, window: (window, window), height: height, width: width)
}

/// The 2 x 2 pixels of each cell side by side on the channels: top left, top right, bottom left, bottom right. N x H x
/// W x C to N x H/2 x W/2 x 4 C.
///
/// The order is cell-major, pixel after pixel; `pixelUnshuffle` is channel-major.
/// - Precondition: H and W are even.
public func patchMerging(_ x: Variable) -> Variable {
  require(
    x.shape.rank == 4 && x.shape[1] % 2 == 0 && x.shape[2] % 2 == 0,
    "a map of 2 x 2 cells is N x H x W x C, with H and W even, not \(x.shape)")
  let grid = WindowGrid(images: x.shape[0], height: x.shape[1], width: x.shape[2], window: (2, 2))
  let result: Shape = [x.shape[0], x.shape[1] / 2, x.shape[2] / 2, 4 * x.shape[3]]
  if GraphTrace.isRecording { return grid.composedPartition(x).reshaped(result) }
  return Variable(rearranging: x, into: result, by: [grid.partition(channels: x.shape[3])], as: nil)
}

/// The windows of feature maps.
private struct WindowGrid {
  let images: Int
  let height: Int
  let width: Int
  let window: (height: Int, width: Int)

  var count: Int { images * (height / window.height) * (width / window.width) }

  /// From pixels row by row to windows.
  func partition(channels: Int) -> StridedCopy {
    let map: Shape = [images, height / window.height, window.height, width / window.width, window.width, channels]
    let order = [0, 1, 3, 2, 4, 5], strides = map.strides
    let sizes = order.map { map[$0] }
    return StridedCopy(sizes: sizes, from: order.map { strides[$0] }, to: Shape(sizes).strides)
  }

  // From general operations.

  /// N x H/h x W/w x h x w x C.
  func composedPartition(_ x: Variable) -> Variable {
    x.reshaped([images, height / window.height, window.height, width / window.width, window.width, x.shape[3]])
      .permuted([0, 1, 3, 2, 4, 5])
  }

  /// Windows to N x H x W x C.
  func composedMerge(_ x: Variable) -> Variable {
    x.reshaped([images, height / window.height, width / window.width, window.height, window.width, x.shape[2]])
      .permuted([0, 1, 3, 2, 4, 5]).reshaped([images, height, width, x.shape[2]])
  }
}
