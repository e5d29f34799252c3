import RAMiTAutograd
import RAMiTTensorCore

extension BenchmarkItem {
  /// General products, of which the package's own kernels and OpenBLAS share the work: square ones, those of linear
  /// layers and convolutions, and attention's of a window.
  static var matrixProducts: [BenchmarkItem] {
    product([512, 512], [512, 512]) + product([2048, 2048], [2048, 2048])
      + product([16384, 576], [576, 64])
      + product([49152, 60], [60, 180])
      + product([1536, 64, 16], [1536, 64, 16], transposeB: true)
      + bothWays("linear 64 to 192, 4 x 64x64", [[4, 64, 64, 64], [192, 64], [192]]) {
        { linear($0[0], weight: $0[1], bias: $0[2]) }
      }
  }

  private static func product(_ a: Shape, _ b: Shape, transposeB: Bool = false) -> [BenchmarkItem] {
    bothWays("matmul [\(a)][\(b)]\(transposeB ? ", second transposed" : "")", [a, b]) {
      { matmul($0[0], $0[1], transposeB: transposeB) }
    }
  }
}
