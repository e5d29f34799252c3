import RAMiTAutograd
import RAMiTKernels
import RAMiTTensorCore

/// The general operations of RAMiTAutograd, which models of one's own are made of. The map is larger than the caches.
extension BenchmarkItem {
  private static var map: Shape { [4, 128, 128, 64] }
  private static var size: String { "4 x 128x128" }

  static var normalizations: [BenchmarkItem] {
    table(
      operation("layer norm, \(size)", [map, [64], [64]]) { layerNorm($0[0], weight: $0[1], bias: $0[2]) },
      operation("layer norm of 768, 4096 rows", [[4096, 768], [768], [768]]) {
        layerNorm($0[0], weight: $0[1], bias: $0[2])
      },
      operation("RMS norm, \(size)", [map, [64]]) { rmsNorm($0[0], weight: $0[1]) },
      operation("group norm of 8, \(size)", [map, [64], [64]]) {
        groupNorm($0[0], groups: 8, weight: $0[1], bias: $0[2])
      },
      operation("instance norm, \(size)", [map, [64], [64]]) { instanceNorm($0[0], weight: $0[1], bias: $0[2]) },
      operation("batch norm, \(size)", [map, [64], [64]]) { batchNorm($0[0], weight: $0[1], bias: $0[2]).y },
      operation("L2 normalisation, \(size)", [map]) { l2Normalize($0[0]) },
      operation("softmax of 64, \(size)", [map]) { softmax($0[0]) },
      operation("softmax of 1024, 4096 rows", [[4096, 1024]]) { softmax($0[0]) },
      operation("softmax of 128 columns, \(size)", [map]) { softmax($0[0], axis: 2) },
      operation("log softmax of 64, \(size)", [map]) { logSoftmax($0[0]) })
  }

  static var reductions: [BenchmarkItem] {
    table(
      operation("sum of all, \(size)", [map]) { $0[0].sum() },
      operation("sum of channels, \(size)", [map]) { $0[0].sum(axes: [-1]) },
      operation("mean of pixels, \(size)", [map]) { $0[0].mean(axes: [1, 2]) },
      operation("maximum of channels, \(size)", [map]) { $0[0].max(axis: -1).values },
      operation("maximum of pixels, \(size)", [map]) { $0[0].max(axes: [1, 2]) },
      operation("variance of channels, \(size)", [map]) { $0[0].variance(axes: [-1]) },
      operation("L2 norm of channels, \(size)", [map]) { $0[0].norm(axes: [-1]) },
      operation("log-sum-exp of channels, \(size)", [map]) { $0[0].logSumExp(axes: [-1]) },
      operation("cumulative sum of columns, \(size)", [map]) { $0[0].cumulativeSum(axis: 2) })
  }

  static var elementwise: [BenchmarkItem] {
    let unary: [(String, (Variable) -> Variable)] = [
      ("ReLU", { relu($0) }), ("GELU", { gelu($0) }), ("GELU, tanh", { gelu($0, approximation: .tanh) }),
      ("SiLU", { silu($0) }), ("sigmoid", { $0.sigmoid() }), ("tanh", { $0.tanh() }), ("softplus", { softplus($0) }),
      ("hardswish", { hardswish($0) }), ("exp", { $0.exp() }), ("erf", { $0.erf() }), ("square", { $0.square() }),
      ("clamp", { $0.clamp(min: 0, max: 0.05) }), ("sine", { $0.sin() }), ("product with a number", { $0 * 2 }),
      ("channel gate", { channelGate($0) }), ("dropout", { dropout($0, DropoutMask(rate: 0.1, key: 1)) }),
    ]
    return unary.flatMap { name, function in operation("\(name), \(size)", [map]) { function($0[0]) } }
      + table(
        operation("PReLU, \(size)", [map, [64]]) { prelu($0[0], weight: $0[1]) },
        operation("sum with channels, \(size)", [map, [64]]) { $0[0] + $0[1] },
        operation("product with pixels, \(size)", [map, [4, 128, 128, 1]]) { $0[0] * $0[1] },
        operation("product with samples' channels, \(size)", [map, [4, 1, 1, 64]]) { $0[0] * $0[1] },
        operation("difference, \(size)", [map, map]) { $0[0] - $0[1] },
        operation("quotient, \(size)", [map, map]) { $0[0] / ($0[1] + 1) },
        operation("maximum of two, \(size)", [map, map]) { maximum($0[0], $0[1]) },
        operation("choice, \(size)", [map, map]) { `where`($0[0] .> $0[1], $0[0], $0[1]) })
  }

  static var rearrangements: [BenchmarkItem] {
    let rows = (0..<65536).map { $0 &* 40503 & 0xffff }
    return table(
      operation("channels first, \(size)", [map]) { $0[0].permuted([0, 3, 1, 2]) },
      operation("rows and columns exchanged, \(size)", [map]) { $0[0].transposed(1, 2) },
      operation("transposed 2048x2048", [[2048, 2048]]) { $0[0].transposed(0, 1) },
      operation("flip of columns, \(size)", [map]) { $0[0].flipped(axes: [2]) },
      operation("roll, \(size)", [map]) { $0[0].rolled(shifts: [4, 4], axes: [1, 2]) },
      operation("concatenation of channels, \(size)", [map, map]) { concatenate($0, axis: -1) },
      operation("slice of channels, \(size)", [map]) { $0[0].sliced(axis: -1, 16..<48) },
      operation("crop, \(size)", [map]) { $0[0].cropped(top: 4, left: 4, height: 96, width: 96) },
      operation("gather of 65536 rows of 64", [[65536, 64]]) { $0[0].gather(axis: 0, indices: rows) },
      operation("padding with zeros, \(size)", [map]) { pad($0[0], top: 4, bottom: 4, left: 4, right: 4) },
      operation("padding by reflection, \(size)", [map]) {
        pad($0[0], top: 4, bottom: 4, left: 4, right: 4, mode: .reflect)
      },
      operation("window partition of 8, \(size)", [map]) { windowPartition($0[0], window: 8) },
      operation("pixel shuffle by 2, \(size)", [map]) { pixelShuffle($0[0], 2) },
      operation("pixel unshuffle by 2, \(size)", [map]) { pixelUnshuffle($0[0], 2) })
  }

  static var resampling: [BenchmarkItem] {
    table(
      operation("max pool of 3 by 2, \(size)", [map]) { maxPool2d($0[0], kernelSize: 3, stride: 2, padding: 1) },
      operation("average pool of 2, \(size)", [map]) { avgPool2d($0[0], kernelSize: 2) },
      operation("average pool of 3 by 1, \(size)", [map]) { avgPool2d($0[0], kernelSize: 3, stride: 1, padding: 1) },
      operation("adaptive average pool to 7x7, \(size)", [map]) { adaptiveAvgPool2d($0[0], height: 7, width: 7) },
      operation("global average pool, \(size)", [map]) { globalAvgPool2d($0[0]) },
      operation("nearest by 2, 128x128", [[1, 128, 128, 64]]) { interpolate($0[0], scale: 2, mode: .nearest) },
      operation("bilinear by 2, 128x128", [[1, 128, 128, 64]]) { interpolate($0[0], scale: 2, mode: .bilinear) },
      operation("bicubic by 2, 128x128", [[1, 128, 128, 64]]) { interpolate($0[0], scale: 2, mode: .bicubic) },
      operation("bicubic by 1/2 with antialiasing, 4 x 256x256", [[4, 256, 256, 3]]) {
        interpolate($0[0], scale: 0.5, mode: .bicubic, antialias: true)
      })
  }

  /// Of a batch of restored images.
  static var losses: [BenchmarkItem] {
    let images: Shape = [16, 128, 128, 3]
    let losses: [(String, (Variable, Tensor) -> Variable)] = [
      ("MSE loss", { mseLoss($0, $1) }), ("Charbonnier loss", { charbonnierLoss($0, $1) }),
      ("Huber loss", { huberLoss($0, $1) }), ("PSNR loss", { psnrLoss($0, $1) }), ("SSIM loss", { ssimLoss($0, $1) }),
      ("edge loss", { edgeLoss($0, $1) }), ("Fourier amplitude loss", { fourierAmplitudeLoss($0, $1) }),
      ("total variation loss", { output, _ in totalVariationLoss(output) }),
    ]
    return losses.flatMap { name, loss in
      layer("\(name), 16 x 128x128", [images]) {
        let target = Tensor(zeros: images)
        return { loss($0[0], target) }
      }
    }
  }
}
