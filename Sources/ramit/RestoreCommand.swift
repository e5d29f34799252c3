import ArgumentParser
import Evaluation
import Foundation

extension OutputFormat: ExpressibleByArgument {}

struct RestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Restore photos: enlarge, denoise, brighten or derain them.",
    discussion: """
      Inputs are files, or folders with all that is in them; their structure is kept below the output folder. Gray \
      stays gray, 16 bits stay 16 bits, alpha is kept (super-resolution enlarges it by bicubic interpolation). \
      Outputs are PNG unless --format says otherwise. No input is ever overwritten, and outputs that exist are \
      skipped unless --overwrite is given. A photo that cannot be restored is reported, the others are restored, and \
      the exit code is 1.

      Examples:
        ramit restore photo.jpg --weights RAMiT_X2.pth --task x2 --output large
        ramit restore scans more/scan.png --weights dn.safetensors --output clean --format same
      """)

  @Argument(
    help: ArgumentHelp("Photos and folders of photos.", valueName: "input"),
    completion: .file(extensions: ["png", "jpg", "jpeg", "bmp", "tif", "tiff"]))
  var inputs: [String]

  @OptionGroup var weights: WeightOptions

  @Option(
    help: ArgumentHelp("The folder of the restored photos; it is made.", valueName: "dir"), completion: .directory)
  var output: String

  @Option(help: "png; jpeg (without alpha, 8 bits); or same: JPEG for JPEG inputs, PNG for all others.")
  var format = OutputFormat.png

  @Option(help: "Quality of JPEG outputs, 1 to 100.")
  var quality = 95

  @Flag(help: "Restore photos again whose outputs exist.")
  var overwrite = false

  @Option(
    help: ArgumentHelp(
      """
      Restore in tiles of N x N input pixels, for images too large for the memory. Results differ a little: channel \
      attention sees the whole image otherwise.
      """, valueName: "N"))
  var tile: Int?

  @Option(help: ArgumentHelp("How far tiles see beyond their edges, in input pixels.", valueName: "pixels"))
  var overlap = 32

  @Flag(help: "Average over the eight ways to turn and mirror an image: a little better, eight times slower.")
  var selfEnsemble = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let tile, !(32...65536).contains(tile) { throw ValidationError("--tile must be 32 to 65536, not \(tile)") }
    if !(0...1024).contains(overlap) { throw ValidationError("--overlap must be 0 to 1024, not \(overlap)") }
    if !(1...100).contains(quality) { throw ValidationError("--quality must be 1 to 100, not \(quality)") }
  }

  func run() throws {
    try common.apply()
    var restorer = Restorer(try weights.loadModel(quiet: common.quiet))
    restorer.tile = tile
    restorer.overlap = overlap
    restorer.selfEnsemble = selfEnsemble
    try OutputFolder.create(output)
    let plan = RestorationPlan(inputs, folder: output, format: format)
    let restoration = PhotoRestoration(restorer, overwrites: overwrite, quality: quality)
    let summary = restoration.run(plan) { outcome in
      switch outcome {
      case .failed(let error): Ramit.report(error)
      case .skipped(let item): tell("\(item.output): exists, skipped")
      case .restored(let item, let from, let to):
        tell("\(item.input) (\(from.width)x\(from.height)) -> \(item.output) (\(to.width)x\(to.height))")
      }
    }
    tell(summary.text)
    if summary.failed > 0 { throw ExitCode.failure }
  }

  private func tell(_ line: String) {
    if !common.quiet { printNow(line) }
  }
}
