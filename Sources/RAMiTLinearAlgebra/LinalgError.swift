/// Why a matrix has no such decomposition.
public enum LinalgError: Error, Equatable, CustomStringConvertible {
  /// LAPACKE is not installed.
  case missingLibrary
  /// The matrix of this size has no inverse.
  case singular(size: Int)
  /// The leading block of this order is not positive definite.
  case notPositiveDefinite(order: Int)
  /// The iteration of this function did not converge.
  case noConvergence(function: String)
  /// The matrix holds a NaN or an infinity.
  case notFinite

  /// What failed, and of which matrix, on one line.
  public var description: String {
    switch self {
    case .missingLibrary:
      "linear algebra needs LAPACKE, which is not installed (liblapacke.so.3); on Debian: apt install liblapacke"
    case .singular(let size): "a matrix of \(size) x \(size) is singular"
    case .notPositiveDefinite(let order):
      "a matrix is not positive definite: its leading block of \(order) x \(order) is not"
    case .noConvergence(let function): "LAPACK's \(function) did not converge"
    case .notFinite: "a matrix holds a value that is not a finite number"
    }
  }
}
