import ArgumentParser
import RAMiTAutograd
import RAMiTBenchmarking
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMachine
import RAMiTParallel

/// Times operations, blocks, whole images and training steps against the machine's own peaks.
struct TimeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "time",
    abstract: "Time operations, RAMiT x2 and its blocks, and the other models (default).",
    discussion: """
      Each case's time is the median of its runs. GFLOP/s count a multiply-add as two, and not what the backward pass \
      computes again; GB/s count operands and results once. The limit is the arithmetic at the speed of OpenBLAS's \
      sgemm or the data at the memory's, both measured first; more than 100 % is data that were still in a cache. \
      Memory is the largest that the process had meanwhile. Where time goes within a whole case: ramit benchmark \
      --profile.

      With --baseline the time's ratio to an earlier one stands at the end of the line. It is called faster or slower \
      when it is beyond the threshold and the middle halves of the runs do not overlap.
      """)

  @Option(help: "Timed runs of each case.")
  var runs = 7

  @Option(help: "Threads that compute (default: all processors).")
  var threads: Int?

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Only cases whose name holds one of these.", valueName: "text"))
  var only: [String] = []

  @Flag(help: "Print the names of the cases.")
  var list = false

  @Option(help: ArgumentHelp("Write the timings to a JSON file.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Compare with timings that --json wrote.", valueName: "file"))
  var baseline: String?

  @Option(help: ArgumentHelp("Changes of less than this are noise.", valueName: "percent"))
  var threshold = 10.0

  func validate() throws {
    guard (1...1000).contains(runs) else { throw ValidationError("--runs must be 1 to 1000, not \(runs)") }
    if let threads, !(1...4096).contains(threads) {
      throw ValidationError("--threads must be 1 to 4096, not \(threads)")
    }
    guard (0...1000).contains(threshold) else {
      throw ValidationError("--threshold must be 0 to 1000, not \(threshold)")
    }
    if cases.isEmpty { throw ValidationError("no case has \(only.joined(separator: " or ")) in its name; see --list") }
  }

  private var cases: [BenchmarkItem] {
    BenchmarkItem.all.filter { item in only.isEmpty || only.contains { item.name.contains($0) } }
  }

  func run() throws {
    if list { return cases.forEach { Console.print($0.name) } }
    try InstructionSet.check()
    if let advice = InstructionSet.advice() { Console.report(advice) }
    if let threads { ComputeThreads.count = threads }
    let before = try (baseline?.expandingTilde).map(BenchmarkTimings.init(readingFile:))
    let json = json?.expandingTilde
    if let json { try JSON.prepare(json) }
    let peaks = MachinePeaks.measured()
    let cases = cases
    let printer = ResultPrinter(
      peaks: peaks, baseline: before, threshold: threshold / 100, nameWidth: cases.map(\.name.count).max() ?? 0)
    var result = BenchmarkTimings(peaks: peaks)
    printer.printHeader(threads: result.threads, builtFor: result.builtFor)
    var changes: [BenchmarkTimings.Change] = []
    var isComplete = true
    for item in cases {
      do {
        let (timing, spans) = try item.time(runs: runs)
        result.timings.append(timing)
        if let change = printer.print(timing, spans) { changes.append(change) }
      } catch {
        Console.report("\(error)")
        isComplete = false
      }
    }
    // What else the machine does can hide its peaks, in the beginning or in the end.
    result.peaks = peaks.maximum(.measured())
    printer.printSummary(changes, peaks: result.peaks)
    try json.map(result.write(to:))
    if !isComplete { throw ExitCode.failure }
  }
}
