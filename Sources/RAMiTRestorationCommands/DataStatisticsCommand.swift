import ArgumentParser
import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTFiles

struct DataStatisticsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "statistics", abstract: "Mean and standard deviation per channel, which normalise a model's inputs.",
    discussion: """
      The images are the inputs or, for denoising, the targets. The standard deviation is that of all pixels; the mean \
      of the images' own deviations, which is smaller, is printed as well.
      """)

  @OptionGroup var selection: DataSelection

  @Flag(help: "Print JSON.")
  var json = false

  private struct Line: Encodable {
    let name: String
    let scale: Int
    let statistics: ChannelStatistics
  }

  func run() throws {
    var lines: [Line] = []
    for set in try selection.sets() {
      if let error = set.files.errors.first { throw error }
      let statistics = try ChannelStatistics(
        set.pairs(memory: 0), count: set.files.pairs.count, progress: showProgress("read"))
      lines.append(Line(name: set.name, scale: set.settings.scale, statistics: statistics))
    }
    guard !json else {
      return Console.write(try JSON.encode(lines, isPretty: true), to: .output)
    }
    for line in lines {
      let scale = line.scale > 1 ? " x\(line.scale)" : ""
      Console.print("\(line.name)\(scale): \(line.statistics.images.counted("image"))")
      Console.print("  mean                     \(spelled(line.statistics.mean))")
      Console.print("  standard deviation       \(spelled(line.statistics.standardDeviation))")
      Console.print("  mean of the images' own  \(spelled(line.statistics.meanOfDeviations))")
    }
  }

  private func spelled(_ values: [Double]) -> String {
    "[" + values.map { String(format: "%.4f", $0) }.joined(separator: ", ") + "]"
  }
}
