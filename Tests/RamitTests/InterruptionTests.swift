import Foundation
import RAMiTModels
import RAMiTSerialization
import RAMiTTensorCore
import Testing

/// `ramit train` when it is killed, stopped, or left without disk, terminal or reader.
@Suite(.serialized, .enabled(if: Program.path != nil, "the program is not beside the tests"))
struct InterruptionTests {
  /// Four hundred iterations of a very small model, in five epochs.
  private static let configuration = """
    task: x2
    seed: 11
    model: {variant: RAMiT-slimSR, dim: 16, depths: [1, 1, 1, 1], window: 2, attentionDropout: 0.1}
    data:
      train: {type: procedural, samplesPerEpoch: 160, patch: 8, batch: 2}
      validation: {type: procedural, images: 2}
    schedule: {epochs: 5, learningRate: 0.001, warmupEpochs: 1, milestones: [3]}
    validation: {everyEpochs: 2, samples: 0}
    checkpoints: {everyIterations: 7, keep: 2}
    logging: {everyIterations: 1}

    """

  /// A run's folder, and the command that trains in it.
  private struct Run {
    let path: String
    let arguments: [String]

    init(_ name: String, in folder: Folder, _ more: String...) throws {
      path = folder.file(name)
      let configuration = try folder.write(InterruptionTests.configuration.utf8, to: "c.yaml")
      arguments = ["train", configuration, "--output", path, "--resume"] + more
    }

    var metrics: String { path + "/metrics.jsonl" }
    var last: String { path + "/weights/last.safetensors" }

    func bytes(_ file: String) throws -> Data { try Folder(path: path).data(file) }

    func names(_ folder: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder).sorted()
    }
  }

  /// Every file that a run is judged by is the same, byte for byte; the checkpoint but for the folder's name in it.
  private func expectSame(_ run: Run, _ whole: Run) throws {
    for file in ["weights/last.safetensors", "weights/best.safetensors", "metrics.jsonl"] {
      #expect(try run.bytes(file) == whole.bytes(file), "\(file) differs")
    }
    #expect(try run.names("checkpoints") == whole.names("checkpoints"))
    let name = "/checkpoints/iteration-00000400.safetensors"
    let (one, other) = (try SafeTensors.read(run.path + name), try SafeTensors.read(whole.path + name))
    #expect(one.names == other.names)
    for (name, tensor) in one { #expect(tensor.array == other[name]?.array, "\(name) differs") }
  }

  @Test func killedAndStoppedRunsEndWithTheSameBits() throws {
    try Folder.temporary { folder in
      let whole = try Run("whole", in: folder, "--threads", "2")
      #expect(try Program.run(whole.arguments).code == 0)

      let run = try Run("run", in: folder, "--threads", "1")
      var random = RandomNumbers(seed: 2024)
      for (turn, signal) in [SIGKILL, SIGTERM, SIGKILL, SIGUSR1, SIGKILL].enumerated() {
        let program = try RunningProgram(run.arguments, in: folder)
        // In the step, in the save, in the validation: wherever it is a moment after a seeded number of steps.
        program.wait(forLines: 60 * turn + 2 + random.below(40), in: run.metrics)
        usleep(UInt32(random.below(10_000)))
        program.send(signal)
        let outcome = try program.outcome()
        if signal == SIGKILL {
          #expect(outcome.code == nil, "killed before the end: \(outcome.output.suffix(300))")
        } else {
          #expect(outcome.code == 128 + signal, "\(outcome)")
          let iteration = try #require(outcome.output.firstMatch(of: /stopped after iteration (\d+) of 400/)?.1)
          let newest = try #require(run.names("checkpoints").last)
          #expect(newest.hasSuffix("0\(iteration).safetensors"), "\(newest) is not of iteration \(iteration)")
        }
      }
      let outcome = try Program.run(run.arguments)
      #expect(outcome.code == 0, "\(outcome.errors)")
      try expectSame(run, whole)
      for part in ["checkpoints", "weights", "samples"] {
        #expect(try run.names(part).allSatisfy { !$0.hasPrefix(".") }, "unfinished files in \(part)")
      }
      // What training writes is what everything else reads.
      let found = try PretrainedRAMiT(weights: run.last).architecture
      #expect(found.task == .x2 && found.dim == 16 && found.window == 2)
    }
  }

  /// Nothing has been done, so nothing is saved: a line says so, and the process ends as any other.
  @Test(arguments: [SIGTERM, SIGUSR1]) func aSignalBeforeTheFirstStep(_ number: Int32) throws {
    try Folder.temporary { folder in
      let run = try Run("run", in: folder)
      let program = try RunningProgram(run.arguments, in: folder, isHeld: true, room: 0)
      program.wait(forLines: 1, in: run.path + "/train.log")
      program.send(number)
      let outcome = try program.outcome()
      #expect(outcome.code == nil, "\(outcome)")
      #expect(outcome.errors == "ramit: stopped before the first step; there is nothing new to save\n")
      #expect(try run.names("checkpoints").isEmpty)
    }
  }

  @Test func aSecondProcessIsRefusedUntilTheFirstIsKilled() throws {
    try Folder.temporary { folder in
      let run = try Run("run", in: folder, "--set", "schedule.epochs=1000")
      let first = try RunningProgram(run.arguments, in: folder)
      first.wait(forLines: 1, in: run.metrics)
      let second = try Program.run(run.arguments)
      #expect(first.isRunning)
      #expect(second.code == 1)
      #expect(
        second.errors
          == "ramit: \(run.path): expected a folder that no other process trains in, found one that is in use\n")
      first.send(SIGKILL)
      _ = try first.outcome()
      let third = try RunningProgram(run.arguments, in: folder)
      third.wait(forLines: 4, in: run.metrics)
      third.send(SIGTERM)
      #expect(try third.outcome().code == 128 + SIGTERM)
    }
  }

  /// A limit on the size of files stands for a full disk: the weights fit, the checkpoint does not.
  @Test func aFullDiskKeepsTheLastCheckpoint() throws {
    try Folder.temporary { folder in
      let run = try Run("run", in: folder, "--set", "schedule.epochs=1")
      let begun = try RunningProgram(run.arguments, in: folder, isHeld: true)
      begun.wait(forLines: 4, in: run.metrics)
      begun.send(SIGTERM)
      #expect(try begun.outcome().code == 128 + SIGTERM)
      let before = try run.names("checkpoints")
      let newest = try #require(before.last)
      let limit = try (run.bytes("checkpoints/" + newest).count + run.bytes("weights/last.safetensors").count) / 2

      let full = try RunningProgram(run.arguments, in: folder, shell: "ulimit -f \(limit / 512); exec \"$@\"").outcome()
      #expect(full.code == 1)
      #expect(full.errorLines.count == 1)
      #expect(full.errors.hasPrefix("ramit: \(run.path)/checkpoints/iteration-"), "\(full.errors)")
      #expect(full.errors.hasSuffix(".safetensors: expected a file that can be written, found file too large\n"))
      #expect(try run.names("checkpoints") == before)

      let whole = try Run("whole", in: folder, "--set", "schedule.epochs=1")
      #expect(try Program.run(whole.arguments).code == 0)
      #expect(try Program.run(run.arguments).code == 0)
      #expect(try run.bytes("weights/last.safetensors") == whole.bytes("weights/last.safetensors"))
    }
  }

  @Test func aReaderThatLeavesDoesNotEndTheTraining() throws {
    try Folder.temporary { folder in
      let run = try Run("run", in: folder, "--set", "schedule.epochs=1")
      let outcome = try RunningProgram(run.arguments, in: folder, shell: "\"$@\" | head -n 1").outcome()
      #expect(outcome.output.contains("parameters, 80 iterations"))
      #expect(try run.names("checkpoints").last == "iteration-00000080.safetensors")
      #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    }
  }

  private static let briefly = ["--set", "schedule.epochs=1", "--set", "logging.everyIterations=10"]

  @Test func progressIsLinesWhereThereIsNoTerminal() throws {
    try Folder.temporary { folder in
      let lines = try Program.run(Run("lines", in: folder).arguments + Self.briefly).output
      #expect(
        lines.contains(
          /epoch 1\/1  iteration 10  loss 0\.\d{5}  learning rate \d\.\d\de-\d\d  \d+\.\d images\/s  \d+:\d\d left\n/),
        "\(lines)")
      #expect(!lines.contains("\u{1b}") && !lines.contains("\r"))
    }
  }

  @Test(.enabled(if: PseudoTerminal.isThere, "no pseudo-terminal can be opened here"))
  func progressIsABarOnATerminal() throws {
    try Folder.temporary { folder in
      let terminal = try PseudoTerminal()
      let program = try RunningProgram(
        Run("bar", in: folder).arguments + Self.briefly, in: folder, output: terminal.end)
      let shown = try terminal.read { program.isRunning }
      #expect(try program.outcome().code == 0)
      #expect(
        shown.contains(
          /epoch 1\/1 \[=* *\]  (?:\d+\/80  )?lr \d\.\d\de[+-]\d\d  \d+\.\d images\/s  loss 0\.\d{5}  \d+:\d\d left/),
        "\(shown)")
    }
  }
}
