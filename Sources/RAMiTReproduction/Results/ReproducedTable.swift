import RAMiTModels

/// A table of the paper with this package's values beside those that are printed.
package struct ReproducedPart: Sendable {
  package let name, title: String
  package let isTransposed: Bool
  /// Of the rows' cells.
  package let columns: [PaperColumn]
  package var rows: [ReproducedRow]

  package init(name: String, title: String, isTransposed: Bool, columns: [PaperColumn], rows: [ReproducedRow]) {
    (self.name, self.title, self.isTransposed) = (name, title, isTransposed)
    (self.columns, self.rows) = (columns, rows)
  }
}

/// A method for one task.
package struct ReproducedRow: Sendable {
  package let part: String
  package let method: String
  package let task: RestorationTask
  package let sigma: Double?
  package let seed: UInt64?
  /// Of the model that the configuration describes, as the engine counts; nil without one.
  package let parameters, multAdds: Int?
  /// The configuration's file.
  package let configuration: String?
  /// The weights that were scored.
  package let weights: Weights?
  /// One for each column of the part.
  package let cells: [ReproducedCell]
  /// Sizes and settings that differ from the printed ones, each with what is known of the reason.
  package let deviations: [String]

  /// A weight file that stands for the row's model.
  package struct Weights: Equatable, Sendable, Encodable {
    package let file, model: String
    /// Whether the weights are of the row's model, and not of a relative.
    package let isOwn: Bool
  }

  /// The method and, where rows of one method differ by it, the noise: what a person tells rows by.
  package var taskText: String { task.rawValue + (sigma.map { " \(Int($0))" } ?? "") }
}

/// A value of the paper, and this package's.
package struct ReproducedCell: Equatable, Sendable {
  package let column: PaperColumn
  package let paper: PaperValue?
  package let ours: Value?
  /// Why there is none of ours.
  package let missing: Missing?
  /// Images that were scored, and those that the published set has, where these are fewer.
  package var images: Int?, publishedImages: Int?

  package enum Value: Equatable, Sendable {
    case number(Double)
    case text(String)
  }

  /// What a cell without a value needs.
  package enum Missing: Equatable, Sendable {
    /// The engine has no model of this method.
    case model
    /// The value belongs to another device, or to what no configuration says.
    case other(String)
    /// Weights of an experiment, and the command that makes them.
    case weights(String, command: String)
    /// A test set: why it is not there, and a command.
    case data(BenchmarkSet, reason: String, command: String?)
    /// Both.
    case weightsAndData(String, command: String, BenchmarkSet)

    /// For a cell.
    package var word: String {
      switch self {
      case .model, .other: "-"
      case .weights: "weights"
      case .data: "data"
      case .weightsAndData: "both"
      }
    }

    /// For programs.
    package var sentence: String {
      switch self {
      case .model: "the engine has no such model"
      case .other(let reason): reason
      case .weights(let name, let command): "no weights of \(name): \(command)"
      case .data(_, let reason, let command): reason + (command.map { " (\($0))" } ?? "")
      case .weightsAndData(let name, let command, let set): "no weights of \(name): \(command); no \(set.rawValue)"
      }
    }
  }

  /// Digits that a number has where the paper prints none.
  private static func plainDigits(_ column: PaperColumn) -> Int {
    switch column {
    case .ssim: 4
    case .psnr(.mean): 3
    default: 2
    }
  }

  /// Our value with the digits of the paper's, or the word for what is missing.
  package var oursShown: String {
    switch ours {
    case .number(let number):
      let text = paper?.printed(number) ?? PaperValue(plain).printed(number)
      return images == publishedImages || publishedImages == nil ? text : text + "*"
    case .text(let text): return text
    case nil: return missing?.word ?? "-"
    }
  }

  private var plain: String {
    switch column {
    case .parameters: "0K"
    case .multAdds: "0.0G"
    default: "0." + String(repeating: "0", count: Self.plainDigits(column))
    }
  }

  package var paperShown: String { paper?.shown ?? "-" }

  /// Whether our value has the printed digits; nil where there are not both.
  package var agrees: Bool? {
    guard let paper, let ours else { return nil }
    switch ours {
    case .number(let number): return paper.agrees(with: number)
    case .text(let text): return paper.text == text
    }
  }
}
