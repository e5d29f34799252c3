import Foundation
import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTKernels
import RAMiTLinearAlgebra
import RAMiTParallel
import RAMiTTensorCore

/// The fastest that this machine was seen to go, with the threads in force: the roof over every operation
/// (Williams et al., "Roofline", 2009).
package struct MachinePeaks: Codable, Equatable, Sendable {
  /// Of OpenBLAS's sgemm on matrices of 2048 x 2048; nil where no OpenBLAS is installed.
  package let gflops: Double?
  /// Of a + b over arrays far larger than the caches: two streams read, one written.
  package let gigabytesPerSecond: Double

  package init(gflops: Double?, gigabytesPerSecond: Double) {
    self.gflops = gflops
    self.gigabytesPerSecond = gigabytesPerSecond
  }

  /// Measures: about a second, and 0.5 GB for as long.
  package static func measured() -> MachinePeaks {
    defer { StoragePool.shared.trim() }
    return MachinePeaks(gflops: sgemm(), gigabytesPerSecond: stream())
  }

  /// The shortest time that the work can take; nil when it has arithmetic and the peak of that is not known.
  package func limit(of work: Profiler.Work) -> Double? {
    let moves = work.bytes / gigabytesPerSecond / 1e9
    if work.floatingPointOperations == 0 { return moves }
    return gflops.map { max(moves, work.floatingPointOperations / $0 / 1e9) }
  }

  /// For a heading.
  package var text: String {
    let arithmetic = gflops.map { "sgemm \($0.fixed(0)) GFLOP/s" } ?? "sgemm unknown (no libopenblas.so.0)"
    return "\(arithmetic), memory \(gigabytesPerSecond.fixed(0)) GB/s"
  }

  /// The faster of both: of two measurements, the one that less was going on beside.
  package func maximum(_ other: MachinePeaks) -> MachinePeaks {
    MachinePeaks(
      gflops: [gflops, other.gflops].compactMap { $0 }.max(),
      gigabytesPerSecond: max(gigabytesPerSecond, other.gigabytesPerSecond))
  }

  /// By a tenth or more, in either.
  package func isAbove(_ other: MachinePeaks) -> Bool {
    (gflops ?? 0) > 1.1 * (other.gflops ?? 0) || gigabytesPerSecond > 1.1 * other.gigabytesPerSecond
  }

  /// Every thread multiplies its own rows.
  private static func sgemm() -> Double? {
    guard let library = OpenBLAS.installed else { return nil }
    let n = 2048, threads = ComputeThreads.count
    let a = Tensor(repeating: 0.5, [n, n]), b = Tensor(repeating: 0.25, [n, n]), c = Tensor(zeros: [n, n])
    let seconds = fastest(of: 5) {
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
    let count = 1 << 25
    let x = Tensor(repeating: 1, [count]), y = Tensor(repeating: 2, [count]), sum = Tensor(zeros: [count])
    let seconds = fastest(of: 9) { add(x.pointer, y.pointer, into: sum.pointer, count: count) }
    return 3 * 4 * Double(count) / seconds / 1e9
  }

  private static func fastest(of runs: Int, _ body: () -> Void) -> Double {
    body()
    return (0..<runs).map { _ in ContinuousClock().measure(body) / .seconds(1) }.min()!
  }
}
