import RAMiTAutograd
import RAMiTTensorCore

extension BenchmarkItem {
  /// General products, of which the package's own kernels and OpenBLAS share the work: square ones, those of linear
  /// layers and convolutions, attention's of a window and of a sequence, and products with a vector.
  static var matrixProducts: [BenchmarkItem] {
    table(
      product([512, 512], [512, 512]), product([2048, 2048], [2048, 2048]), product([1000, 513], [513, 257]),
      product([16384, 576], [576, 64]), product([49152, 60], [60, 180]),
      product([16384, 64], [16384, 576], transposeA: true), product([1, 4096], [4096, 1024]),
      product([1536, 64, 16], [1536, 64, 16], transposeB: true),
      product([12, 512, 64], [12, 512, 64], transposeB: true), product([64, 128, 128], [64, 128, 128]),
      operation("linear 64 to 192, 4 x 64x64", [[4, 64, 64, 64], [192, 64], [192]]) {
        linear($0[0], weight: $0[1], bias: $0[2])
      },
      operation("linear 768 to 3072, 512 rows", [[512, 768], [3072, 768], [3072]]) {
        linear($0[0], weight: $0[1], bias: $0[2])
      })
  }

  private static func product(
    _ a: Shape, _ b: Shape, transposeA: Bool = false, transposeB: Bool = false
  ) -> [BenchmarkItem] {
    let kind = transposeA ? ", first transposed" : transposeB ? ", second transposed" : ""
    return operation("matmul [\(a)][\(b)]\(kind)", [a, b]) {
      matmul($0[0], $0[1], transposeA: transposeA, transposeB: transposeB)
    }
  }
}
