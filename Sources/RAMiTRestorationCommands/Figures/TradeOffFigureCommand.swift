import ArgumentParser
import RAMiTDiagnostics
import RAMiTFigures
import RAMiTFiles
import RAMiTModels

struct TradeOffFigureCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "tradeoff", abstract: "Plot what methods achieve against what they cost.",
      discussion: """
        The table is CSV with a header, or a JSON array of objects, such as `\(Program.name) reproduce --json` writes: \
        name or method, and columns of numbers (940K and 163.4G are numbers, too). The axes are by default Mult-Adds \
        and PSNR, and a circle's area is the number of parameters. Of cells, ours is taken before the paper's number; \
        psnr and ssim are the means over all cells of that score.

        Examples:
          \(Program.name) reproduce C --json table.json
          \(Program.name) figure tradeoff table.json --task x4 --highlight RAMiT --output tradeoff.svg
          \(Program.name) figure tradeoff speed.csv --x seconds --y psnr --size parameters --log \
        --x-title 'Seconds' --output speed.png
        """)
  }

  @Argument(help: ArgumentHelp("The table: .csv or .json.", valueName: "table"), completion: .file())
  var table: String

  @Option(help: ArgumentHelp("The column of the horizontal axis (default: multAdds).", valueName: "column"))
  var x: String?

  @Option(help: ArgumentHelp("The column of the vertical axis (default: psnr).", valueName: "column"))
  var y: String?

  @Option(help: ArgumentHelp("The column of the circles' areas (default: parameters).", valueName: "column"))
  var size: String?

  @Option(help: "The task whose rows are taken, where the table has several.")
  var task: RestorationTask?

  @Option(help: ArgumentHelp("The figure's title.", valueName: "text"))
  var title = ""

  @Option(help: ArgumentHelp("The horizontal axis' title (default: by its column).", valueName: "text"))
  var xTitle: String?

  @Option(help: ArgumentHelp("The vertical axis' title (default: by its column).", valueName: "text"))
  var yTitle: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Show methods whose names begin so in red and bold.", valueName: "name"))
  var highlight: [String] = []

  @Flag(name: .customLong("log"), help: "Make the horizontal axis logarithmic.")
  var isLogarithmic = false

  @OptionGroup var figure: FigureOutput

  @Flag(help: "Print errors only.")
  var quiet = false

  func run() throws {
    try figure.destination.prepare(inputs: [self.table])
    let table = try TradeOffTable(reading: self.table.expandingTilde)
    let (rows, missing) = try table.rows(
      x: x.map { [$0] } ?? ["multAdds", "x"], y: y.map { [$0] } ?? ["psnr", "y"],
      size: size.map { [$0] } ?? ["parameters", "size"], task: task?.rawValue)
    if !missing.isEmpty {
      Program.report("without numbers, and left out: \(missing.joined(separator: ", "))")
    }
    let page = TradeOffFigure(
      rows, titles: (title, xTitle ?? Self.title(x ?? "multAdds"), yTitle ?? Self.title(y ?? "psnr")),
      highlighted: highlight, isLogarithmic: isLogarithmic,
      sizeTitle: rows.contains { $0.size != nil } ? Self.title(size ?? "parameters") : nil
    ).page
    try figure.destination.write(page, quiet: quiet)
  }

  private static func title(_ column: String) -> String {
    let known = ["multadds": "Mult-Adds", "psnr": "PSNR, dB", "ssim": "SSIM", "parameters": "Parameters"]
    return known[column.lowercased()] ?? column
  }
}
