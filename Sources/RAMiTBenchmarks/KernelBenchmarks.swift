import ArgumentParser
import Foundation
import Parallel

/// Times every fused operation at the shapes of RAMiT x2, against the machine's own peaks.
@main struct KernelBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "RAMiTBenchmarks",
    abstract: "Time the operations of RAMiT x2 at its own shapes, forward and backward.",
    discussion: """
      GFLOP/s count a multiply-add as two. The share is of the machine's sgemm peak (OpenBLAS, 2048^3), measured first; for \
      operations that only move data it is of the memory's peak. Whole images and training steps: ramit benchmark.
      """)

  @Option(help: "Timed runs of each operation; the median counts.")
  var runs = 7

  @Option(help: "Threads that compute (default: all processors).")
  var threads: Int?

  @Option(help: "Only operations whose name holds this.")
  var only: String?

  @Option(help: ArgumentHelp("Write the results as JSON.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Compare with results that --json wrote.", valueName: "file"))
  var baseline: String?

  func validate() throws {
    guard (1...1000).contains(runs) else { throw ValidationError("--runs must be 1 to 1000, not \(runs)") }
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, not \(threads)") }
  }

  func run() throws {
    if let threads { ComputeThreads.count = threads }
    let before = try baseline.map {
      try JSONDecoder().decode([Timing].self, from: Data(contentsOf: URL(fileURLWithPath: $0)))
    }
    let peaks = Peaks(runs: runs)
    print(
      "\(ComputeThreads.count) threads; sgemm \(round(peaks.gflops)) GFLOP/s, memory \(round(peaks.gigabytes)) GB/s")
    print(column("operation", 44) + right("ms", 9) + right("GFLOP/s", 9) + right("GB/s", 8) + right("of peak", 9))
    var timings: [Timing] = []
    for item in BenchmarkCase.all where only.map(item.name.contains) ?? true {
      let timing = Timing(name: item.name, milliseconds: 1e3 * medianSeconds(runs: runs, item.prepare()))
      timings.append(timing)
      print(line(item, timing, peaks, before?.first { $0.name == item.name }))
    }
    if let json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try encoder.encode(timings).write(to: URL(fileURLWithPath: json), options: .atomic)
    }
  }

  private func line(_ item: BenchmarkCase, _ timing: Timing, _ peaks: Peaks, _ before: Timing?) -> String {
    let seconds = timing.milliseconds / 1e3
    let gflops = item.floatingPointOperations / seconds / 1e9, gigabytes = item.bytes / seconds / 1e9
    let share = item.floatingPointOperations > 0 ? gflops / peaks.gflops : gigabytes / peaks.gigabytes
    var line = column(item.name, 44) + right(String(format: "%.2f", timing.milliseconds), 9)
    line += right(item.floatingPointOperations > 0 ? round(gflops) : "", 9) + right(round(gigabytes), 8)
    line += right(String(format: "%.0f %%", 100 * share), 9)
    if let before { line += String(format: "  %.2f x", timing.milliseconds / before.milliseconds) }
    return line
  }

  private func round(_ value: Double) -> String { String(format: "%.0f", value) }
  private func column(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
  private func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

/// What one operation took.
struct Timing: Codable {
  let name: String
  /// The median.
  let milliseconds: Double
}

/// The median time of `body`, after a run that is not counted.
func medianSeconds(runs: Int, _ body: () -> Void) -> Double {
  body()
  let clock = ContinuousClock()
  let times = (0..<runs).map { _ in clock.measure(body) }.sorted()
  return times[runs / 2] / .seconds(1)
}
