/// A library that is not installed.
package struct OpenBLAS: Sendable {
  package static var installed: OpenBLAS? { nil }

  package func multiply(
    rows: Int, columns: Int, inner: Int, _ a: UnsafePointer<Float>, stride: Int, transposed: Bool,
    _ b: UnsafePointer<Float>, stride bStride: Int, transposed bTransposed: Bool, into c: UnsafeMutablePointer<Float>,
    stride cStride: Int, accumulate: Bool
  ) {
    fatalError("OpenBLAS is not installed")
  }
}
