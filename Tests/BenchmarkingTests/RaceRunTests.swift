import Foundation
import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTMachine
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTBenchmarking

/// Races of shell scripts.
struct RaceRunTests {
  private static let architecture = RAMiTVariant.ramit.configuration(for: .x2)

  private static func line(seconds: Double, parameters: Int = architecture.parameterCount) -> String {
    """
    {"case": "infer:8x8", "parameters": \(parameters), "seconds": {"min": \(seconds), "median": \(seconds), "max": \
    \(seconds)}, "warm_up": 5, "peak_gb": 1.5, "difference": 1e-6, "threads": 1, "torch": "2.9"}
    """
  }

  private static func result(seconds: Double) throws -> String {
    try BenchmarkResult(
      name: "infer:8x8", model: "RAMiT", task: .x2, parameters: architecture.parameterCount, checkpointing: nil,
      version: "1.2.3", threads: 1, seconds: Spread([seconds]), speedup: nil, peakGigabytes: 0.4,
      estimatedGigabytes: 0.4
    ).json()
  }

  private static let versions = PyTorch.Versions(python: "3", torch: "2", instructions: "none")
  private static let peaks = MachinePeaks(gflops: 100, gigabytesPerSecond: 10)

  // A race measures with its own number of threads, which is the whole process's and may change only while nothing
  // computes: these tests have processes of their own.

  /// Each round begins with the next contestant, and each process gets the case, the mode and the memory's library.
  @Test func contestantsTakeTurns() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        let program = try script(
          "echo \"$@\" >> '\(folder)/log'\necho '\(try Self.result(seconds: 0.5))'\n", named: "ramit", in: folder)
        let python = try script(
          "shift\necho \"$@ $LD_PRELOAD\" | sed 's|\(folder)|FOLDER|' >> '\(folder)/log'\n"
            + "echo '\(Self.line(seconds: 2))'\n", named: "python", in: folder)
        let pyTorch = PyTorch(python: python, script: "benchmark.py", cache: folder)
        var done = 0
        let race = try Race(
          [
            Contestant(program: "ours=\(program) --recompute none"), Contestant(pyTorch, TorchMode("stock")),
            Contestant(pyTorch, TorchMode("compile+jemalloc")),
          ], pyTorch: Self.versions, cases: [BenchmarkCase("infer:8x8")], architecture: Self.architecture,
          .init(rounds: 2, runs: 4, threads: 1), folder: folder, peaks: { Self.peaks }, done: { _ in done += 1 })
        #expect(race.failures.isEmpty && race.turns.count == 6 && done == 6 && race.peaks == [Self.peaks, Self.peaks])
        let names = ["ours", "PyTorch stock", "PyTorch compile+jemalloc"]
        #expect(race.turns.map(\.contestant) == names + [names[1], names[2], names[0]])
        #expect(race.contestants == names)
        #expect(race.turns.map(\.round) == [1, 1, 1, 2, 2, 2])
        #expect(race.builds == ["ours": "1.2.3, built for \(InstructionSet.built)"])
        #expect(race.ratio(of: names[1], to: "ours", at: "infer:8x8") == Spread([4, 4]))
        #expect(race.turns[1].warmUp == 5 && race.turns[1].difference == 1e-6 && race.turns[0].warmUp == nil)
        let log = try String(contentsOfFile: folder + "/log", encoding: .utf8).split(separator: "\n")
        let torch = "infer:8x8 --runs 4 --threads 1 --reference FOLDER/infer-8x8.safetensors"
        #expect(log[0] == "benchmark infer:8x8 --runs 4 --threads 1 --quiet --recompute none")
        #expect(log[1] == torch + " ")
        #expect(log[2] == torch + " --compile --jemalloc libjemalloc.so.2")
      }
    }
  }

  /// The others go on, and a contestant that failed has no further turn at the case.
  @Test func failuresAreNamed() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        let program = try script("echo '\(try Self.result(seconds: 0.5))'\n", named: "ramit", in: folder)
        let scripts = [
          ("noise >&2; seq 100000 >&2; echo 'RuntimeError: no compiler' >&2; exit 1", "RuntimeError: no compiler"),
          ("kill -9 $$", "its process was ended by signal 9 (out of memory?)"), ("exit 3", "exit code 3"),
          ("echo '{}'", "it printed something other than a result"),
          ("echo '\(Self.line(seconds: 1, parameters: 7))'", "its model has 7 parameters, not 939844"),
          ("echo '\(Self.line(seconds: 0))'", "it took no time"),
        ]
        for (text, reason) in scripts {
          let python = try script(text + "\n", named: "python", in: folder)
          let torch = Contestant(PyTorch(python: python, script: "benchmark.py", cache: folder), TorchMode.standard[0])
          var failures: [String] = []
          let race = try Race(
            [torch, Contestant(name: "ours", program: program)], pyTorch: Self.versions,
            cases: [BenchmarkCase("infer:8x8")], architecture: Self.architecture,
            .init(rounds: 2, runs: 1, threads: 1), folder: folder, peaks: { Self.peaks },
            failed: { failures.append("\($0)") })
          #expect(failures == ["PyTorch stock, infer:8x8, round 1: \(reason)"])
          #expect(race.failures.map(\.reason) == [reason] && race.turns.map(\.contestant) == ["ours", "ours"])
        }
      }
    }
  }

  /// A process that is told to end ends the one that measures; the race is over, with the turns that it has.
  @Test func aRaceCanBeInterrupted() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        Interruption.enable()
        let program = try script("kill -TERM $PPID\nexec sleep 60\n", named: "ramit", in: folder)
        let start = ContinuousClock.now
        let race = try Race(
          [Contestant(name: "ours", program: program), Contestant(name: "other", program: program)],
          pyTorch: Self.versions, cases: [BenchmarkCase("infer:8x8")], architecture: Self.architecture,
          .init(rounds: 2, runs: 1, threads: 1), folder: folder, peaks: { Self.peaks })
        #expect(race.interruption == SIGTERM)
        #expect(race.turns.isEmpty && race.failures.isEmpty)
        #expect(ContinuousClock.now - start < .seconds(50))
      }
    }
  }

  // MARK: Python

  @Test(arguments: [
    (
      "echo 'Traceback' >&2; echo \"ModuleNotFoundError: No module named 'torch'\" >&2; exit 1",
      "ModuleNotFoundError: No module named 'torch'"
    ),
    ("echo 3", "another answer than that of benchmark.py"),
  ])
  func aPythonWithoutTorchIsRefused(_ text: String, found: String) throws {
    try withTemporaryFolder { folder in
      let python = try script(text, named: "python", in: folder)
      #expect {
        try PyTorch(python: python, script: "benchmark.py", cache: folder).versions()
      } throws: {
        "\($0)" == "--python: expected a Python with torch, found \(python): \(found)"
      }
    }
  }

  @Test(arguments: ["/no/python", "no-python-of-this-name", "/"])
  func aMissingPythonIsRefused(_ python: String) {
    let start = "--python: expected a Python with torch, found \(python): it does not start: "
    #expect {
      try PyTorch(python: python, script: "benchmark.py", cache: "/").versions()
    } throws: {
      "\($0)".hasPrefix(start) && "\($0)".count > start.count
    }
  }

  @Test func versionsAreRead() throws {
    try withTemporaryFolder { folder in
      let python = try script(
        "test \"$1 $2\" = 'benchmark.py --versions' || exit 1\n"
          + "echo '{\"python\": \"3.12\", \"torch\": \"2.9\", \"instructions\": \"AVX2\"}'\n", in: folder)
      let versions = try PyTorch(python: python, script: "benchmark.py", cache: folder).versions()
      #expect("\(versions)" == "PyTorch 2.9 (Python 3.12, AVX2)")
    }
  }

  // MARK: References

  /// The file has all that another implementation needs, in PyTorch's layout.
  @Test func referencesOfImages() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/reference.safetensors", model = Self.architecture.makeModel()
      let reference = try BenchmarkReference(BenchmarkCase("infer:16x24"), of: Self.architecture, writingTo: path)
      #expect(reference.parameters == Self.architecture.parameterCount)
      let tensors = try SafeTensors.read(path), weights = model.stateDict
      #expect(tensors.count == weights.count + 2 && tensors["input"]?.shape == [1, 3, 16, 24])
      for (name, tensor) in weights {
        #expect(tensors["model." + name].map { relativeError($0, tensor) } == 0, "\(name)")
      }
      let input = try #require(tensors["input"].map(channelsLast)), output = model(Variable(constant: input)).value
      #expect(try relativeError(#require(tensors["output"].map(channelsLast)), output) == 0)
      #expect(output.shape == [1, 32, 48, 3])
    }
  }

  /// The weights are those before the first step; the second loss is that after one step on them.
  @Test func referencesOfSteps() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/reference.safetensors", model = Self.architecture.makeModel()
      _ = try BenchmarkReference(BenchmarkCase("train:1x32"), of: Self.architecture, writingTo: path)
      let tensors = try SafeTensors.read(path)
      for (name, tensor) in model.stateDict {
        #expect(tensors["model." + name].map { relativeError($0, tensor) } == 0, "\(name)")
      }
      let input = try #require(tensors["input"].map(channelsLast)), losses = try #require(tensors["losses"])
      let target = try #require(tensors["target"].map(channelsLast))
      #expect(target.shape == [1, 64, 64, 3] && losses.shape == [2])
      let loss = l1Loss(model(Variable(constant: input)), target).value.pointer[0]
      #expect(losses.pointer[0] == loss && losses.pointer[1] != loss && abs(losses.pointer[1] - loss) < 0.5)
    }
  }
}
