/// The functions of LAPACKE that are used, in double precision, on row-major matrices.
struct LAPACKE: Sendable {
  typealias Doubles = UnsafeMutablePointer<Double>

  /// Layout, n, right-hand sides, A, lda, pivots, B, ldb.
  typealias Solve =
    @convention(c) (Int32, Int32, Int32, Doubles, Int32, UnsafeMutablePointer<Int32>, Doubles, Int32) -> Int32
  /// Layout, triangle, n, A, lda.
  typealias Cholesky = @convention(c) (Int32, CChar, Int32, Doubles, Int32) -> Int32
  /// Layout, m, n, A, lda, tau.
  typealias QR = @convention(c) (Int32, Int32, Int32, Doubles, Int32, Doubles) -> Int32
  /// Layout, m, n, k, A, lda, tau.
  typealias FormQ = @convention(c) (Int32, Int32, Int32, Int32, Doubles, Int32, UnsafePointer<Double>) -> Int32
  /// Layout, what to compute, triangle, n, A, lda, eigenvalues.
  typealias SymmetricEigen = @convention(c) (Int32, CChar, CChar, Int32, Doubles, Int32, Doubles) -> Int32
  /// Layout, what to compute, m, n, A, lda, S, U, ldu, V^T, ldvt.
  typealias SVD =
    @convention(c) (Int32, CChar, Int32, Int32, Doubles, Int32, Doubles, Doubles, Int32, Doubles, Int32) -> Int32

  let dgesv: Solve
  let dpotrf: Cholesky
  let dgeqrf: QR
  let dorgqr: FormQ
  let dsyevd: SymmetricEigen
  let dgesdd: SVD

  static let rowMajor: Int32 = 101
  static let lower = CChar(bitPattern: UInt8(ascii: "L"))
  static let vectors = CChar(bitPattern: UInt8(ascii: "V"))
  static let reduced = CChar(bitPattern: UInt8(ascii: "S"))

  /// Opened on first use; nil where it is not installed.
  private static let installed: LAPACKE? = {
    // First, since it stands behind LAPACKE on Debian and reads its settings while it is loaded.
    _ = OpenBLAS.installed
    guard let library = DynamicLibrary("liblapacke.so.3"),
      let dgesv = library.function("LAPACKE_dgesv", as: Solve.self),
      let dpotrf = library.function("LAPACKE_dpotrf", as: Cholesky.self),
      let dgeqrf = library.function("LAPACKE_dgeqrf", as: QR.self),
      let dorgqr = library.function("LAPACKE_dorgqr", as: FormQ.self),
      let dsyevd = library.function("LAPACKE_dsyevd", as: SymmetricEigen.self),
      let dgesdd = library.function("LAPACKE_dgesdd", as: SVD.self)
    else { return nil }
    return LAPACKE(dgesv: dgesv, dpotrf: dpotrf, dgeqrf: dgeqrf, dorgqr: dorgqr, dsyevd: dsyevd, dgesdd: dgesdd)
  }()

  static func loaded() throws(LinalgError) -> LAPACKE {
    guard let installed else { throw .missingLibrary }
    return installed
  }
}
