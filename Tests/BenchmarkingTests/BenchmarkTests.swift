import Foundation
import RAMiTDiagnostics
import RAMiTMachine
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTParallel
import RAMiTTestSupport
import Testing

@testable import RAMiTBenchmarking

struct BenchmarkTests {
  @Test func namesOfCases() throws {
    #expect(try BenchmarkCase("infer:352x640").name == "infer:352x640")
    #expect(try BenchmarkCase("train:16x64").name == "train:16x64")
    for name in BenchmarkCase.standard { #expect(try BenchmarkCase(name).name == name) }
  }

  @Test(arguments: [
    "", "infer", "infer:", "infer:4", "infer:0x4", "infer:-1x4", "infer:4x4x4", "test:4x4", "infer:4x4:1", "infer:axb",
    "infer:99999999999999999999x1", "infer:65537x1", ":x", "x", ":",
  ])
  func otherNamesAreRefused(_ name: String) {
    #expect(throws: InputError.self) { try BenchmarkCase(name) }
  }

  // A run sets the number of threads, which is the whole process's and may change only while nothing computes: these
  // two tests have processes of their own.

  /// The keys of the line, and seconds in order.
  @Test func linesOfJSON() async {
    await #expect(processExitsWith: .success) {
      let results = try BenchmarkCase("infer:32x32").run(
        RAMiTVariant.ramit.configuration(for: .x2), runs: 2, threads: [1], version: "1.2.3")
      let line = try results[0].json()
      #expect(results.count == 1 && !line.contains("\n"))
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(object["case"] as? String == "infer:32x32" && object["ramit"] as? String == "1.2.3")
      #expect(object["threads"] as? Int == 1 && object["peak_gb"] as? Double ?? 0 > 0)
      #expect(object["built_for"] as? String == InstructionSet.built.description && object["speedup"] == nil)
      let seconds = try #require(object["seconds"] as? [String: Double])
      #expect(seconds["min"]! > 0 && seconds["min"]! <= seconds["median"]! && seconds["median"]! <= seconds["max"]!)
    }
  }

  /// Every thread count has its result; all but the first tell how much faster they are.
  @Test func threadCountsTakeTurns() async {
    await #expect(processExitsWith: .success) {
      let before = ComputeThreads.count
      let results = try BenchmarkCase("infer:32x32").run(
        RAMiTVariant.ramit.configuration(for: .x2), runs: 1, threads: [2, 1, 2], version: "")
      #expect(results.map(\.threads) == [2, 1, 2] && ComputeThreads.count == before)
      #expect(results[0].speedup == nil)
      // With one run, the ratio of the two times.
      for result in results[1...] {
        let speedup = try #require(result.speedup)
        #expect(speedup == results[0].seconds.median / result.seconds.median)
      }
    }
  }

  // MARK: Timings and baselines

  private func timing(_ milliseconds: [Double]) -> BenchmarkTimings.Timing {
    BenchmarkTimings.Timing(name: "a", seconds: milliseconds.map { $0 / 1e3 }, peakBytes: 5_000_000)
  }

  @Test func medianAndQuarters() {
    let timing = timing([8, 1, 3, 2, 4, 7, 6, 5])
    #expect(timing.milliseconds == 5 && timing.fastQuarter == 3 && timing.slowQuarter == 7)
    #expect(timing.peakMegabytes == 5)
  }

  /// A change counts when it is beyond the threshold and the middle halves do not overlap.
  @Test(arguments: [
    ([10, 10, 10], [12, 12, 12], BenchmarkTimings.Change.Verdict.slower), ([12, 12, 12], [10, 10, 10], .faster),
    ([10, 10, 10], [10.9, 10.9, 10.9], .same), ([10.9, 10.9, 10.9], [10, 10, 10], .same),
    ([10, 10, 14, 14], [12, 12.5, 16, 17], .same), ([9, 10, 20], [11, 12, 13], .same),
  ])
  func changes(_ before: [Double], _ now: [Double], _ verdict: BenchmarkTimings.Change.Verdict) {
    let (before, now) = (timing(before), timing(now))
    let change = now.change(from: before, threshold: 0.1)
    #expect(change.verdict == verdict && change.ratio == now.milliseconds / before.milliseconds)
  }

  @Test func filesOfTimings() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/timings.json"
      var timings = BenchmarkTimings(peaks: MachinePeaks(gflops: nil, gigabytesPerSecond: 40))
      timings.timings = [timing([1, 2, 3])]
      try timings.write(to: path)
      #expect(try BenchmarkTimings(readingFile: path) == timings)
      #expect(timings["a"]?.milliseconds == 2 && timings["b"] == nil)
      try Data("{}".utf8).write(to: URL(fileURLWithPath: path))
      for path in [path, path + "-none"] {
        #expect { try BenchmarkTimings(readingFile: path) } throws: { "\($0)".hasPrefix(path + ": expected timings") }
      }
    }
  }
}
