import ArgumentParser
import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTFiles
import RAMiTInference
import RAMiTModels

struct EvaluateCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "evaluate", abstract: "Score weights on test sets: PSNR and SSIM of every image.",
      discussion: """
        A test set is a folder, laid out as for validation, or the name of a published set below --root:
          targets and inputs side by side, HR/NAME.png and LR_bicubic/X2/NAMEx2.png, GTmod12/ and LRbicx2/, HR/ and LR/,
            HQ/ and LQ/, high/ and low/, and the like; partners are found by their names,
          for super-resolution also targets or photos alone: inputs are made by MATLAB-compatible bicubic downscaling,
          for denoising targets or photos: the noise is added here, the same each time.
        The last line of a table is the baseline without a model: bicubic upscaling, or the input itself.
        Scores follow the paper's protocol: luma inside a border of the scale for super-resolution, luma for \
        deraining, all channels otherwise. An image that cannot be read is reported, the others are scored, and the \
        exit code is 1.

        Examples:
          \(Program.name) evaluate --weights RAMiT_X2.pth --task x2 --testset Set5 Set14
          \(Program.name) evaluate --weights runs/dn/weights/best.safetensors --testset Kodak24 --sigma 25 --save \
          restored
        """)
  }

  @OptionGroup var weights: WeightOptions<Architecture>

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("The test sets: folders, or names of published sets.", valueName: "dir"), completion: .directory)
  var testset: [String]

  @Option(help: ArgumentHelp("The folder in which published sets lie.", valueName: "dir"), completion: .directory)
  var root = "datasets"

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Standard deviations of the noise, of 255 (denoising; default: 15 25 50).", valueName: "sigma"))
  var sigma: [Double] = []

  @Option(
    help: ArgumentHelp(
      "Save the restored images here as PNG; several test sets in a folder each (of one name: Set, Set-2).",
      valueName: "dir"))
  var save: String?

  @Option(help: ArgumentHelp("Write the scores to a JSON file.", valueName: "file"))
  var json: String?

  @Flag(help: "Average over the eight ways to turn and mirror an image: a little better, eight times slower.")
  var selfEnsemble = false

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if testset.isEmpty { throw ValidationError("--testset needs at least one folder") }
    if let wrong = sigma.first(where: { !(0...1000).contains($0) }) {
      throw ValidationError("--sigma must be 0 to 1000, not \(wrong)")
    }
  }

  func run() throws {
    try common.apply()
    if let json { try JSON.prepare(json.expandingTilde) }
    let pretrained = try weights.load(quiet: common.quiet)
    let task = pretrained.architecture.task
    if !sigma.isEmpty, !task.isDenoising {
      throw InputError("--sigma", expected: "a denoising model", found: "one for \(task.rawValue)")
    }
    var restorer = Restorer(pretrained.model)
    restorer.selfEnsemble = selfEnsemble
    restorer.budget = memory.budget
    let modelName = pretrained.architecture.modelName
    let evaluator = Evaluator(restorer, modelName: modelName)
    let levels: [Double?] = task.isDenoising ? (sigma.isEmpty ? [15, 25, 50] : sigma) : [nil]
    var reports: [ScoreReport] = []
    var failures = 0
    var folders: Set<String> = []
    for given in testset {
      let path = given.expandingTilde
      let set: TestSet
      do {
        set = try open(path, for: task)
      } catch {
        Program.report(error)
        failures += 1
        continue
      }
      for error in set.errors { Program.report(error) }
      failures += set.errors.count
      announce(set, path)
      let folder = save.map { save in
        testset.count > 1
          ? save.expandingTilde.appendingPath(Self.newName(set.name, beside: &folders)) : save.expandingTilde
      }
      for level in levels {
        let table = ScoreTable(set, modelName: modelName, sigma: level)
        tell(table.header)
        let report = evaluator.evaluate(set, sigma: level, saveTo: folder) { outcome in
          switch outcome {
          case .scored(let row): tell(table.line(row))
          case .note(let note): tell(note)
          case .failed(let error):
            Program.report(error)
            failures += 1
          }
        }
        reports.append(report)
        tell(table.means(report) + "\n")
      }
    }
    if let json { try ScoreReport.write(reports, to: json.expandingTilde) }
    if failures > 0 { throw ExitCode.failure }
  }

  /// A name for the folder of a set, of which several may be called the same: `HR`, then `HR-2`.
  private static func newName(_ name: String, beside taken: inout Set<String>) -> String {
    var number = 1
    var new = name
    while !taken.insert(new).inserted {
      number += 1
      new = "\(name)-\(number)"
    }
    return new
  }

  /// A folder, or where there is none a published set of that name.
  private func open(_ path: String, for task: RestorationTask) throws -> TestSet {
    let isPublished = DatasetCatalog.manifests.contains { $0.name.lowercased() == path.lowercased() }
    if isPublished, !FileManager.default.fileExists(atPath: path) {
      return try TestSet(dataset: path, root: root.expandingTilde, task: task)
    }
    return try TestSet(path, task: task)
  }

  /// Says where inputs without files come from, and how much of a published set is missing.
  private func announce(_ set: TestSet, _ path: String) {
    if set.inputs == .bicubic {
      tell("\(path): no inputs for \(set.task.rawValue) beside the targets; they are made by bicubic downscaling")
    }
    if let count = set.publishedCount, count != set.count {
      tell("\(path): \(set.count) images, of a set of \(count)")
    }
    if let inputs = set.unusedInputs {
      tell("\(path): \(inputs) is left alone; inputs are the targets with noise of --sigma")
    }
    if let text = set.files?.omissions.text { tell("left out: \(text)") }
  }

  private func tell(_ line: String) {
    if !common.quiet { Console.print(line) }
  }
}
