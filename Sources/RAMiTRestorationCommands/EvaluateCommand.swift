import ArgumentParser
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTInference
import RAMiTModels
import RAMiTTraining

struct EvaluateCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "evaluate", abstract: "Score weights, or restored images, on test sets: PSNR, SSIM and more.",
      discussion: """
        A test set is a folder, or the name of a published set below --root:
          targets and inputs side by side: HR/NAME.png and LR_bicubic/X2/NAMEx2.png,
            GTmod12/ and LRbicx2/, HQ/ and LQ/, high/ and low/, norain/ and rain/,
          both in one folder: NAME_HR and NAME_LR, norain-1 and rain-1,
          for super-resolution also photos alone: bicubic downscaling as MATLAB's
            makes the inputs,
          for denoising targets or photos: the noise is added, the same each time.
        Partners are found by their names (docs/DATASETS.md).

        The last lines of a table are the mean, the standard deviation, and the baseline without a model: bicubic \
        upscaling, or the input itself. Several sets are followed by the mean over sets and the mean over all images. \
        The line above a table says by which protocol its scores were made (docs/METRICS.md). An image that cannot be \
        read is reported, the others are scored, and the exit code is 1. Several processes that a launcher of MPI \
        starts deal the images out (docs/CLUSTER.md).

        Examples:
          \(Program.name) evaluate --task x2 --testset Set5
          \(Program.name) evaluate --weights RAMiT_X2.pth --task x2 --testset Set5 Set14
          \(Program.name) evaluate --weights runs/dn/weights/best.safetensors --testset Kodak24 --sigma 25 --save \
          restored
          \(Program.name) evaluate --weights new.safetensors --against old.safetensors --testset Set5 Set14
          \(Program.name) evaluate --restored results/Set5 --target Set5/HR --task x2 --protocol matlab --csv scores.csv
        """)
  }

  @Option(
    help: ArgumentHelp(
      """
      The weights: .safetensors or PyTorch's .pth, or a name of those that come with the program (default: those for \
      --task).
      """, valueName: "file"),
    completion: .file(extensions: ["safetensors", "pth"]))
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "Other weights for the same task, compared with the first image by image, as by \(Program.name) compare.",
      valueName: "file"),
    completion: .file(extensions: ["safetensors", "pth"]))
  var against: String?

  @Option(help: "The model (default: what the weights say).")
  var model: ModelName<Architecture>?

  @Option(help: "The task (default: what the weights say; for --restored all channels, without a border).")
  var task: RestorationTask?

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("The test sets: folders, or names of published sets.", valueName: "dir"), completion: .directory)
  var testset: [String] = []

  @Option(
    help: ArgumentHelp("The inputs of a single test set, where they lie elsewhere.", valueName: "dir"),
    completion: .directory)
  var inputs: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("In place of weights: folders of restored images, scored as they are.", valueName: "dir"),
    completion: .directory)
  var restored: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The folders of their targets, one for each, paired by the images' names.", valueName: "dir"),
    completion: .directory)
  var target: [String] = []

  @Option(help: ArgumentHelp("The folder in which published sets lie.", valueName: "dir"), completion: .directory)
  var root = "datasets"

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Standard deviations of the noise, of 255 (denoising; default: 15 25 50).", valueName: "sigma"))
  var sigma: [Double] = []

  @OptionGroup var rules: ProtocolOptions

  @Option(
    help: ArgumentHelp(
      "Save the restored images here as PNG; several test sets in a folder each (of one name: Set, Set-2).",
      valueName: "dir"))
  var save: String?

  @Flag(help: "Replace images that lie where --save puts one; the test sets' own are never replaced.")
  var overwrite = false

  @OptionGroup var files: ScoreFileOptions

  @Flag(help: "Average over the eight ways to turn and mirror an image: a little better, eight times slower.")
  var selfEnsemble = false

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let wrong = sigma.first(where: { !(0...1000).contains($0) }) {
      throw ValidationError("--sigma must be 0 to 1000, not \(wrong)")
    }
    if overwrite, save == nil { throw ValidationError("--overwrite belongs to --save") }
    guard restored.isEmpty, target.isEmpty else { return try validateFolders() }
    if weights == nil {
      guard let task else { throw ValidationError("--weights or --task is missing, or --restored and --target") }
      _ = try Architecture.pretrainedName(for: task)
    }
    if testset.isEmpty { throw ValidationError("--testset needs at least one folder") }
    if inputs != nil, testset.count > 1 { throw ValidationError("--inputs are those of one --testset") }
  }

  private func validateFolders() throws {
    guard restored.count == target.count else {
      throw ValidationError(
        "--restored and --target need as many folders, not \(restored.count) and \(target.count)")
    }
    let others = [
      ("--weights", weights != nil), ("--against", against != nil), ("--testset", !testset.isEmpty),
      ("--inputs", inputs != nil), ("--sigma", !sigma.isEmpty), ("--save", save != nil),
      ("--self-ensemble", selfEnsemble), ("--model", model != nil), ("--noise", rules.noise != nil),
    ]
    if let (name, _) = others.first(where: \.1) {
      throw ValidationError("\(name) is for scores of weights, not of --restored")
    }
  }

  func run() throws { try Program.onRanks(evaluate) }

  /// - Returns: the exit code.
  private func evaluate(_ ranks: Ranks) throws -> ExitCode {
    try common.apply(on: ranks)
    if ranks.isFirst { try files.prepare() }
    let session = ScoringSession(quiet: common.quiet, ranks: ranks)
    var reports: [ScoreReport]
    if let weights = weights ?? (restored.isEmpty ? task?.rawValue : nil) {
      let model = try load(weights, ranks)
      let other = try against.map { try load($0, ranks) }
      if let task = other?.architecture.task, task != model.architecture.task {
        throw InputError("--against", expected: "weights for \(model.architecture.task)", found: "some for \(task)")
      }
      reports = try score(model, session, ranks, saveTo: save)
      if let against, let other {
        let others = try score(other, session, ranks, saveTo: nil)
        let names = (against.expandingTilde, weights.expandingTilde)
        // B is what is new, so that more is better.
        if let comparison = session.attempt({ try PairedComparison(others, reports, names: names) }) {
          session.show(comparison)
        }
        reports += others
      }
    } else {
      reports = zip(restored, target).compactMap {
        session.score($0.expandingTilde, $1.expandingTilde, task, rules.scoring)
      }
    }
    if against == nil { session.showSummaries(of: reports) }
    if ranks.isFirst { try files.write(reports) }
    return session.failures > 0 ? .failure : .success
  }

  /// - Throws: `InputError` that names the file, or an option that is not for its task.
  private func load(_ weights: String, _ ranks: Ranks) throws -> PretrainedModel<Architecture> {
    let pretrained = try PretrainedModel<Architecture>(
      weights: weights.expandingTilde, task: task, named: model?.name
    ) {
      if !common.quiet, ranks.isFirst { Program.report($0) }
    }
    let task = pretrained.architecture.task
    let wrong = task.isDenoising ? nil : !sigma.isEmpty ? "--sigma" : rules.noise != nil ? "--noise" : nil
    if let wrong { throw InputError(wrong, expected: "a denoising model", found: "one for \(task.rawValue)") }
    return pretrained
  }

  /// Scores a model on all the sets.
  private func score(
    _ pretrained: PretrainedModel<Architecture>, _ session: ScoringSession, _ ranks: Ranks, saveTo path: String?
  ) throws -> [ScoreReport] {
    let task = pretrained.architecture.task
    var restorer = Restorer(pretrained.model)
    restorer.selfEnsemble = selfEnsemble
    restorer.budget = memory.budget(on: ranks)
    var evaluator = Evaluator(restorer, modelName: pretrained.architecture.modelName)
    evaluator.overwrites = overwrite
    let levels: [Double?] = task.isDenoising ? (sigma.isEmpty ? [15, 25, 50] : sigma) : [nil]
    var folders = path.map { SetFolders($0.expandingTilde, count: testset.count) }
    var reports: [ScoreReport] = []
    for given in testset {
      let path = given.expandingTilde
      let opened = session.attempt {
        try TestSet(named: path, inputs: inputs?.expandingTilde, root: root.expandingTilde, task: task)
      }
      guard var set = opened else { continue }
      set.scoring = rules.scoring
      let folder = folders?.folder(for: set.name)
      session.announce(set, path)
      reports += try levels.map { try session.score(set, evaluator, sigma: $0, saveTo: folder) }
    }
    return reports
  }
}
