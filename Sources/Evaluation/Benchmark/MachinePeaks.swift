import Autograd
import Diagnostics
import Foundation
import Kernels
import Parallel
import TensorCore

/// The fastest that this machine was seen to go, with the threads in force: the roof over every operation
/// (Williams et al., "Roofline", 2009).
public struct MachinePeaks: Codable, Equatable, Sendable {
  /// Of OpenBLAS's sgemm on matrices of 2048 x 2048; nil where no OpenBLAS is installed.
  public let gflops: Double?
  /// Of a + b over arrays far larger than the caches: two streams read, one written.
  public let gigabytesPerSecond: Double

  public init(gflops: Double?, gigabytesPerSecond: Double) {
    self.gflops = gflops
    self.gigabytesPerSecond = gigabytesPerSecond
  }

  /// Measures: about a second, and 0.5 GB for as long.
  public static func measured() -> MachinePeaks {
    defer { StoragePool.shared.trim() }
    return MachinePeaks(gflops: sgemm(), gigabytesPerSecond: stream())
  }

  /// The shortest time that the work can take; nil when it has arithmetic and the peak of that is not known.
  public func limit(of work: Profiler.Work) -> Double? {
    let moves = work.bytes / gigabytesPerSecond / 1e9
    if work.floatingPointOperations == 0 { return moves }
    return gflops.map { max(moves, work.floatingPointOperations / $0 / 1e9) }
  }

  /// For a heading.
  public var text: String {
    let arithmetic = gflops.map { "sgemm \($0.fixed(0)) GFLOP/s" } ?? "sgemm unknown (no libopenblas.so.0)"
    return "\(arithmetic), memory \(gigabytesPerSecond.fixed(0)) GB/s"
  }

  /// The faster of both: of two measurements, the one that less was going on beside.
  public func maximum(_ other: MachinePeaks) -> MachinePeaks {
    MachinePeaks(
      gflops: [gflops, other.gflops].compactMap { $0 }.max(),
      gigabytesPerSecond: max(gigabytesPerSecond, other.gigabytesPerSecond))
  }

  /// By a tenth or more, in either.
  public func isAbove(_ other: MachinePeaks) -> Bool {
    (gflops ?? 0) > 1.1 * (other.gflops ?? 0) || gigabytesPerSecond > 1.1 * other.gigabytesPerSecond
  }

  /// Every thread multiplies its own rows.
  ///
  /// OpenBLAS is a measure only: the program neither needs nor links it, and lets go of it and its memory afterwards.
  private static func sgemm() -> Double? {
    // One thread a caller: threads of its own would go on spinning.
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    guard let library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL) else { return nil }
    defer { dlclose(library) }
    guard let symbol = dlsym(library, "cblas_sgemm") else { return nil }
    let multiply = unsafeBitCast(symbol, to: SGEMM.self)
    let n = 2048, threads = ComputeThreads.count
    let a = Tensor(repeating: 0.5, [n, n]), b = Tensor(repeating: 0.25, [n, n]), c = Tensor(zeros: [n, n])
    let seconds = fastest(of: 5) {
      parallelFor(threads) { index, _ in
        let start = index * n / threads, rows = Int32((index + 1) * n / threads - start), n32 = Int32(n)
        let rowMajor: Int32 = 101, asItIs: Int32 = 111
        multiply(
          rowMajor, asItIs, asItIs, rows, n32, n32, 1, a.pointer + start * n, n32, b.pointer, n32, 0,
          c.pointer + start * n, n32)
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

  /// cblas_sgemm: order, transpositions, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc.
  private typealias SGEMM =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>, Int32, Float,
      UnsafeMutablePointer<Float>, Int32
    ) -> Void
}
