import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  static func maxPool2d(
    _ map: Shape, kernelSize: IntPair, stride: IntPair? = nil, padding: IntPair = IntPair(0)
  ) -> OperationCheck {
    let window = Twin.Window(stride: stride ?? kernelSize, padding: padding)
    return OperationCheck("maxPool2d \(map) of \(kernelSize), \(window)", [Operand("x", map)]) {
      RAMiTAutograd.maxPool2d($0.x, kernelSize: kernelSize, stride: stride, padding: padding)
    } twin: {
      Twin.maxPool2d($0.x, kernel: kernelSize, window)
    }
  }

  static func avgPool2d(
    _ map: Shape, kernelSize: IntPair, stride: IntPair? = nil, padding: IntPair = IntPair(0), counts: Bool = true
  ) -> OperationCheck {
    let window = Twin.Window(stride: stride ?? kernelSize, padding: padding)
    return OperationCheck(
      "avgPool2d \(map) of \(kernelSize), \(window), counts padding: \(counts)", [Operand("x", map)]
    ) {
      RAMiTAutograd.avgPool2d(
        $0.x, kernelSize: kernelSize, stride: stride, padding: padding, countIncludesPadding: counts)
    } twin: {
      Twin.avgPool2d($0.x, kernel: kernelSize, window, countIncludesPadding: counts)
    }
  }

  static func adaptiveAvgPool2d(_ map: Shape, height: Int, width: Int) -> OperationCheck {
    OperationCheck("adaptiveAvgPool2d \(map) to \(height) x \(width)", [Operand("x", map)]) {
      RAMiTAutograd.adaptiveAvgPool2d($0.x, height: height, width: width)
    } twin: {
      Twin.adaptiveAvgPool2d($0.x, height: height, width: width)
    }
  }

  static func globalAvgPool2d(_ map: Shape) -> OperationCheck {
    OperationCheck("globalAvgPool2d \(map)", [Operand("x", map)]) {
      RAMiTAutograd.globalAvgPool2d($0.x)
    } twin: {
      Twin.adaptiveAvgPool2d($0.x, height: 1, width: 1)
    }
  }

  static func interpolate(
    _ map: Shape, height: Int, width: Int, _ mode: InterpolationMode, alignCorners: Bool = false,
    antialias: Bool = false
  ) -> OperationCheck {
    func step(_ source: Int, _ count: Int) -> Double {
      alignCorners ? Double(source - 1) / Double(max(1, count - 1)) : Double(source) / Double(count)
    }
    let steps = (step(map[1], height), step(map[2], width))
    return OperationCheck(
      "interpolate \(map) to \(height) x \(width), \(mode), aligned: \(alignCorners), antialias: \(antialias)",
      [Operand("x", map)]
    ) {
      RAMiTAutograd.interpolate(
        $0.x, height: height, width: width, mode: mode, alignCorners: alignCorners, antialias: antialias)
    } twin: {
      Twin.interpolate(
        $0.x, height: height, width: width, step: steps, filter: filter(mode, antialias), alignCorners: alignCorners)
    }
  }

  static func interpolate(_ map: Shape, scale: Double, _ mode: InterpolationMode) -> OperationCheck {
    let (height, width) = (Int(Double(map[1]) * scale), Int(Double(map[2]) * scale))
    func step(_ source: Int, _ count: Int) -> Double { source == count && mode != .bicubic ? 1 : 1 / scale }
    let steps = (step(map[1], height), step(map[2], width))
    return OperationCheck("interpolate \(map) by \(scale), \(mode)", [Operand("x", map)]) {
      RAMiTAutograd.interpolate($0.x, scale: scale, mode: mode)
    } twin: {
      Twin.interpolate(
        $0.x, height: height, width: width, step: steps, filter: filter(mode, false), alignCorners: false)
    }
  }

  private static func filter(_ mode: InterpolationMode, _ antialias: Bool) -> Twin.Filter {
    switch mode {
    case .nearest: .nearest
    case .bilinear: antialias ? .antialiasedLinear : .linear
    case .bicubic: antialias ? .antialiasedCubic : .cubic
    }
  }

  /// At sizes that are cut into many pieces of work.
  static let largePooling: [OperationCheck] = [
    maxPool2d([3, 60, 64, 12], kernelSize: IntPair(4)),
    maxPool2d([3, 41, 43, 36], kernelSize: IntPair(3), stride: IntPair(2), padding: IntPair(1)),
    avgPool2d([2, 61, 60, 20], kernelSize: IntPair(3), stride: IntPair(1), padding: IntPair(1), counts: false),
    globalAvgPool2d([2, 90, 91, 20]), adaptiveAvgPool2d([2, 90, 91, 20], height: 70, width: 8),
    interpolate([2, 40, 33, 12], height: 97, width: 70, .bicubic),
    interpolate([2, 90, 91, 12], height: 41, width: 100, .bilinear, antialias: true),
  ]
}
