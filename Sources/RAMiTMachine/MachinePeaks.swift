import RAMiTLinearAlgebra
import RAMiTParallel

/// The measured peak performance of this machine with the current number of threads: the roof over every operation
/// (Williams et al., "Roofline", 2009).
///
/// Peaks are medians, as the times beside them are: what else a shared machine does takes from both.
package struct MachinePeaks: Codable, Equatable, Sendable {
  /// What OpenBLAS's sgemm does on matrices of 2048 x 2048; nil where OpenBLAS is not installed.
  package let gflops: Double?
  /// The bandwidth of a + b over arrays far larger than the caches: two streams are read, one is written.
  package let gigabytesPerSecond: Double

  package init(gflops: Double?, gigabytesPerSecond: Double) {
    self.gflops = gflops
    self.gigabytesPerSecond = gigabytesPerSecond
  }

  /// Measures the peaks, which takes about a second and 0.4 GB.
  package static func measured() -> MachinePeaks {
    MachinePeaks(gflops: sgemm(), gigabytesPerSecond: stream())
  }

  /// The shortest time of an operation, in seconds; nil when it has arithmetic, whose peak is unknown.
  package func limit(floatingPointOperations: Double, bytes: Double) -> Double? {
    let moves = bytes / gigabytesPerSecond / 1e9
    if floatingPointOperations == 0 { return moves }
    return gflops.map { max(moves, floatingPointOperations / $0 / 1e9) }
  }

  /// One line for a heading.
  package var text: String {
    let arithmetic = gflops.map { "sgemm \(Int($0.rounded())) GFLOP/s" } ?? "sgemm unknown (no libopenblas.so.0)"
    return "\(arithmetic), memory \(Int(gigabytesPerSecond.rounded())) GB/s"
  }

  /// The higher of both peaks: other work on the machine may have disturbed either measurement.
  package func maximum(_ other: MachinePeaks) -> MachinePeaks {
    MachinePeaks(
      gflops: [gflops, other.gflops].compactMap { $0 }.max(),
      gigabytesPerSecond: max(gigabytesPerSecond, other.gigabytesPerSecond))
  }

  /// Whether one of the peaks is higher by more than a tenth.
  package func isAbove(_ other: MachinePeaks) -> Bool {
    (gflops ?? 0) > 1.1 * (other.gflops ?? 0) || gigabytesPerSecond > 1.1 * other.gigabytesPerSecond
  }

  /// Every thread multiplies its own rows.
  private static func sgemm() -> Double? {
    guard let library = OpenBLAS.installed else { return nil }
    let n = 2048, threads = ComputeThreads.count
    let (a, b, c) = (Floats(0.5, count: n * n), Floats(0.25, count: n * n), Floats(0, count: n * n))
    let seconds = medianTime(of: 5) {
      parallelFor(threads) { index, _ in
        let start = index * n / threads, rows = (index + 1) * n / threads - start
        library.multiply(
          rows: rows, columns: n, inner: n, a.pointer + start * n, stride: n, b.pointer, stride: n,
          into: c.pointer + start * n, stride: n)
      }
    }
    return 2 * Double(n * n * n) / seconds / 1e9
  }

  private static func stream() -> Double {
    let piece = 1 << 14, pieces = 1 << 11
    let (x, y, sum) = (
      Floats(1, count: piece * pieces), Floats(2, count: piece * pieces), Floats(0, count: piece * pieces)
    )
    let seconds = medianTime(of: 9) {
      parallelFor(pieces) { index, _ in
        let start = index * piece
        for i in stride(from: start, to: start + piece, by: 16) {
          (sum.raw + 4 * i).storeBytes(
            of: (x.raw + 4 * i).loadUnaligned(as: SIMD16<Float>.self)
              + (y.raw + 4 * i).loadUnaligned(as: SIMD16<Float>.self), as: SIMD16<Float>.self)
        }
      }
    }
    return 3 * 4 * Double(piece * pieces) / seconds / 1e9
  }

  private static func medianTime(of runs: Int, _ body: () -> Void) -> Double {
    body()
    return (0..<runs).map { _ in ContinuousClock().measure(body) / .seconds(1) }.sorted()[runs / 2]
  }
}

/// An array to measure with.
private final class Floats: Sendable {
  nonisolated(unsafe) let pointer: UnsafeMutablePointer<Float>
  var raw: UnsafeMutableRawPointer { UnsafeMutableRawPointer(pointer) }

  init(_ value: Float, count: Int) {
    pointer = .allocate(capacity: count)
    pointer.initialize(repeating: value, count: count)
  }

  deinit { pointer.deallocate() }
}
