import ArgumentParser
import RAMiTDiagnostics
import RAMiTFigures
import RAMiTFiles
import RAMiTModels

struct FeaturesFigureCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "features", abstract: "Show what components of a model make of an image.",
      discussion: """
        Each map shows the largest value of each pixel's channels, standardised. Layers have the names of the model's \
        components, which are those of its parameters; A*B is the product of two. Without --layer all are shown.

        Examples:
          \(Program.name) figure features photo.png --weights RAMiT-1_X2.pth --output features.png
          \(Program.name) figure features photo.png --weights RAMiT-1_X2.pth --layer stage4 attn_mix \
        'stage4*attn_mix' --output hrami.png     (before and after H-RAMi)
        """)
  }

  @OptionGroup var sources: FigureSources<Architecture>

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The layers, or products of them: A*B (default: all).", valueName: "layer"))
  var layer: [String] = []

  @OptionGroup var figure: FigureOutput
  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.apply()
    try figure.destination.prepare(inputs: sources.files)
    let (models, images) = try sources.load(quiet: common.quiet)
    try figure.destination.write(FeatureFigure(images, models: models, layers: layer).page, quiet: common.quiet)
  }
}

/// A pixel as it is written: `120,80`.
struct PixelPlace: ExpressibleByArgument {
  let x, y: Int

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let x = numbers[0], let y = numbers[1], x >= 0, y >= 0 else { return nil }
    (self.x, self.y) = (x, y)
  }
}

struct AttentionFigureCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "attention", abstract: "Show the attention maps of a layer's heads.",
      discussion: """
        Attention between pixels: what the marked pixel attends to in its window, and below it the window's map, a row \
        for each pixel. Attention between channels: a row for each channel. Every row adds up to 1.

        A layer is named by the component, the kind and a number: stage1.spatial.0, stage4.channel.5. --list prints all.

        Examples:
          \(Program.name) figure attention photo.png --weights RAMiT-1_X2.pth --list
          \(Program.name) figure attention photo.png --weights RAMiT-1_X2.pth --layer stage1.spatial.2 \
        --pixel 60,40 --output attention.png
          \(Program.name) figure attention photo.png --weights RAMiT-1_X2.pth --layer stage4.channel.0 --head 0 \
        --output channels.svg --json channels.json
        """)
  }

  @OptionGroup var sources: FigureSources<Architecture>

  @Option(help: "The layer (default: the first).")
  var layer: String?

  @Option(help: "The head, from 0 (default: all).")
  var head: Int?

  @Option(help: ArgumentHelp("The pixel of the input whose window is shown (default: the middle).", valueName: "x,y"))
  var pixel: PixelPlace?

  @Flag(help: "Print the layers that have attention, and draw nothing.")
  var list = false

  @Option(help: ArgumentHelp("Write the maps to a JSON file.", valueName: "file"))
  var json: String?

  @Option(
    help: ArgumentHelp("The figure: .png or .svg.", valueName: "file"), completion: .file(extensions: ["png", "svg"]))
  var output: String?

  @Option(help: "The kind of file (default: by the ending of --output).")
  var format: FigurePage.Format?

  @Option(help: ArgumentHelp("Pixels of a PNG for each pixel of the figure, for print.", valueName: "times"))
  var zoom = 1

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if sources.weights.count > 1 {
      throw ValidationError("--weights needs one file here, not \(sources.weights.count)")
    }
    if !list, output == nil { throw ValidationError("Missing expected argument '--output <file>'") }
    if !(1...4).contains(zoom) { throw ValidationError("--zoom must be 1 to 4, not \(zoom)") }
  }

  func run() throws {
    try common.apply()
    let figure = FigureDestination(path: (output ?? "").expandingTilde, format: format, zoom: zoom)
    if !list { try figure.prepare(inputs: sources.files) }
    if let json { try JSON.prepare(json.expandingTilde) }
    let (models, images) = try sources.load(quiet: common.quiet)
    if list {
      let padding = models[0].model.padding
      let layers = AttentionLayers(
        of: models[0].model, height: padding.paddedSide(images.input.shape[0]),
        width: padding.paddedSide(images.input.shape[1]))
      for layer in layers.all { Console.print("\(layer.name)  \(layer.summary.heads), \(layer.summary.map)") }
      return
    }
    let result = try AttentionFigure(
      images, model: models[0], layer: layer, head: head, pixel: pixel.map { ($0.x, $0.y) })
    if let json { try JSON.write(result.maps, to: json.expandingTilde) }
    try figure.write(result.page, quiet: common.quiet)
  }
}
