import Foundation

/// OpenBLAS's matrix product, on the thread that calls it: callers share out the rows.
package struct OpenBLAS: Sendable {
  /// cblas_sgemm: order, transpositions, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc.
  private typealias SGEMM =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>, Int32, Float,
      UnsafeMutablePointer<Float>, Int32
    ) -> Void

  private let sgemm: SGEMM

  /// The installed library, opened on first use; nil where there is none.
  package static let installed: OpenBLAS? = {
    guard let library = open(), let sgemm = library.function("cblas_sgemm", as: SGEMM.self) else { return nil }
    return OpenBLAS(sgemm: sgemm)
  }()

  /// The library, for one thread a caller and with the kernels that the processor can run.
  ///
  /// Both are settings of the environment, which OpenBLAS reads while it is loaded. Its own threads would keep
  /// spinning beside those that call it. A processor that is younger than the library gets kernels of 2004, four times
  /// slower, and the library is opened again with those that this program is built for, unless the user has chosen some
  /// (`OPENBLAS_CORETYPE`).
  static func open() -> DynamicLibrary? {
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    guard let library = DynamicLibrary("libopenblas.so.0") else { return nil }
    guard let better = betterKernels(than: library.openBLASKernels), getenv("OPENBLAS_CORETYPE") == nil else {
      return library
    }
    setenv("OPENBLAS_CORETYPE", better, 1)
    library.close()
    return DynamicLibrary("libopenblas.so.0")
  }

  /// The kernels to ask for instead of those that the library chose; nil where its choice is good.
  static func betterKernels(than chosen: String?) -> String? {
    // What OpenBLAS falls back to: processors without AVX.
    guard let chosen, ["prescott", "core2", "nehalem", "generic"].contains(chosen.lowercased()) else { return nil }
    #if canImport(CVectorsAVX512)
      return "SkylakeX"
    #elseif canImport(CVectorsAVX2)
      return "Haswell"
    #else
      return nil
    #endif
  }

  /// C [m x n] = op(A) op(B), or added to C, all row-major.
  /// - Parameters:
  ///   - a: [m x k], or [k x m] when transposed; rows `aStride` apart.
  ///   - b: [k x n], or [n x k] when transposed; rows `bStride` apart.
  ///   - accumulate: adds to C instead of overwriting it.
  package func multiply(
    rows m: Int, columns n: Int, inner k: Int, _ a: UnsafePointer<Float>, stride aStride: Int, transposed: Bool = false,
    _ b: UnsafePointer<Float>, stride bStride: Int, transposed bTransposed: Bool = false,
    into c: UnsafeMutablePointer<Float>, stride cStride: Int, accumulate: Bool = false
  ) {
    let rowMajor: Int32 = 101, asItIs: Int32 = 111, asTransposed: Int32 = 112
    sgemm(
      rowMajor, transposed ? asTransposed : asItIs, bTransposed ? asTransposed : asItIs, Int32(m), Int32(n), Int32(k),
      1,
      a, Int32(aStride), b, Int32(bStride), accumulate ? 1 : 0, c, Int32(cStride))
  }
}

extension DynamicLibrary {
  /// The name of the processor for which OpenBLAS took its kernels.
  fileprivate var openBLASKernels: String? {
    let name = function("openblas_get_corename", as: (@convention(c) () -> UnsafePointer<CChar>?).self)
    return name?().map { String(cString: $0) }
  }
}
