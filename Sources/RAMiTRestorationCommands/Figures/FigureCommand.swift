import ArgumentParser
import RAMiTDiagnostics
import RAMiTFigures
import RAMiTFiles
import RAMiTModels

struct FigureCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "figure", abstract: "Draw figures of models: attribution, features, attention, crops, trade-offs.",
      discussion: """
        A figure is a PNG or an SVG, by the ending of --output or by --format. Boxes and areas are written as \
        WIDTHxHEIGHT+X+Y, from the top left corner, in pixels of the target.

        Examples:
          \(Program.name) figure crops photo.png --weights ours.safetensors theirs.pth --box 64x64+120+80 \
        --output crops.png
          \(Program.name) figure attribution photo.png --weights ours.pth theirs.pth --box 16x16+120+80 \
        --output map.svg
        """,
      subcommands: [
        AttributionFigureCommand<Architecture>.self, FeaturesFigureCommand<Architecture>.self,
        AttentionFigureCommand<Architecture>.self, CropsFigureCommand<Architecture>.self,
        TradeOffFigureCommand<Architecture>.self,
      ])
  }
}

extension FigurePage.Format: ExpressibleByArgument {}
extension CropFigure.ScoredPart: ExpressibleByArgument {}

extension PixelRectangle: ExpressibleByArgument {
  /// From `WIDTHxHEIGHT+X+Y`.
  public init?(argument: String) { self.init(argument) }
}

/// Where a figure goes.
struct FigureOutput: ParsableArguments {
  @Option(
    help: ArgumentHelp("The figure: .png or .svg.", valueName: "file"), completion: .file(extensions: ["png", "svg"]))
  var output: String

  @Option(help: "The kind of file (default: by the ending of --output).")
  var format: FigurePage.Format?

  @Option(help: ArgumentHelp("Pixels of a PNG for each pixel of the figure, for print.", valueName: "times"))
  var zoom = 1

  func validate() throws {
    if !(1...4).contains(zoom) { throw ValidationError("--zoom must be 1 to 4, not \(zoom)") }
  }

  var destination: FigureDestination { FigureDestination(path: output.expandingTilde, format: format, zoom: zoom) }
}

/// A figure's file.
struct FigureDestination {
  let path: String
  let format: FigurePage.Format?
  let zoom: Int

  /// Checks before the work that the figure can be written, and makes its folder.
  /// - Parameter inputs: the files that the figure is made of, which it must not replace.
  /// - Throws: `InputError` that names it.
  func prepare(inputs: [String]) throws {
    if format == nil { _ = try FigurePage.format(of: path) }
    if FileStatus.exists(path) {
      let isInput = Set(ofFiles: inputs.map(\.expandingTilde)).containsFile(path)
      // A mistake on the command line must not replace photos or weights.
      guard !isInput, FigurePage.isFigure(path) else {
        throw InputError(
          path, expected: "a new file, or an earlier figure",
          found: isInput ? "a file that the figure is made of" : "another file, which is left as it is")
      }
    }
    try Folder.create(path.parentPath)
    try Folder.checkWritable(path.parentPath)
  }

  func write(_ page: FigurePage, quiet: Bool) throws {
    try page.write(to: path, format: format, zoom: zoom)
    if !quiet { Console.print("figure  \(path)") }
  }
}

/// The models of a figure, and the photo that it shows.
struct FigureSources<Architecture: RestorationArchitecture>: ParsableArguments {
  @Argument(help: ArgumentHelp("The photo as it should be: the target.", valueName: "photo"), completion: .file())
  var photo: String?

  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("Weights of one or more models.", valueName: "file"),
    completion: .file(extensions: ["safetensors", "pth"]))
  var weights: [String]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "What the figure calls the models (default: their names, or those of the files).", valueName: "name"))
  var label: [String] = []

  @Option(help: "The task (default: what the weights say).")
  var task: RestorationTask?

  @Option(
    help: ArgumentHelp(
      "What the models get (default: made of the photo, for super-resolution and denoising).", valueName: "file"),
    completion: .file())
  var input: String?

  @Option(help: ArgumentHelp("The noise's standard deviation, of 255, where the input is made.", valueName: "sigma"))
  var sigma = 25.0

  /// The files that are read.
  var files: [String] { weights + [photo, input].compactMap(\.self) }

  func validate() throws {
    if weights.isEmpty { throw ValidationError("--weights needs at least one file") }
    if !(0...1000).contains(sigma) { throw ValidationError("--sigma must be 0 to 1000, not \(sigma)") }
    if !label.isEmpty, label.count != weights.count {
      throw ValidationError("--label needs a name for each of \(weights.count) weights, not \(label.count)")
    }
    if photo == nil, input == nil { throw ValidationError("Give a photo, or --input") }
  }

  /// Reads the models, which have one task, and the photo.
  /// - Throws: `InputError` that names the file.
  func load(quiet: Bool) throws -> (models: [FigureModel], images: FigureImages) {
    var loaded: [PretrainedModel<Architecture>] = []
    for path in weights.map(\.expandingTilde) {
      let model = try PretrainedModel<Architecture>(weights: path, task: task) {
        if !quiet { Program.report($0) }
      }
      if let first = loaded.first, first.architecture.task != model.architecture.task {
        throw InputError(
          path, expected: "weights for \(first.architecture.task), as the ones before",
          found: "weights for \(model.architecture.task)")
      }
      loaded.append(model)
    }
    let names = loaded.map(\.architecture.modelName), stems = weights.map { $0.withoutPathEnding.lastPathPart }
    let areNamesClear = Set(names).count == names.count && !names.contains("custom")
    let labels = label.isEmpty ? (areNamesClear ? names : stems) : label
    let images = try FigureImages(
      target: photo?.expandingTilde, input: input?.expandingTilde, task: loaded[0].architecture.task, sigma: sigma)
    return (zip(labels, loaded).map { FigureModel(label: $0, model: $1.model) }, images)
  }
}
