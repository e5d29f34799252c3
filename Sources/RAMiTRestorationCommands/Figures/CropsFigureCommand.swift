import ArgumentParser
import RAMiTDiagnostics
import RAMiTFigures
import RAMiTFiles
import RAMiTModels

struct CropsFigureCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "crops", abstract: "Show a part of a photo as several models restore it, with scores.",
      discussion: """
        Beside the whole target: the crop of the target, of the baseline without a model (bicubic upscaling, or the \
        input), and of what each model restores, with PSNR and SSIM by the protocol of the paper.

        Examples:
          \(Program.name) figure crops photo.png --weights RAMiT-1_X2.pth NGswin_x2.pth --box 64x64+120+80 \
        --output crops.png
          \(Program.name) figure crops photo.png --weights dn.pth --sigma 50 --box 64x64+120+80 --box 64x64+10+200 \
        --output crops.svg --json scores.json
        """)
  }

  @OptionGroup var sources: FigureSources<Architecture>

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "The parts that are shown, in pixels of the target (default: 64x64 in the middle).", valueName: "box"))
  var box: [PixelRectangle] = []

  @Option(help: "The pixels that scores are of.")
  var scores = CropFigure.ScoredPart.image

  @Option(help: ArgumentHelp("Write the scores to a JSON file.", valueName: "file"))
  var json: String?

  @OptionGroup var figure: FigureOutput
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if box.count > 4 { throw ValidationError("--box can be given up to 4 times, not \(box.count)") }
  }

  func run() throws {
    try common.apply()
    try figure.destination.prepare(inputs: sources.files)
    if let json { try JSON.prepare(json.expandingTilde) }
    let (models, images) = try sources.load(quiet: common.quiet)
    let result = try CropFigure(
      images, models: models, boxes: box.isEmpty ? [images.middle(side: 64)] : box, scoring: scores
    ) {
      if !common.quiet { Console.print("\($0) restores \(images.name)") }
    } note: {
      if !common.quiet { Console.print($0) }
    }
    if !common.quiet {
      for row in result.rows {
        Console.print("\(row.model), \(row.box): \(row.psnr.fixed(2)) dB, SSIM \(row.ssim.fixed(4))")
      }
    }
    if let json { try JSON.write(result.rows, to: json.expandingTilde) }
    try figure.destination.write(result.page, quiet: common.quiet)
  }
}
