import ArgumentParser
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTFiles
import RAMiTMetrics

extension EvaluationProtocol.Name: ExpressibleByArgument {}
extension NoiseSource: ExpressibleByArgument {}
extension LumaConversion: ExpressibleByArgument {}
extension Metric: ExpressibleByArgument {}

/// `y` or `rgb`.
struct ChannelChoice: ExpressibleByArgument {
  let channels: ScoredChannels

  init?(argument: String) {
    guard let channels = [ScoredChannels.luma, .rgb].first(where: { $0.text == argument }) else { return nil }
    self.channels = channels
  }

  static var allValueStrings: [String] { [ScoredChannels.luma, .rgb].map(\.text) }
}

/// How images are compared.
struct ProtocolOptions: ParsableArguments {
  @Option(
    name: .customLong("protocol"),
    help: """
      How scores are made. paper: Y in float and a border of the scale for super-resolution, Y for deraining, RGB \
      otherwise, PyTorch's noise. basicsr: Y as BasicSR rounds it, NumPy's noise. matlab: Y rounded to integers. \
      gt-mean: the paper's, with two columns for outputs scaled to the target's mean brightness.
      """)
  var name = EvaluationProtocol.Name.paper

  @Option(help: ArgumentHelp("Leave out N pixels at each edge, in place of the protocol's.", valueName: "N"))
  var border: Int?

  @Option(help: "Compare y or rgb, in place of the protocol's.")
  var channels: ChannelChoice?

  @Option(help: "How Y is rounded, in place of the protocol's.")
  var luma: LumaConversion?

  @Option(
    help: """
      The noise of denoising, in place of the protocol's: torch; numpy, H x W x C in RGB (KAIR, Restormer); numpy-bgr \
      (SwinIR).
      """)
  var noise: NoiseSource?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "The columns (default: psnr ssim): \(Metric.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "metric"))
  var metrics: [Metric] = []

  func validate() throws {
    if let border, !(0...4096).contains(border) { throw ValidationError("--border must be 0 to 4096, not \(border)") }
    if Set(metrics).count < metrics.count { throw ValidationError("--metrics names a metric twice") }
  }

  var scoring: EvaluationProtocol {
    var scoring = EvaluationProtocol(name)
    if let border { scoring.border = border }
    if let channels { scoring.channels = channels.channels }
    if let luma { scoring.luma = luma }
    if let noise { scoring.noise = noise }
    if !metrics.isEmpty { scoring.metrics = metrics }
    return scoring
  }
}

/// The files that scores are written to.
struct ScoreFileOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Write the scores to a JSON file.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Write them to a CSV file, a row for each image.", valueName: "file"))
  var csv: String?

  @Option(help: ArgumentHelp("Write them to a Markdown file, a table for each set.", valueName: "file"))
  var markdown: String?

  private var texts: [(TextFile, String)] {
    [(.csv, csv), (.markdown, markdown)].compactMap { kind, path in path.map { (kind, $0.expandingTilde) } }
  }

  /// Checks before the work that the files can be written.
  func prepare() throws {
    if let json { try JSON.prepare(json.expandingTilde) }
    for (kind, path) in texts { try kind.prepare(path) }
  }

  func write(_ reports: [ScoreReport]) throws {
    if let json { try ScoreReport.write(reports, to: json.expandingTilde) }
    for (kind, path) in texts { try kind.write(kind == .csv ? reports.csv : reports.markdown, to: path) }
  }
}
