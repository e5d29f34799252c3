import Foundation
import RAMiTMachine
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTParallel
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTAutograd
@testable import RAMiTBenchmarking

struct ProfileTests {
  private static let peaks = MachinePeaks(gflops: 100, gigabytesPerSecond: 10)

  private func span(
    _ name: String, _ direction: Profiler.Direction, _ shape: Shape, gflop: Double, gigabytes: Double, seconds: Double
  ) -> Profiler.Span {
    let work = Profiler.Work(floatingPointOperations: gflop * 1e9, bytes: gigabytes * 1e9)
    return Profiler.Span(name: name, direction: direction, shape: shape, work: work, seconds: seconds)
  }

  /// The limit is the slower of arithmetic and memory, and not known for arithmetic without its peak.
  @Test func limits() {
    func limit(_ gflop: Double, _ gigabytes: Double, _ peaks: MachinePeaks = Self.peaks) -> Double? {
      peaks.limit(of: .init(floatingPointOperations: gflop * 1e9, bytes: gigabytes * 1e9))
    }
    #expect(limit(50, 1) == 0.5 && limit(50, 8) == 0.8 && limit(0, 1) == 0.1)
    let unknown = MachinePeaks(gflops: nil, gigabytesPerSecond: 10)
    #expect(limit(50, 1, unknown) == nil && limit(0, 1, unknown) == 0.1)
    #expect(MachinePeaks.median(of: [unknown]) == unknown)
    #expect(MachinePeaks.median(of: [unknown, Self.peaks]) == Self.peaks)
    #expect(unknown.maximum(Self.peaks) == Self.peaks && Self.peaks.isAbove(unknown) && !unknown.isAbove(Self.peaks))
  }

  @Test func rowsByOperationAndByShape() throws {
    let spans = [
      span("a", .forward, [2], gflop: 10, gigabytes: 0.1, seconds: 0.2),
      span("a", .forward, [3], gflop: 20, gigabytes: 4, seconds: 0.8),
      span("a", .backward, [2], gflop: 0, gigabytes: 1, seconds: 0.5),
      span("b", .update, [2], gflop: 0, gigabytes: 1, seconds: 2),
    ]
    let profile = Profile(name: "case", seconds: 4, spans: spans, peaks: Self.peaks)
    #expect(profile.operationSeconds == 3.5)
    #expect(profile.operations.map(\.operation) == ["b", "a", "a"])
    #expect(profile.operations.map(\.direction) == [.update, .forward, .backward])
    let forward = profile.operations[1]
    #expect(forward.calls == 2 && forward.seconds == 1 && forward.share == 0.25)
    #expect(forward.gflops == 30 && forward.gigabytesPerSecond == 4.1)
    // 10 GFLOP take 0.1 s; 4 GB take 0.4 s.
    #expect(forward.limitSeconds == 0.5 && forward.ofLimit == 0.5)
    #expect(profile.shapes.map(\.shape) == ["2", "3", "2", "2"])
    #expect(profile.shapes.map(\.seconds) == [2, 0.8, 0.5, 0.2])
    let lines = profile.text(byShape: true).split(separator: "\n")
    #expect(lines.count == 3 + 4 && lines[0].hasPrefix("case, ") && lines[3].hasPrefix("b "))
  }

  /// A step of the model: its operations there and back, and the optimizer's step; together they are the whole time.
  @Test func aTrainingStep() throws {
    var measured = [80.0, 120, 100].map { MachinePeaks(gflops: $0, gigabytesPerSecond: 10) }
    let profile = try BenchmarkCase("train:1x32").profile(RAMiTVariant.ramit.configuration(for: .x2), runs: 2) {
      measured.removeFirst()
    }
    // The machine is measured before the first run and after each, and the middle counts.
    #expect(measured.isEmpty && profile.peaks == Self.peaks)
    let rows = Set(profile.operations.map { "\($0.operation) \($0.direction)" })
    for operation in ["reciprocalAttention", "feedForward", "mobiVari", "layerNorm", "conv2d", "l1Loss"] {
      #expect(rows.isSuperset(of: ["\(operation) forward", "\(operation) backward"]), "\(operation) is missing")
    }
    #expect(rows.isSuperset(of: ["adam update", "zeroGradients update"]))
    #expect(profile.operationSeconds > 0 && profile.operationSeconds <= profile.seconds)
    #expect(abs(profile.operations.reduce(0) { $0 + $1.share } - profile.operationSeconds / profile.seconds) < 1e-9)
    // Depths of 6, 4, 4 and 6 blocks.
    let attention = profile.operations.filter { $0.operation == "reciprocalAttention" }
    #expect(Set(attention.map(\.calls)) == [20])
  }

  /// Measuring the machine takes a second: small cases with many runs do not wait for it after each.
  @Test(arguments: [1: 2, 2: 3, 8: 9, 9: 6, 40: 9]) func measurementsOfTheMachine(runs: Int, count: Int) throws {
    var measured = 0
    _ = try BenchmarkCase("infer:32x32").profile(RAMiTVariant.slimLLE.configuration(for: .lle), runs: runs) {
      measured += 1
      return Self.peaks
    }
    #expect(measured == count)
  }

  @Test func reportsAsJSON() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/profile.json"
      var report = BenchmarkReport()
      report.profiles = [
        Profile(
          name: "case", seconds: 1, spans: [span("a", .forward, [2], gflop: 1, gigabytes: 1, seconds: 1)],
          peaks: Self.peaks
        )
      ]
      try report.write(to: path)
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let profile = try #require((object["profiles"] as? [[String: Any]])?.first)
      #expect(profile["case"] as? String == "case" && profile["threads"] as? Int == ComputeThreads.count)
      let row = try #require((profile["operations"] as? [[String: Any]])?.first)
      #expect(row["operation"] as? String == "a" && row["direction"] as? String == "forward")
    }
  }

  /// The peak starts anew from what is in use, where the system can tell (Linux). In a process of its own: other tests
  /// use memory.
  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/proc/self/clear_refs")))
  func thePeakOfMemoryStartsAnew() async {
    await #expect(processExitsWith: .success) {
      func useMuch() -> Int {
        let large = Tensor(repeating: 1, [1 << 26])
        return withExtendedLifetime(large) { ProcessMemory.peak }
      }
      #expect(useMuch() > 1 << 28)
      StoragePool.shared.trim()
      ProcessMemory.resetPeak()
      #expect(ProcessMemory.peak < 1 << 28)
    }
  }
}
