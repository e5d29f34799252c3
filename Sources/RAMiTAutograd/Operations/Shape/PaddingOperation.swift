import RAMiTKernels
import RAMiTTensorCore

/// A feature map with pixels around it: N x H x W x C to N x (top + H + bottom) x (left + W + right) x C.
///
/// - Parameters:
///   - top: how many rows are added above.
///   - bottom: how many rows are added below.
///   - left: how many columns are added before the first.
///   - right: how many columns are added after the last.
///   - mode: what they hold. `symmetric` may add more than the map holds, which is then mirrored again.
/// - Precondition: no number is negative; `reflect` adds less than H above and below and less than W on the left and
///   right (as in PyTorch); a map without pixels is padded with a value only.
public func pad(
  _ x: Variable, top: Int = 0, bottom: Int = 0, left: Int = 0, right: Int = 0, mode: PaddingMode = .zero
) -> Variable {
  requireMap(x.shape)
  let (height, width) = (x.shape[1], x.shape[2])
  let (rows, columns) = (max(top, bottom), max(left, right))
  require(min(top, bottom, left, right) >= 0, "a padding is negative: \([top, bottom, left, right])")
  switch mode {
  case .zero, .constant: break
  case .reflect:
    require(
      rows < max(1, height) && columns < max(1, width),
      "reflection adds less than the sides of \(x.shape), not \(rows) rows and \(columns) columns")
  case .replicate, .symmetric:
    require(
      (rows == 0 || height > 0) && (columns == 0 || width > 0), "\(x.shape) has no pixels to be padded with")
  }
  if rows == 0 && columns == 0, !GraphTrace.isRecording { return x }
  let kernel = Padding(
    images: x.shape[0], height: height, width: width, channels: x.shape[3], top: top, bottom: bottom, left: left,
    right: right, mode: mode)
  let y = Tensor([x.shape[0], top + height + bottom, left + width + right, x.shape[3]]) { y in
    kernel.forward(x.value.pointer, y)
  }
  return Variable(y, from: [x], as: GraphDescription(.padding(mode), sizes: [top, bottom, left, right])) {
    [x = x.gradientSlot] dy, gradients in
    gradients.write(to: x) { dx, accumulate in kernel.backward(dy.pointer, dx, accumulate: accumulate) }
  }
}

extension Variable {
  /// A feature map with pixels added below and to the right: N x H x W x C to N x height x width x C.
  /// - Precondition: neither side becomes shorter; see `pad` for the modes' own.
  public func padded(height: Int, width: Int, mode: PaddingMode = .zero) -> Variable {
    requireMap(shape)
    require(
      height >= shape[1] && width >= shape[2], "\(shape) is padded to \(height) x \(width), which is smaller")
    return pad(self, bottom: height - shape[1], right: width - shape[2], mode: mode)
  }
}
