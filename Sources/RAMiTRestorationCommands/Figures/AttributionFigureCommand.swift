import ArgumentParser
import RAMiTDiagnostics
import RAMiTFigures
import RAMiTFiles
import RAMiTImaging
import RAMiTModels

struct AttributionFigureCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "attribution", abstract: "Show which pixels of the input a patch of the output is restored from.",
      discussion: """
        Local attribution maps (Gu and Dong, CVPR 2021): the gradients of the patch's details are integrated from a \
        blurred input to the input itself. Red is what contributes; its depth is the power 0.3 of the share of the \
        largest contribution. The diffusion index (DI) grows with the number of pixels that take part.

        The contributions add up to the change of the details along the way; both are printed, and steps are doubled \
        until they agree within half a percent.

        Examples:
          \(Program.name) figure attribution photo.png --weights RAMiT-1_X2.pth NGswin_x2.pth --box 16x16+120+80 \
        --output map.png
          \(Program.name) figure attribution photo.png --weights best.safetensors --area 256x256+0+0 --output map.svg \
        --json map.json
        """)
  }

  @OptionGroup var sources: FigureSources<Architecture>

  @Option(help: ArgumentHelp("The patch, in pixels of the target (default: 16x16 in the middle).", valueName: "box"))
  var box: PixelRectangle?

  @Option(help: ArgumentHelp("Take this part of the photo alone; --box counts from its corner.", valueName: "box"))
  var area: PixelRectangle?

  @Option(help: ArgumentHelp("The blur's standard deviation, in pixels of the input.", valueName: "pixels"))
  var blur = 1.2

  @Option(help: "Steps along the way, at first.")
  var steps = 32

  @Option(help: "The most steps.")
  var mostSteps = 512

  @Option(help: ArgumentHelp("Write indices, sums and changes to a JSON file.", valueName: "file"))
  var json: String?

  @OptionGroup var figure: FigureOutput
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if !(0.1...20).contains(blur) { throw ValidationError("--blur must be 0.1 to 20, not \(blur)") }
    if !(1...100_000).contains(steps) { throw ValidationError("--steps must be 1 to 100000, not \(steps)") }
    if mostSteps < steps { throw ValidationError("--most-steps must be at least --steps, not \(mostSteps)") }
  }

  func run() throws {
    try common.apply()
    try figure.destination.prepare(inputs: sources.files)
    if let json { try JSON.prepare(json.expandingTilde) }
    var (models, images) = try sources.load(quiet: common.quiet)
    if let area { images = try images.cropped(to: area) }
    var settings = LocalAttribution.Settings()
    (settings.sigma, settings.steps, settings.mostSteps) = (blur, steps, mostSteps)
    let result = try AttributionFigure(
      images, models: models, patch: box ?? images.middle(side: 16), settings: settings
    ) { model, done, steps in
      if !common.quiet, done % 16 == 0 { Console.print("\(model): \(done) of \(steps) images") }
    }
    for row in result.rows {
      let error = 100 * row.error
      if !common.quiet {
        Console.print(
          "\(row.model): diffusion index \(row.diffusionIndex.fixed(2)); contributions \(row.sum.fixed(4)), "
            + "change \(row.change.fixed(4)), \(error.fixed(2)) % apart after \(row.steps) steps")
      }
      if error > 1 { Program.report("\(row.model): the contributions are no map yet; --most-steps allows more") }
    }
    if let json { try JSON.write(result.rows, to: json.expandingTilde) }
    try figure.destination.write(result.page, quiet: common.quiet)
    if result.rows.contains(where: { $0.error > 0.01 }) { throw ExitCode.failure }
  }
}
