import RAMiTAutograd
import RAMiTTensorCore

extension BenchmarkItem {
  /// Convolutions of other models: stems, patch embeddings, downsampling, grouped, dilated, large, depth-wise and
  /// transposed ones.
  static var convolutions: [BenchmarkItem] {
    // Kernel, inputs and outputs, then what is not 1, and the images.
    table(
      convolution(3, 64, 64), convolution(3, 64, 64, at: [4, 64, 64]), convolution(3, 64, 256),
      convolution(3, 180, 180), convolution(5, 64, 64), convolution(7, 3, 64), convolution(9, 3, 64),
      convolution(1, 64, 64), convolution(1, 64, 256), convolution(1, 256, 64),
      convolution(3, 64, 64, groups: 4), convolution(1, 64, 64, groups: 4),
      convolution(3, 64, 128, stride: 2), convolution(4, 3, 96, stride: 4), convolution(2, 64, 128, stride: 2),
      convolution(3, 64, 64, dilation: 2),
      depthwise(3), depthwise(5), depthwise(7), depthwise(3, stride: 2), depthwise(3, at: [4, 64, 64]),
      transposed(2), transposed(4),
      operation("shift convolution, 128x128", [[1, 128, 128, 60], [60, 60], [60]]) {
        shiftConv2d($0[0], PointwiseParameters(weight: $0[1], bias: $0[2]))
      })
  }

  /// - Parameter images: their number, and their sides.
  static func convolution(
    _ kernel: Int, _ inputs: Int, _ outputs: Int, groups: Int = 1, stride: Int = 1, dilation: Int = 1,
    at images: [Int] = [1, 128, 128]
  ) -> [BenchmarkItem] {
    let kind = (groups > 1 ? ", \(groups) groups" : "") + details(stride, dilation)
    // A patch embedding has no padding.
    let padding = stride == kernel ? 0 : dilation * (kernel / 2)
    return operation(
      "\(kernel)x\(kernel) convolution \(inputs) to \(outputs)\(kind), \(name(images))",
      [Shape(images + [inputs]), [outputs, kernel, kernel, inputs / groups], [outputs]]
    ) {
      conv2d(
        $0[0], weight: $0[1], bias: $0[2], stride: stride, padding: padding, dilation: dilation, groups: groups)
    }
  }

  private static func depthwise(_ kernel: Int, stride: Int = 1, at images: [Int] = [1, 128, 128]) -> [BenchmarkItem] {
    operation(
      "depth-wise \(kernel)x\(kernel) convolution\(details(stride, 1)), \(name(images))",
      [Shape(images + [64]), [kernel, kernel, 64], [64]]
    ) { depthwiseConv2d($0[0], weight: $0[1], bias: $0[2], stride: stride, padding: kernel / 2) }
  }

  /// Doubles the sides.
  private static func transposed(_ kernel: Int) -> [BenchmarkItem] {
    operation(
      "transposed \(kernel)x\(kernel) convolution 64 to 32, stride 2, 64x64",
      [[1, 64, 64, 64], [64, kernel, kernel, 32], [32]]
    ) { convTranspose2d($0[0], weight: $0[1], bias: $0[2], stride: 2, padding: kernel / 2 - 1) }
  }

  private static func details(_ stride: Int, _ dilation: Int) -> String {
    (stride > 1 ? ", stride \(stride)" : "") + (dilation > 1 ? ", dilation \(dilation)" : "")
  }

  private static func name(_ images: [Int]) -> String {
    (images[0] > 1 ? "\(images[0]) x " : "") + "\(images[1])x\(images[2])"
  }
}
