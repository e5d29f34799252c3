import RAMiTKernels
import RAMiTTensorCore

/// How pixels between those of a map are computed.
public enum InterpolationMode: String, CaseIterable, Codable, Sendable {
  /// The pixel at or before the place.
  case nearest
  /// Straight lines along both axes.
  case bilinear
  /// Cubic convolution along both axes, with A = -0.75 (-0.5 with antialiasing).
  case bicubic
}

/// Resizes a map to a height and a width, by PyTorch's definitions.
///
/// - Parameters:
///   - x: N x H x W x C.
///   - alignCorners: whether the corner pixels' centres stay where they are, rather than the map's outer edges; not for
///     `nearest`.
///   - antialias: whether filters widen where the map becomes smaller; not for `nearest`.
/// - Returns: N x height x width x C.
/// - Precondition: height and width are at least 1, and the map is not empty.
public func interpolate(
  _ x: Variable, height: Int, width: Int, mode: InterpolationMode = .nearest, alignCorners: Bool = false,
  antialias: Bool = false
) -> Variable {
  interpolate(
    x, IntPair(height, width), steps: (nil, nil), mode: mode, alignCorners: alignCorners, antialias: antialias)
}

/// Resizes a map by a factor, by PyTorch's definitions: to its height and width times `scale`, rounded down. The factor
/// itself decides where pixels lie, even where the size is rounded.
public func interpolate(
  _ x: Variable, scale: Double, mode: InterpolationMode = .nearest, alignCorners: Bool = false, antialias: Bool = false
) -> Variable {
  requireMap(x.shape)
  let size = IntPair(Int(Double(x.shape[1]) * scale), Int(Double(x.shape[2]) * scale))
  return interpolate(
    x, size, steps: (1 / scale, 1 / scale), mode: mode, alignCorners: alignCorners, antialias: antialias)
}

/// - Parameter steps: source pixels from one result to the next; nil derives them from the sizes.
private func interpolate(
  _ x: Variable, _ size: IntPair, steps: (height: Double?, width: Double?), mode: InterpolationMode,
  alignCorners: Bool, antialias: Bool
) -> Variable {
  requireMap(x.shape)
  require(
    size.height > 0 && size.width > 0 && x.shape[1] > 0 && x.shape[2] > 0,
    "a map of \(size) cannot be made from \(x.shape)")
  require(mode != .nearest || !(alignCorners || antialias), "nearest has neither aligned corners nor antialiasing")
  func axis(_ source: Int, _ count: Int, _ step: Double?) -> AxisResampling {
    let aligned = count > 1 ? Double(source - 1) / Double(count - 1) : 0
    // As in PyTorch, an axis whose size does not change stays as it is, whatever the factor; only the bicubic filter
    // still runs.
    let isSame = source == count && (mode != .bicubic || antialias)
    let step = isSame ? 1 : alignCorners ? aligned : step ?? Double(source) / Double(count)
    switch mode {
    case .nearest: return .nearest(source, to: count, step: step)
    case _ where antialias:
      return .antialiased(source, to: count, step: step, isCubic: mode == .bicubic)
    case .bilinear: return .linear(source, to: count, step: step, alignCorners: alignCorners)
    case .bicubic: return .cubic(source, to: count, step: step, alignCorners: alignCorners)
    }
  }
  return resampled(
    x, vertical: axis(x.shape[1], size.height, steps.height), horizontal: axis(x.shape[2], size.width, steps.width),
    operation: "interpolate",
    as: GraphDescription(
      .interpolation(
        mode, alignsCorners: alignCorners, isAntialiased: antialias, scale: steps.height.map { 1 / $0 }),
      sizes: [size.height, size.width]))
}

/// A map whose height and width are resampled.
/// - Parameters:
///   - operation: the function's name, for a `Profiler`.
///   - graph: what a traced graph has of the operation.
func resampled(
  _ x: Variable, vertical: AxisResampling, horizontal: AxisResampling, operation: String,
  as graph: @autoclosure () -> GraphDescription?
) -> Variable {
  let kernel = Resampling(images: x.shape[0], channels: x.shape[3], vertical: vertical, horizontal: horizontal)
  let y = Tensor([x.shape[0], vertical.count, horizontal.count, x.shape[3]]) {
    resample(kernel, x.value, into: $0, accumulate: false)
  }
  return Variable(y, from: [x], operation: operation, as: graph()) { [x = x.gradientSlot] dy, gradients in
    gradients.write(to: x) { dx, accumulate in resample(kernel.transposed, dy, into: dx, accumulate: accumulate) }
  }
}

private func resample(_ kernel: Resampling, _ x: Tensor, into y: UnsafeMutablePointer<Float>, accumulate: Bool) {
  let memory = KernelMemory(scratch: kernel.scratchCount, pieces: kernel.pieces)
  kernel.run(x.pointer, y, accumulate: accumulate, scratch: memory.scratch)
  withExtendedLifetime((x, memory)) {}
}
