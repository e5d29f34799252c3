import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTModels
import RAMiTRuns

/// The best scores of runs that differ by their seed, and how they vary.
public struct SeedSweepReport: Codable, Equatable, Sendable {
  /// A complete run.
  public struct Run: Codable, Equatable, Sendable {
    /// Its seed, and where it is.
    public let seed: UInt64, folder: String
    /// The best validation.
    public let best: ValidationRecord
  }

  /// A score over the runs.
  public struct Statistic: Codable, Equatable, Sendable {
    /// The mean, and the deviation of a sample (divided by n - 1); nil for less than two runs.
    public let mean: Double, deviation: Double?

    /// - Precondition: at least one value.
    init(_ values: [Double]) {
      mean = values.reduce(0, +) / Double(values.count)
      deviation = values.count > 1 ? values.sampleDeviation : nil
    }
  }

  /// What was trained.
  public let name, model: String, task: RestorationTask
  /// In the order in which they were trained.
  public private(set) var runs: [Run] = []
  /// In dB, over the runs; nil without any.
  public private(set) var psnr, ssim: Statistic?
  /// The scores without a model, which no seed changes; nil without any run.
  public private(set) var baselinePSNR, baselineSSIM: Double?

  init<Architecture: RestorationArchitecture>(_ configuration: RunConfiguration<Architecture>) {
    (name, model, task) = (configuration.name, configuration.model.variant, configuration.task)
  }

  mutating func add(seed: UInt64, folder: String, _ best: ValidationRecord) {
    runs.append(Run(seed: seed, folder: folder, best: best))
    psnr = Statistic(runs.map(\.best.result.psnr))
    ssim = Statistic(runs.map(\.best.result.ssim))
    (baselinePSNR, baselineSSIM) = (best.result.baselinePSNR, best.result.baselineSSIM)
  }

  /// For a terminal.
  package var text: String {
    var table = TextTable(header: header)
    for row in rows { table.add(row) }
    return table.text
  }

  /// A Markdown table.
  package var markdown: String {
    Markdown.table(header: header, rows: rows).map { $0 + "\n" }.joined()
  }

  private var header: [String] { ["\(model) \(task.rawValue)", "epoch", "iteration", "PSNR", "SSIM"] }

  private var rows: [[String]] {
    func row(_ name: String, _ psnr: Double?, _ ssim: Double?) -> [String] {
      [name, "", "", psnr?.fixed(3) ?? "-", ssim?.fixed(4) ?? "-"]
    }
    let scores = runs.map { run in
      let result = run.best.result
      return [
        "seed \(run.seed)", "\(run.best.epoch)", "\(run.best.iteration)", result.psnr.fixed(3), result.ssim.fixed(4),
      ]
    }
    return scores + [
      row("mean of \(runs.count)", psnr?.mean, ssim?.mean), row("deviation", psnr?.deviation, ssim?.deviation),
      row(task.baselineName, baselinePSNR, baselineSSIM),
    ]
  }
}
