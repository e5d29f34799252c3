import RAMiTAutograd
import RAMiTKernels
import RAMiTModels
import RAMiTTensorCore

/// A function of images N x H x W x 3 in [0, 1], and of a parameter of three numbers in [0.5, 1], that gives the same
/// shape: each has an operation in it that a graph can have.
struct OperatorCase: Sendable, CustomStringConvertible {
  let description: String
  /// What the sides of images are multiples of.
  let multiple: Int
  let function: @Sendable (_ images: Variable, _ numbers: Variable) -> Variable

  init(
    _ description: String, multiple: Int = 1, _ function: @escaping @Sendable (Variable, Variable) -> Variable
  ) {
    (self.description, self.multiple, self.function) = (description, multiple, function)
  }

  var model: FunctionModel { FunctionModel(padding: ImagePadding(multiple: multiple), function) }

  /// Where x is in [0, 1], -0.5 ... 0.5.
  private static func centred(_ x: Variable) -> Variable { x - 0.5 }

  static let all = elementwise + shapes + networks + fused

  private static let unary: [(name: String, function: @Sendable (Variable) -> Variable)] = [
    ("relu", { relu(centred($0)) }), ("relu6", { relu6(centred($0) * 20) }),
    ("leakyReLU", { leakyReLU(centred($0), slope: 0.2) }), ("elu", { elu(centred($0), alpha: 0.7) }),
    ("gelu", { gelu(centred($0) * 4) }), ("tanhGELU", { gelu(centred($0) * 4, approximation: .tanh) }),
    ("silu", { silu(centred($0) * 4) }), ("softplus", { softplus(centred($0) * 4) }),
    ("mish", { mish(centred($0) * 4) }), ("hardsigmoid", { hardsigmoid(centred($0) * 10) }),
    ("hardswish", { hardswish(centred($0) * 10) }), ("exp", { $0.exp() }), ("log", { ($0 + 0.1).log() }),
    ("log1p", { $0.log1p() }), ("sqrt", { $0.sqrt() }), ("rsqrt", { ($0 + 0.1).rsqrt() }),
    ("reciprocal", { ($0 + 0.1).reciprocal() }), ("square", { $0.square() }), ("pow", { ($0 + 0.1).pow(1.7) }),
    ("abs", { centred($0).abs() }), ("sign", { centred($0).sign() }), ("sin", { ($0 * 4).sin() }),
    ("cos", { ($0 * 4).cos() }), ("tanh", { ($0 * 2).tanh() }), ("sigmoid", { ($0 * 2).sigmoid() }),
    ("erf", { centred($0).erf() }), ("clamp", { $0.clamp(min: 0.2, max: 0.7) }),
    ("clampBelow", { $0.clamp(min: 0.2) }),
    ("negative", { -$0 }), ("subtracting", { 1 - $0 }), ("quotient", { 2 / ($0 + 1) }), ("dividing", { $0 / 3 }),
  ]

  private static let elementwise: [OperatorCase] =
    unary.map { name, function in OperatorCase(name) { x, _ in function(x) } } + [
      OperatorCase("maximum") { maximum($0, $1) }, OperatorCase("minimum") { minimum($0, $1) },
      OperatorCase("prelu") { prelu(centred($0), weight: $1) }, OperatorCase("power") { ($0 + 0.1).pow($1) },
      OperatorCase("divide") { $0 / $1 }, OperatorCase("subtract") { $1 - $0 },
      OperatorCase("comparisons") { x, numbers in
        let counts: [Tensor] = [
          x .> numbers, x .>= numbers, x .< numbers, x .<= numbers, x .== numbers, x .!= numbers, x .> 0.5,
        ]
        return counts.enumerated().reduce(x) { $0 + Variable(constant: $1.element) * Float($1.offset + 1) }
      },
      OperatorCase("where") { `where`($0 .> 0.5, $0, $1) },
      OperatorCase("scaleAndShift") { x, _ in scaleAndShift(x, scale: [1, 2, 3], shift: [0, -1, 0.5]) },
    ]

  private static let shapes: [OperatorCase] = [
    OperatorCase("reshape") { x, _ in x.reshaped([x.shape[0], -1]).reshaped(x.shape) },
    OperatorCase("permute") { x, _ in x.permuted([0, 2, 3, 1]).exp().permuted([0, 3, 1, 2]) },
    OperatorCase("slice") { x, _ in x.sliced(axis: 1, 1..<x.shape[1]).mean(axes: [1], keepsDimensions: true) + x },
    OperatorCase("sliceChannels") { x, _ in
      let features = conv(x, outputs: 4)
      return features.sliced(axis: 3, 1..<4)
    },
    OperatorCase("flip") { x, _ in x.flipped(axes: [1, -1]) },
    OperatorCase("roll") { x, _ in x.rolled(shifts: [-2, 1], axes: [1, 2]) },
    OperatorCase("concatenate") { x, _ in
      concatenate([x, x * 2], axis: 1).sliced(axis: 1, x.shape[1]..<2 * x.shape[1])
    },
    OperatorCase("gather") { x, _ in x.gather(axis: 3, indices: [2, 0, 0]) },
    OperatorCase("broadcast") { x, numbers in numbers.broadcast(to: x.shape) * x },
    OperatorCase("padZero") { x, _ in cut(pad(x, top: 1, bottom: 2, left: 3, right: 4), x) },
    OperatorCase("padConstant") { x, _ in cut(pad(x, top: 1, bottom: 2, left: 3, mode: .constant(0.7)), x) },
    OperatorCase("padReflect") { x, _ in cut(pad(x, top: 1, bottom: 2, left: 3, mode: .reflect), x) },
    OperatorCase("padReplicate") { x, _ in cut(pad(x, top: 1, bottom: 2, left: 3, mode: .replicate), x) },
    OperatorCase("padSymmetric") { x, _ in cut(pad(x, top: 3, bottom: 2, left: 1, mode: .symmetric), x) },
    OperatorCase("pixelShuffle") { x, _ in avgPool2d(pixelShuffle(conv(x, outputs: 12), 2), kernelSize: 2) },
    OperatorCase("pixelUnshuffle") { x, _ in
      let tall = concatenate([x, x * 2], axis: 1), wide = concatenate([tall, tall * 3], axis: 2)
      return pixelUnshuffle(wide, 2).sliced(axis: 3, 5..<8)
    },
    OperatorCase("interpolateNearest") { x, _ in avgPool2d(interpolate(x, scale: 2), kernelSize: 2) },
    OperatorCase("interpolateBilinear") { x, _ in
      let large = interpolate(x, height: x.shape[1] * 2, width: x.shape[2] * 2, mode: .bilinear)
      return large.sliced(axis: 1, 0..<x.shape[1]).sliced(axis: 2, 0..<x.shape[2])
    },
    OperatorCase("interpolateBicubic") { x, _ in
      cut(interpolate(x, height: x.shape[1] * 3, width: x.shape[2] * 3, mode: .bicubic), x)
    },
    OperatorCase("interpolateAligned") { x, _ in
      cut(interpolate(x, height: x.shape[1] * 2, width: x.shape[2] * 2, mode: .bilinear, alignCorners: true), x)
    },
  ]

  /// A part of a larger map, of the size of another.
  private static func cut(_ x: Variable, _ like: Variable) -> Variable {
    x.cropped(height: like.shape[1], width: like.shape[2])
  }

  /// Numbers between -0.5 and 0.5, the same for the same shape.
  private static func weight(_ shape: Shape) -> Variable {
    let values = (0..<shape.count).map { (place: Int) -> Float in Float(place * 37 % 101) / 101 - 0.5 }
    return Variable(constant: Tensor(values, shape))
  }

  private static func conv(_ x: Variable, outputs: Int) -> Variable {
    conv2d(x, weight: weight([outputs, 3, 3, x.shape[3]]), padding: 1)
  }

  private static let networks: [OperatorCase] = [
    OperatorCase("conv2d") { x, numbers in
      let strided = conv2d(
        x, weight: weight([6, 3, 5, 1]), bias: weight([6]), padding: IntPair(2, 4), dilation: IntPair(2, 2), groups: 3)
      return strided.sliced(axis: 3, 0..<3) + numbers
    },
    OperatorCase("depthwiseConv2d") { x, numbers in
      depthwiseConv2d(x, weight: weight([3, 5, 3]), bias: numbers, padding: IntPair(1, 2))
    },
    OperatorCase("convTranspose2d") { x, numbers in
      let large = convTranspose2d(
        x, weight: weight([3, 3, 3, 3]), bias: numbers, stride: 2, padding: 1, outputPadding: 1)
      return avgPool2d(large, kernelSize: 2)
    },
    OperatorCase("linear") { x, numbers in linear(x, weight: weight([3, 3]), bias: numbers).exp() },
    OperatorCase("linearOfTokens") { x, numbers in
      linear(x.reshaped([x.shape[0], -1, 3]), weight: weight([3, 3]), bias: numbers).reshaped(x.shape)
    },
    OperatorCase("matmul") { x, _ in
      let rows = x.reshaped([x.shape[0], x.shape[1] * x.shape[2], 3])
      let products = matmul(rows, rows, transposeA: true) * 0.01
      return matmul(rows, products, transposeB: true).reshaped(x.shape)
    },
    OperatorCase("layerNorm") { x, numbers in layerNorm(x, weight: numbers, bias: nil, residual: x) },
    OperatorCase("layerNormWithoutMean") { x, numbers in
      layerNorm(x, weight: numbers, bias: numbers, subtractsMean: false)
    },
    OperatorCase("rmsNorm") { x, numbers in rmsNorm(x, weight: numbers) },
    OperatorCase("groupNorm") { x, numbers in groupNorm(x, groups: 1, weight: numbers, bias: numbers) },
    OperatorCase("instanceNorm") { x, _ in instanceNorm(x) },
    OperatorCase("batchNorm") { x, numbers in
      batchNorm(x, mean: numbers.value, variance: numbers.value, weight: numbers, bias: numbers)
    },
    OperatorCase("l2Normalize") { x, _ in l2Normalize(x, axis: 1) },
    OperatorCase("softmax") { x, _ in softmax(x) + logSoftmax(x, axis: 3) },
    OperatorCase("reductions") { x, _ in
      let parts = [
        x.sum(axes: [1], keepsDimensions: true) * 0.01, x.mean(axes: [-1], keepsDimensions: true),
        x.max(axes: [1, 2], keepsDimensions: true), x.min(axes: [2], keepsDimensions: true),
        x.norm(.l1, axes: [3], keepsDimensions: true), x.norm(axes: [3], keepsDimensions: true),
        x.logSumExp(axes: [3], keepsDimensions: true), x.mean(axes: [0, 1, 2]),
        x.variance(axes: [3], keepsDimensions: true),
        x.standardDeviation(axes: [3], isUnbiased: false, keepsDimensions: true),
      ]
      return parts.reduce(x) { $0 + $1 }
    },
    OperatorCase("cumulativeSum") { x, _ in x.cumulativeSum(axis: -1) },
    OperatorCase("maxPool2d") { x, _ in
      maxPool2d(x, kernelSize: 3, stride: 1, padding: 1)
    },
    OperatorCase("avgPool2d") { x, _ in
      avgPool2d(x, kernelSize: 3, stride: 1, padding: 1)
        + avgPool2d(x, kernelSize: 3, stride: 1, padding: 1, countIncludesPadding: false)
    },
    OperatorCase("globalAvgPool2d") { x, _ in x * globalAvgPool2d(x) },
  ]

  private static let fused: [OperatorCase] = [
    OperatorCase("windowAttention", multiple: 4) { x, _ in
      let attended = windowAttention(
        conv(x, outputs: 18), heads: 2, window: 4, shift: 2, positionBias: weight([2, 16, 16]),
        scale: .cosine(weight([2, 1, 1]) + 3))
      return attended.sliced(axis: 3, 0..<3)
    },
    OperatorCase("windowAttentionOfGroups", multiple: 4) { x, _ in
      let groups = [
        AttentionGroup(heads: 1, headDim: 2, queries: 0, keys: 0, values: 2, windowHeight: 4, windowWidth: 2),
        AttentionGroup(
          heads: 2, headDim: 2, queries: 4, keys: 6, values: 0, headStep: 8, windowHeight: 2, windowWidth: 4,
          shiftDown: 1, shiftRight: 3, masksRegions: true),
      ]
      let features = conv(x, outputs: 16)
      let attended = windowAttention(features, groups: groups, scale: .constant(0.7))
      return attended.sliced(axis: 3, 0..<3)
        + windowAttention(features, values: features * 2, groups: groups, scale: .constant(1)).sliced(axis: 3, 3..<6)
    },
    OperatorCase("channelAttention") { x, numbers in
      channelAttention(conv(x, outputs: 9), heads: 3, scale: numbers)
    },
    OperatorCase("channelDotProducts") { x, _ in channelAttention(conv(x, outputs: 9), heads: 1, scale: .constant(0.01))
    },
    OperatorCase("channelGate") { x, _ in
      channelGate(conv(x, outputs: 6)) + channelGate(conv(x, outputs: 6), .gelu)
    },
    OperatorCase("mlp") { x, numbers in
      mlp(
        x, norm: NormParameters(weight: numbers, bias: numbers),
        hidden: PointwiseParameters(weight: weight([8, 3]), bias: weight([8])),
        out: PointwiseParameters(weight: weight([3, 8]), bias: numbers), addsInput: true)
    },
    OperatorCase("fusedLinear") { x, numbers in
      fusedLinear(
        x, norm: NormParameters(weight: numbers, bias: numbers),
        PointwiseParameters(weight: weight([3, 3]), bias: numbers), adding: x)
    },
    OperatorCase("shiftConv2d") { x, _ in
      let features = shiftConv2d(
        conv(x, outputs: 11), PointwiseParameters(weight: weight([11, 11]), bias: weight([11])), rectifies: true)
      return shiftConv2d(features, PointwiseParameters(weight: weight([3, 11]), bias: weight([3])), adding: x)
    },
  ]
}
