import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMachine
import RAMiTTestSupport
import Testing

@testable import RAMiTBenchmarking

/// What a race makes of its turns.
struct RaceTests {
  // MARK: Contestants

  @Test func namesOfModes() throws {
    #expect(
      TorchMode.standard.map(\.description) == [
        "stock", "jemalloc", "compile", "compile+jemalloc", "bfloat16+jemalloc", "compile+bfloat16+jemalloc",
      ])
    for mode in TorchMode.standard { #expect(try TorchMode(mode.description) == mode) }
    let mode = try TorchMode("jemalloc+compile")
    #expect(mode.description == "compile+jemalloc" && mode.arguments == ["--compile", "--jemalloc"])
    #expect(mode.environment["LD_PRELOAD"] == "libjemalloc.so.2")
    #expect(try TorchMode("stock").arguments.isEmpty && TorchMode("bfloat16").environment.isEmpty)
  }

  @Test(arguments: ["", "eager", "compile+", "compile+compile", "stock+jemalloc", "Compile"])
  func otherModesAreRefused(_ name: String) {
    #expect {
      try TorchMode(name)
    } throws: {
      "\($0)" == "--modes: expected stock, or some of compile, bfloat16, jemalloc with + between them, found \(name)"
    }
  }

  @Test(arguments: ["", "ramit", "=ramit", "ramit=", "ramit= "])
  func programsNeedANameAndAPath(_ text: String) {
    #expect { try Contestant(program: text) } throws: {
      "\($0)" == "--program: expected NAME=PATH, or \"NAME=PATH OPTIONS\", found \(text)"
    }
  }

  // MARK: Statistics

  /// Two contestants in three rounds, of which the second one missed the last.
  private static let race: Race = {
    var race = Race(
      .init(rounds: 3, runs: 5, threads: 2), machine: "a machine",
      pyTorch: .init(python: "3.12.1", torch: "2.9.0", instructions: "AVX2"),
      contestants: ["ramit", "PyTorch stock", "PyTorch compile"], cases: ["infer:8x8"])
    func add(_ name: String, _ round: Int, _ seconds: [Double], _ warmUp: Double?, _ peak: Double, _ error: Double?) {
      race.turns.append(
        Race.Turn(
          contestant: name, work: "infer:8x8", round: round, seconds: Spread(seconds), warmUp: warmUp,
          peakGigabytes: peak, difference: error))
    }
    for (round, seconds) in [(1, 1.0), (2, 2), (3, 1.5)] { add("ramit", round, [seconds, 0.5, 9], nil, 0.25, nil) }
    add("PyTorch stock", 1, [4, 4, 4], 30, 1.5, 2e-6)
    add("PyTorch stock", 2, [6, 5, 7], 1, 1.25, 3e-6)
    race.builds["ramit"] = "1.0, built for AVX2"
    race.peaks = [
      .init(gflops: 200, gigabytesPerSecond: 40), .init(gflops: 190.4, gigabytesPerSecond: 40),
      .init(gflops: 210, gigabytesPerSecond: 40),
    ]
    race.failures = [.init(contestant: "PyTorch compile", work: "infer:8x8", round: 1, reason: "no compiler | here")]
    return race
  }()

  @Test func mediansAndTheirSpread() {
    #expect(Self.race.seconds(of: "ramit", at: "infer:8x8") == Spread([1, 1.5, 2]))
    #expect(Self.race.seconds(of: "PyTorch stock", at: "infer:8x8") == Spread([4, 6]))
    #expect(Self.race.seconds(of: "PyTorch compile", at: "infer:8x8") == nil)
    #expect(Self.race.seconds(of: "ramit", at: "infer:8x9") == nil)
    let spread = Spread([3, 1, 2, 9])
    #expect(spread.min == 1 && spread.median == 3 && spread.max == 9)
  }

  /// A ratio is one of two times of the same round: here of 4 to 1 and 6 to 2, not of 6 to 1.5.
  @Test func ratiosAreThoseOfRounds() {
    #expect(Self.race.ratio(of: "PyTorch stock", to: "ramit", at: "infer:8x8") == Spread([3, 4]))
    #expect(Self.race.ratio(of: "ramit", to: "PyTorch stock", at: "infer:8x8") == Spread([0.25, 1 / 3.0]))
    #expect(Self.race.ratio(of: "PyTorch compile", to: "ramit", at: "infer:8x8") == nil)
  }

  @Test func peaksAndWarmUps() {
    #expect(Self.race.peakGigabytes(of: "PyTorch stock", at: "infer:8x8") == 1.5)
    // The first round's: only that one compiles.
    #expect(Self.race.warmUp(of: "PyTorch stock", at: "infer:8x8") == 30)
    #expect(Self.race.warmUp(of: "ramit", at: "infer:8x8") == nil)
    #expect(Self.race.difference(of: "PyTorch stock", at: "infer:8x8") == 3e-6)
  }

  private static let summary = """
    a machine; sgemm 190 to 210 GFLOP/s; memory 40 GB/s; ramit: 1.0, built for AVX2; PyTorch 2.9.0 (Python 3.12.1, \
    AVX2); threads: 2; rounds: 3; runs a turn: 5. A turn's time is the median of its runs after a warm-up, a ratio \
    that of two turns of one round. Medians of the rounds (least to largest).
    """

  @Test func tables() {
    #expect(
      Self.race.text(to: ["ramit"]) == Self.summary + """


        infer:8x8                          s             to ramit  peak GB  warm-up s  differs by
        ramit            1.50 (1.00 to 2.00)                    1     0.25
        PyTorch stock    6.00 (4.00 to 6.00)  4.00 (3.00 to 4.00)     1.50       30.0    3.00e-06
        PyTorch compile               failed

        Failed: PyTorch compile, infer:8x8, round 1: no compiler | here.
        """)
    #expect(
      Self.race.markdown(to: ["ramit", "PyTorch stock"]) == Self.summary + """


        | infer:8x8 | s | to ramit | to PyTorch stock | peak GB | warm-up s | differs by |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: |
        | ramit | 1.50 (1.00 to 2.00) | 1 | 0.333 (0.250 to 0.333) | 0.25 |  |  |
        | PyTorch stock | 6.00 (4.00 to 6.00) | 4.00 (3.00 to 4.00) | 1 | 1.50 | 30.0 | 3.00e-06 |
        | PyTorch compile | failed |  |  |  |  |  |

        Failed: PyTorch compile, infer:8x8, round 1: no compiler \\| here.

        """)
  }

  @Test func filesHoldEveryTurn() throws {
    try withTemporaryFolder { folder in
      try Self.race.write(to: folder + "/race.json")
      let bytes = try WholeFile.read(folder + "/race.json", kind: "JSON", maximumSize: 1 << 20)
      #expect(try JSON.decode(Race.self, from: bytes) == Self.race)
    }
  }
}
