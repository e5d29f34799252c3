import ArgumentParser
import Foundation
import RAMiTBenchmarking
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMachine
import RAMiTModels

/// Times RAMiT beside PyTorch.
struct RaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "race", abstract: "Time RAMiT x2 beside PyTorch, in turns.",
    discussion: """
      Programs of this package and PyTorch in its modes do the same cases with the same weights, one process at a \
      time, in rounds in which each has a turn. PyTorch's results are compared with this package's, and those that \
      differ do not count. A time is the median of the rounds; a ratio is that of two times of one round, so that \
      what slows down both does not count. A contestant that fails is named with its reason, the others go on, and \
      the exit code is 1.

      The modes of PyTorch are stock, or some of compile (torch.compile, which needs a C++ compiler), bfloat16 \
      (autocast) and jemalloc (libjemalloc.so.2) with + between them.

      Examples:
        RAMiTBenchmarks race --python venv/bin/python --json race.json --markdown race.md
        RAMiTBenchmarks race --cases infer:128x128 train:4x64 --modes jemalloc compile+jemalloc --rounds 5
        RAMiTBenchmarks race --program AVX-512=.build/release/ramit --program AVX2=.build/dist/avx2/release/ramit
        RAMiTBenchmarks race --program "blocks=.build/release/ramit --recompute blocks" --cases train:16x64
      """)

  @Option(help: ArgumentHelp("A Python with torch: a path, or a name in PATH.", valueName: "program"))
  var python = "python3"

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "How PyTorch computes (default: \(TorchMode.standard.map(\.description).joined(separator: " "))).",
      valueName: "mode"))
  var modes: [String] = []

  @Option(
    help: ArgumentHelp(
      "A ramit to time, with options of its benchmark command after blanks; repeat for more (default: the one beside "
        + "this program).", valueName: "name=path"))
  var program: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("What to time (default: \(BenchmarkCase.standard.joined(separator: " "))).", valueName: "case"))
  var cases: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The contestants that ratios are to (default: the first program).", valueName: "name"))
  var references: [String] = []

  @Option(help: "In a round every contestant has a turn.")
  var rounds = 3

  @Option(help: "Timed runs of a turn, after a warm-up.")
  var runs = 3

  @Option(help: "Threads that compute, on both sides.")
  var threads = 2

  @Option(
    help: ArgumentHelp(
      "Keep what torch.compile makes, which takes minutes, for later races (default: for this race only).",
      valueName: "folder"), completion: .directory)
  var cache: String?

  @Option(
    help: ArgumentHelp("Write every turn to a JSON file.", valueName: "file"), completion: .file(extensions: ["json"]))
  var json: String?

  @Option(
    help: ArgumentHelp("Write the tables to a Markdown file.", valueName: "file"),
    completion: .file(extensions: ["md"]))
  var markdown: String?

  func validate() throws {
    for (option, value, limit) in [("rounds", rounds, 1000), ("runs", runs, 1000), ("threads", threads, 4096)]
    where !(1...limit).contains(value) {
      throw ValidationError("--\(option) must be 1 to \(limit), not \(value)")
    }
  }

  func run() throws {
    try InstructionSet.check()
    var names: Set<String> = []
    let works = try (cases.isEmpty ? BenchmarkCase.standard : cases).map(BenchmarkCase.init)
      .filter { names.insert($0.name).inserted }
    let modes = try modes.isEmpty ? TorchMode.standard : modes.map(TorchMode.init)
    let programs = try program.isEmpty ? [thisBuild] : program.map(Contestant.init(program:))
    if let json { try JSON.prepare(json.expandingTilde) }
    if let markdown { try TextFile.markdown.prepare(markdown.expandingTilde) }
    if let cache { try Folder.create(cache.expandingTilde) }

    // From here on there is a folder to remove.
    Interruption.enable()
    let folder = FileManager.default.temporaryDirectory.path.appendingPath("ramit-race-\(UUID().uuidString)")
    try Folder.create(folder)
    defer { try? Folder.remove(folder) }
    let pyTorch = try pyTorch(in: folder)
    let contestants = programs + modes.map { Contestant(pyTorch, $0) }
    try check(names: contestants.map(\.name))
    let versions = try pyTorch.versions()
    Console.report("\(versions)")

    let race = try Race(
      contestants, pyTorch: versions, cases: works, architecture: RAMiTVariant.ramit.configuration(for: .x2),
      Race.Settings(rounds: rounds, runs: runs, threads: threads), folder: folder,
      done: { turn in
        let warmUp = turn.warmUp.map { ", warm-up \($0.fixed(1)) s" } ?? ""
        Console.report(
          "\(turn.work), round \(turn.round): \(turn.contestant) \(turn.seconds.median.fixed(3)) s, "
            + "\(turn.peakGigabytes.fixed(2)) GB\(warmUp)")
      },
      failed: { Console.report("\($0)") })
    let references = references.isEmpty ? [programs[0].name] : references
    Console.print(race.text(to: references))
    if let json { try race.write(to: json.expandingTilde) }
    if let markdown { try TextFile.markdown.write(race.markdown(to: references), to: markdown.expandingTilde) }
    if let signal = race.interruption { throw ExitCode(128 + signal) }
    if !race.failures.isEmpty { throw ExitCode.failure }
  }

  private var thisBuild: Contestant {
    get throws {
      let path = String.programPath.parentPath.appendingPath("ramit")
      guard FileManager.default.isExecutableFile(atPath: path) else {
        throw InputError("--program", expected: "NAME=PATH of a ramit", found: "no program \(path)")
      }
      return Contestant(name: "ramit", program: path)
    }
  }

  /// Writes PyTorch's side, which the build compiles into this program.
  private func pyTorch(in folder: String) throws -> PyTorch {
    for (name, text) in [
      ("benchmark.py", PackageResources.benchmark_py), ("ramit_torch.py", PackageResources.ramit_torch_py),
    ] {
      try WholeFile.write(Data(text), to: folder.appendingPath(name))
    }
    return PyTorch(
      python: python.expandingTilde, script: folder.appendingPath("benchmark.py"),
      cache: cache?.expandingTilde.absolutePath ?? folder.appendingPath("compiled"))
  }

  private func check(names: [String]) throws {
    if let name = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw InputError("race", expected: "contestants of different names", found: "two that are called \(name)")
    }
    if let name = references.first(where: { !names.contains($0) }) {
      throw InputError("--references", expected: "some of \(names.joined(separator: ", "))", found: name)
    }
  }
}
