import RAMiTDiagnostics
import RAMiTFiles

/// How many images a second some models restore, as Table E of the paper has it: images of some sizes, on numbers of
/// threads, with the memory that each of them takes alone.
package struct SpeedTable: Codable, Equatable {
  /// A model, or a file of weights.
  package enum Subject: Hashable, Sendable {
    case model(String)
    case weights(String)

    /// The name of the model, or of the file.
    package var name: String {
      switch self {
      case .model(let name): name
      case .weights(let path): path.lastPathPart
      }
    }
  }

  /// One model at one size on one number of threads.
  package struct Row: Codable, Equatable, Sendable {
    /// The name of the model, or of the file of its weights.
    package let name: String
    /// The input's sides, in pixels.
    package let width, height: Int
    /// The model, its size, its times and its memory.
    package let result: BenchmarkResult

    private enum CodingKeys: String, CodingKey {
      case name, width, height, result, framesPerSecond = "frames_per_second"
    }

    package init(name: String, width: Int, height: Int, result: BenchmarkResult) {
      (self.name, self.width, self.height, self.result) = (name, width, height, result)
    }

    package init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      name = try container.decode(String.self, forKey: .name)
      (width, height) = (
        try container.decode(Int.self, forKey: .width), try container.decode(Int.self, forKey: .height)
      )
      result = try container.decode(BenchmarkResult.self, forKey: .result)
    }

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try container.encode(width, forKey: .width)
      try container.encode(height, forKey: .height)
      try container.encode(result, forKey: .result)
      try container.encode(result.perSecond, forKey: .framesPerSecond)
    }

    /// Without the name, as `header` has them.
    fileprivate var cells: [String] {
      let speed = result.perSecond
      return [
        "\(width)x\(height)", "\(result.threads)", "\(((result.parameters + 500) / 1000).grouped) K",
        result.seconds.median.fixed(3), speed.fixed(speed < 10 ? 2 : 1),
        (1000 * result.peakGigabytes).fixed(0),
      ]
    }
  }

  package var rows: [Row] = []

  package init() {}

  private static let header = ["model", "input", "threads", "parameters", "s", "frames/s", "peak MB"]

  /// For a terminal of 80 columns: long names lose their middle.
  package var text: String {
    var table = TextTable(header: Self.header)
    for row in rows { table.add([row.name.shortened(to: 20)] + row.cells) }
    return table.text
  }

  /// A Markdown table.
  package var markdown: String {
    Markdown.table(header: Self.header, rows: rows.map { [$0.name] + $0.cells }).map { $0 + "\n" }.joined()
  }
}
