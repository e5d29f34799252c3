import ArgumentParser
import Diagnostics
import Evaluation
import Models

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Score weights on test sets: PSNR and SSIM of every image.",
    discussion: """
      A test set is a folder with
        HR/NAME.png and LR_bicubic/X2/NAMEx2.png (X3, X4) for super-resolution; without LR_bicubic inputs are made by
          MATLAB-compatible bicubic downscaling,
        HQ/NAME.png for denoising (the noise is made here, the same each time), or
        HQ/NAME.png and LQ/NAME.png for low-light enhancement and deraining.
      The last line of a table is what can be had without a model: bicubic upscaling, or the input itself.
      Scores follow the paper's protocol: luma inside a border of the scale for super-resolution, luma for \
      deraining, all channels otherwise. An image that cannot be read is reported, the others are scored, and the \
      exit code is 1.

      Examples:
        ramit evaluate --weights RAMiT_X2.pth --task x2 --testset Set5 Set14
        ramit evaluate --weights runs/dn/weights/best.safetensors --testset Kodak24 --sigma 25 --save restored
      """)

  @OptionGroup var weights: WeightOptions

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("The test sets' folders.", valueName: "dir"), completion: .directory)
  var testset: [String]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Standard deviations of the noise, of 255 (denoising; default: 15 25 50).", valueName: "sigma"))
  var sigma: [Double] = []

  @Option(
    help: ArgumentHelp("Save the restored images here as PNG; several test sets in a folder each.", valueName: "dir"))
  var save: String?

  @Option(help: ArgumentHelp("Write the scores to a JSON file.", valueName: "file"))
  var json: String?

  @Flag(help: "Average over the eight ways to turn and mirror an image: a little better, eight times slower.")
  var selfEnsemble = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if testset.isEmpty { throw ValidationError("--testset needs at least one folder") }
    if let wrong = sigma.first(where: { !(0...1000).contains($0) }) {
      throw ValidationError("--sigma must be 0 to 1000, not \(wrong)")
    }
  }

  func run() throws {
    try common.apply()
    let model = try weights.loadModel(quiet: common.quiet)
    let task = model.configuration.task
    if !sigma.isEmpty, !task.isDenoising {
      throw InputError("--sigma", expected: "a denoising model", found: "one for \(task.rawValue)")
    }
    var restorer = Restorer(model)
    restorer.selfEnsemble = selfEnsemble
    let modelName = model.configuration.modelName
    let evaluator = Evaluator(restorer, modelName: modelName)
    let levels: [Double?] = task.isDenoising ? (sigma.isEmpty ? [15, 25, 50] : sigma) : [nil]
    var reports: [ScoreReport] = []
    var failures = 0
    for path in testset {
      let set: TestSet
      do {
        set = try TestSet(path, task: task)
      } catch {
        Ramit.report(error)
        failures += 1
        continue
      }
      if set.inputs == .bicubic {
        tell("\(path): no LR_bicubic/X\(task.scale); inputs are made by bicubic downscaling")
      }
      let folder = save.map { testset.count > 1 ? "\($0)/\(set.name)" : $0 }
      for level in levels {
        let table = ScoreTable(set, modelName: modelName, sigma: level)
        tell(table.header)
        let report = evaluator.evaluate(set, sigma: level, saveTo: folder) { outcome in
          switch outcome {
          case .scored(let row): tell(table.line(row))
          case .failed(let error):
            Ramit.report(error)
            failures += 1
          }
        }
        reports.append(report)
        tell(table.means(report) + "\n")
      }
    }
    if let json { try ScoreReport.write(reports, to: json) }
    if failures > 0 { throw ExitCode.failure }
  }

  private func tell(_ line: String) {
    if !common.quiet { printNow(line) }
  }
}
