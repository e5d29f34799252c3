import Autograd
import Kernels
import TensorCore

/// One operation at one of the model's shapes.
struct BenchmarkCase {
  let name: String
  /// Of one run; 0 for what only moves data.
  let floatingPointOperations: Double
  /// The least that one run reads and writes: operands and results once.
  let bytes: Double
  /// Makes the operands, and returns what is to be timed.
  let prepare: () -> () -> Void

  /// RAMiT x2 at full resolution and at its coarsest: the block's operations, then the others.
  static var all: [BenchmarkCase] {
    let maps: [(String, Shape)] = [("352x640", [1, 352, 640, 64]), ("16 x 64x64", [16, 64, 64, 64])]
    let kinds = [attention, feedForward, mobiVari, norm, convolution, moves]
    return maps.flatMap { map, shape in kinds.flatMap { $0(map, shape) } }
  }

  /// An operation forward, and backward with respect to all of its operands.
  /// - Parameters:
  ///   - operands: their shapes; the first is the feature map.
  ///   - multiplyAdds: of the way there; the way back does twice as many, not counting what it computes again.
  private static func pair(
    _ name: String, _ map: String, operands: [Shape], multiplyAdds: Double, outputs: Int,
    _ operation: @escaping ([Variable]) -> Variable
  ) -> [BenchmarkCase] {
    let values = operands.enumerated().map { random($1, seed: UInt64($0)) }
    let bytes = 4.0 * Double(values[0].count + outputs)
    return [
      BenchmarkCase(
        name: "\(name), \(map)", floatingPointOperations: 2 * multiplyAdds, bytes: bytes,
        prepare: { { _ = operation(values.map { Variable(constant: $0) }) } }),
      BenchmarkCase(
        name: "\(name), both ways, \(map)", floatingPointOperations: 6 * multiplyAdds, bytes: 3 * bytes,
        prepare: {
          let gradients = values.map { Tensor(zeros: $0.shape) }
          return {
            let tape = Tape()
            tape.backward(from: operation(zip(values, gradients).map { tape.leaf($0, gradient: $1) }))
          }
        }),
    ]
  }

  private static func random(_ shape: Shape, seed: UInt64) -> Tensor {
    var random = RandomNumbers(seed: seed)
    return Tensor((0..<shape.count).map { _ in 0.2 * (random.uniform() - 0.5) }, shape)
  }

  private static func attention(_ map: String, _ shape: Shape) -> [BenchmarkCase] {
    let pixels = Double(shape.rows)
    // Projections to Q, K, V and after the heads, three spatial heads of width 16 over 64 tokens, one over 16 channels.
    let multiplyAdds = pixels * Double(64 * 192 + 48 * 48 + 16 * 16 + 3 * 2 * 64 * 16 + 2 * 16 * 16)
    let operands: [Shape] = [
      shape, shape, [192, 64], [192], [3, 1, 1], [225, 3], [48, 48], [48], [1, 1, 1], [16, 16], [16],
    ]
    return pair("reciprocal attention", map, operands: operands, multiplyAdds: multiplyAdds, outputs: shape.count) {
      v in
      let parameters = ReciprocalAttentionParameters(
        qkv: PointwiseParameters(weight: v[2], bias: v[3]),
        spatial: .init(
          logitScale: v[4], biasTable: v[5], projection: PointwiseParameters(weight: v[6], bias: v[7])),
        channel: .init(logitScale: v[8], projection: PointwiseParameters(weight: v[9], bias: v[10])))
      return reciprocalAttention(v[0], previous: v[1], parameters, window: 8, shift: 4)
    }
  }

  private static func feedForward(_ map: String, _ shape: Shape) -> [BenchmarkCase] {
    let operands: [Shape] = [shape, [128, 64], [128], [64, 128], [64], [64], [64]]
    let multiplyAdds = Double(shape.rows) * 2 * 64 * 128
    return pair("feed-forward", map, operands: operands, multiplyAdds: multiplyAdds, outputs: shape.count) { v in
      Autograd.feedForward(
        v[0], hidden: PointwiseParameters(weight: v[1], bias: v[2]), out: PointwiseParameters(weight: v[3], bias: v[4]),
        gamma: v[5], beta: v[6])
    }
  }

  private static func mobiVari(_ map: String, _ shape: Shape) -> [BenchmarkCase] {
    let operands: [Shape] = [shape, [80, 16], [80], [3, 3, 80], [80], [64, 80], [64]]
    let multiplyAdds = Double(shape.rows) * Double(80 * 16 + 9 * 80 + 80 * 64)
    return pair("MobiVari", map, operands: operands, multiplyAdds: multiplyAdds, outputs: shape.count) { v in
      Autograd.mobiVari(
        v[0],
        MobiVariParameters(
          expand: PointwiseParameters(weight: v[1], bias: v[2], groups: 4), depthwiseWeight: v[3], depthwiseBias: v[4],
          pointwise: PointwiseParameters(weight: v[5], bias: v[6])), activation: .leakyReLU)
    }
  }

  private static func norm(_ map: String, _ shape: Shape) -> [BenchmarkCase] {
    pair("layer norm + residual", map, operands: [shape, [64], [64], shape], multiplyAdds: 0, outputs: 2 * shape.count)
    {
      layerNorm($0[0], gamma: $0[1], beta: $0[2], residual: $0[3])
    }
  }

  private static func convolution(_ map: String, _ shape: Shape) -> [BenchmarkCase] {
    let pixels = Double(shape.rows), image = shape.replacing(-1, with: 3)
    return pair(
      "3x3 convolution 3 to 64", map, operands: [image, [64, 3, 3, 3], [64]], multiplyAdds: pixels * 27 * 64,
      outputs: shape.count
    ) { convolution3x3($0[0], weight: $0[1], bias: $0[2]) }
      + pair(
        "3x3 convolution 64 to 12", map, operands: [shape, [12, 3, 3, 64], [12]], multiplyAdds: pixels * 576 * 12,
        outputs: shape.rows * 12
      ) { convolution3x3($0[0], weight: $0[1], bias: $0[2]) }
  }

  private static func moves(_ map: String, _ shape: Shape) -> [BenchmarkCase] {
    pair("pixel shuffle", map, operands: [shape], multiplyAdds: 0, outputs: shape.count) { pixelShuffle($0[0], 2) }
      + pair("max pool", map, operands: [shape], multiplyAdds: 0, outputs: shape.count / 4) { maxPool($0[0], 2) }
      + pair("space to depth", map, operands: [shape], multiplyAdds: 0, outputs: shape.count) { spaceToDepth($0[0]) }
  }
}
