import RAMiTAutograd
import RAMiTModels
import RAMiTOptimizers
import RAMiTTensorCore

extension BenchmarkItem {
  /// A feature map of RAMiT x2: the shape, and its name.
  private struct Map {
    let name: String
    let shape: Shape

    init(_ images: Int, _ height: Int, _ width: Int) {
      name = (images > 1 ? "\(images) x " : "") + "\(height)x\(width)"
      shape = [images, height, width, 64]
    }

    /// Their number, and their sides.
    var images: [Int] { [shape[0], shape[1], shape[2]] }

    func with(channels: Int) -> Shape { shape.replacing(-1, with: channels) }

    /// At a coarser level of the hierarchy.
    func level(_ level: Int) -> Shape { [shape[0], shape[1] >> level, shape[2] >> level, shape[3]] }
  }

  private static let model = RAMiTVariant.ramit.configuration(for: .x2)

  /// Every operation at the shapes of an image of 352x640 and of a step on 16 patches; those of the blocks at the
  /// model's coarsest resolution, too.
  static var operations: [BenchmarkItem] {
    let image = Map(1, 352, 640), coarse = Map(1, 88, 160), patches = Map(16, 64, 64)
    return [image, coarse, patches].flatMap(blockOperations) + [image, patches].flatMap(otherOperations) + [adam]
  }

  private static func blockOperations(_ map: Map) -> [BenchmarkItem] {
    attention(map) + feedForward(map) + mobiVari("MobiVari, \(map.name)", [map.shape]) + mixedFeedForward(map)
      + operation("layer norm + residual, \(map.name)", [map.shape, [64], [64], map.shape]) {
        layerNorm($0[0], weight: $0[1], bias: $0[2], residual: $0[3])
      }
  }

  private static func attention(_ map: Map) -> [BenchmarkItem] {
    let (spatial, channel, window) = (model.spatialHeads, model.channelHeads, model.window)
    let (wide, narrow) = (spatial * model.headDim, channel * model.headDim)
    let positions = (2 * window - 1) * (2 * window - 1)
    return operation(
      "reciprocal attention, \(map.name)",
      [
        map.shape, map.shape, [192, 64], [192], [spatial, 1, 1], [positions, spatial], [wide, wide], [wide],
        [channel, 1, 1], [narrow, narrow], [narrow],
      ]
    ) { v in
      let parameters = ReciprocalAttentionParameters(
        qkv: PointwiseParameters(weight: v[2], bias: v[3]),
        spatial: .init(
          logitScale: v[4], biasTable: v[5], projection: PointwiseParameters(weight: v[6], bias: v[7])),
        channel: .init(logitScale: v[8], projection: PointwiseParameters(weight: v[9], bias: v[10])))
      return reciprocalAttention(v[0], previous: v[1], parameters, window: window, shift: window / 2)
    }
  }

  private static func feedForward(_ map: Map) -> [BenchmarkItem] {
    let hidden = model.hiddenDim
    return operation(
      "feed-forward, \(map.name)", [map.shape, [hidden, 64], [hidden], [64, hidden], [64], [64], [64]]
    ) { v in
      RAMiTAutograd.feedForward(
        v[0], hidden: PointwiseParameters(weight: v[1], bias: v[2]),
        out: PointwiseParameters(weight: v[3], bias: v[4]), norm: NormParameters(weight: v[5], bias: v[6]),
        savesIntermediates: true)
    }
  }

  /// To 64 channels.
  /// - Parameter parts: side by side, coarser ones shuffled to the first one's resolution.
  private static func mobiVari(_ name: String, _ parts: [Shape]) -> [BenchmarkItem] {
    operation(name, mobiVariShapes(inputs: parts.reduce(0) { $0 + $1.count } / parts[0].rows) + parts) { v in
      RAMiTAutograd.mobiVari(Array(v[6...]), mobiVariParameters(v), activation: model.mobivari.activation)
    }
  }

  private static func mobiVariShapes(inputs: Int) -> [Shape] {
    let width = model.mobivari.width, wide = width.channels(inputs)
    return [[wide, inputs / width.groups], [wide], [3, 3, wide], [wide], [64, wide], [64]]
  }

  private static func mobiVariParameters(_ v: [Variable]) -> MobiVariParameters {
    MobiVariParameters(
      expand: PointwiseParameters(weight: v[0], bias: v[1], groups: model.mobivari.width.groups),
      depthwise: DepthwiseParameters(weight: v[2], bias: v[3]),
      pointwise: PointwiseParameters(weight: v[4], bias: v[5]))
  }

  /// What follows a block's attentions.
  private static func mixedFeedForward(_ map: Map) -> [BenchmarkItem] {
    let hidden = model.hiddenDim
    return operation(
      "MobiVari and feed-forward, \(map.name)",
      mobiVariShapes(inputs: 64) + [
        map.shape, map.shape, [64], [64], [hidden, 64], [hidden], [64, hidden], [64], [64], [64],
      ]
    ) { v in
      RAMiTAutograd.mixedFeedForward(
        v[6], heads: v[7], mix: mobiVariParameters(v), activation: model.mobivari.activation,
        branchNorm: NormParameters(weight: v[8], bias: v[9]), hidden: PointwiseParameters(weight: v[10], bias: v[11]),
        out: PointwiseParameters(weight: v[12], bias: v[13]), norm: NormParameters(weight: v[14], bias: v[15]))
    }
  }

  private static func otherOperations(_ map: Map) -> [BenchmarkItem] {
    let pyramid = [map.shape, map.level(1), map.level(2)]
    return mobiVari("MobiVari of the bottleneck, \(map.name)", pyramid)
      + mobiVari("MobiVari of H-RAMi, \(map.name)", pyramid + [map.shape])
      + mobiVari("MobiVari of downsizing, \(map.name)", [map.level(1).replacing(-1, with: 4 * 64)])
      + convolution(3, 3, 64, at: map.images) + convolution(3, 64, 12, at: map.images)
      + convolution(3, 3, 3, at: [map.shape[0], 2 * map.shape[1], 2 * map.shape[2]])
      + moves(map) + imageOperations(map)
  }

  private static func moves(_ map: Map) -> [BenchmarkItem] {
    operation("pixel shuffle, \(map.name)", [map.with(channels: 12)]) { pixelShuffle($0[0], 2) }
      + operation("max pool by 2, \(map.name)", [map.shape]) { maxPool2d($0[0], kernelSize: 2) }
      + operation("max pool by 4, \(map.name)", [map.shape]) { maxPool2d($0[0], kernelSize: 4) }
      + operation("patch merging, \(map.name)", [map.shape]) { patchMerging($0[0]) }
  }

  private static func imageOperations(_ map: Map) -> [BenchmarkItem] {
    let image = Shape([map.shape[0], 2 * map.shape[1], 2 * map.shape[2], 3])
    return operation("sum, \(map.name)", [map.shape, map.shape]) { $0[0] + $0[1] }
      + operation("product, \(map.name)", [map.shape, map.shape]) { $0[0] * $0[1] }
      + operation("LeakyReLU, \(map.name)", [map.shape]) { leakyReLU($0[0]) }
      + operation("normalisation of the image, \(map.name)", [map.with(channels: 3)]) {
        scaleAndShift($0[0], scale: [4, 4, 4], shift: [-2, -2, -2])
      }
      + layer("L1 loss, \(map.name)", [image]) {
        let target = Tensor(zeros: image)
        return { l1Loss($0[0], target) }
      }
  }

  /// One step over all parameters.
  private static var adam: BenchmarkItem {
    BenchmarkItem(name: "Adam") {
      let count = model.parameterCount, adam = Adam(count: count)
      let values = Tensor(zeros: [count]), gradients = Tensor(repeating: 1e-3, [count])
      return {
        adam.step(values, gradients: gradients, learningRate: 1e-4)
        Profiler.update("adam", shape: values.shape, passes: 7)
      }
    }
  }
}
