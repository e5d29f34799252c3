import Testing

@testable import RAMiTLinearAlgebra

@Suite struct OpenBLASTests {
  /// Rows that lie apart, transposed factors, and sums; in whole numbers, which are not rounded.
  @Test(.enabled(if: OpenBLAS.installed != nil), arguments: [false, true], [false, true])
  func multiplies(transposed: Bool, bTransposed: Bool) {
    let (m, n, k) = (5, 7, 3), (aStride, bStride, cStride) = (9, 11, 8)
    let a = (0..<9 * aStride).map { Float($0 % 13 - 6) }, b = (0..<11 * bStride).map { Float($0 % 17 - 8) }
    for accumulate in [false, true] {
      var c = [Float](repeating: 2, count: m * cStride)
      OpenBLAS.installed!.multiply(
        rows: m, columns: n, inner: k, a, stride: aStride, transposed: transposed, b, stride: bStride,
        transposed: bTransposed, into: &c, stride: cStride, accumulate: accumulate)
      for i in 0..<m {
        for j in 0..<cStride {
          var expected: Float = accumulate || j >= n ? 2 : 0
          for p in 0..<(j < n ? k : 0) {
            expected +=
              a[transposed ? p * aStride + i : i * aStride + p] * b[bTransposed ? j * bStride + p : p * bStride + j]
          }
          #expect(c[i * cStride + j] == expected)
        }
      }
    }
  }

  @Test func aGoodChoiceOfKernelsStays() {
    for kernels in ["SkylakeX", "Haswell", "Zen", "Cooperlake", nil] {
      #expect(OpenBLAS.betterKernels(than: kernels) == nil)
    }
    #if canImport(CVectorsAVX512)
      #expect(OpenBLAS.betterKernels(than: "Prescott") == "SkylakeX")
    #elseif canImport(CVectorsAVX2)
      #expect(OpenBLAS.betterKernels(than: "Prescott") == "Haswell")
    #else
      #expect(OpenBLAS.betterKernels(than: "Prescott") == nil)
    #endif
  }

  @Test func aMissingLibraryIsNone() {
    #expect(DynamicLibrary("libnosuchlibrary.so.0") == nil)
  }
}
