import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels

extension ReproducedRow: Encodable {
  private enum CodingKeys: String, CodingKey {
    case table, method, task, sigma, seed, parameters, multAdds, configuration, weights, cells, deviations
  }

  /// A row for programs; what is absent is null.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(part, forKey: .table)
    try container.encode(method, forKey: .method)
    try container.encode(task, forKey: .task)
    try container.encode(sigma, forKey: .sigma)
    try container.encode(seed, forKey: .seed)
    try container.encode(parameters, forKey: .parameters)
    try container.encode(multAdds, forKey: .multAdds)
    try container.encode(configuration, forKey: .configuration)
    try container.encode(weights, forKey: .weights)
    try container.encode(cells, forKey: .cells)
    try container.encode(deviations, forKey: .deviations)
  }
}

extension ReproducedCell: Encodable {
  private enum CodingKeys: String, CodingKey {
    case column, quantity, set, paper, ours, missing, images, publishedImages
  }

  /// Numbers as they were computed; the paper's in the same unit.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(column.title, forKey: .column)
    try container.encode(column.quantity, forKey: .quantity)
    try container.encode(column.set?.rawValue, forKey: .set)
    if column.isNumber {
      try container.encode(paper?.number, forKey: .paper)
    } else {
      try container.encode(paper?.text, forKey: .paper)
    }
    switch ours {
    case .number(let number): try container.encode(number.isNaN ? nil : number, forKey: .ours)
    case .text(let text): try container.encode(text, forKey: .ours)
    case nil: try container.encodeNil(forKey: .ours)
    }
    try container.encode(missing?.sentence, forKey: .missing)
    try container.encode(images, forKey: .images)
    try container.encode(publishedImages, forKey: .publishedImages)
  }
}

extension [ReproducedPart] {
  /// Writes all rows as one JSON array.
  /// - Throws: `InputError` that names the file.
  package func writeJSON(to path: String) throws { try JSON.write(flatMap(\.rows), to: path) }

  /// One line for each cell, after a line of headings.
  package var csv: String {
    var lines = [
      ["table", "method", "task", "sigma", "seed", "column", "paper", "ours", "missing", "images", "weights"]
    ]
    for row in flatMap(\.rows) {
      for cell in row.cells {
        let ours =
          switch cell.ours {
          case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
          case .text(let text): text
          case nil: ""
          }
        lines.append([
          row.part, row.method, row.task.rawValue, row.sigma.map { "\($0)" } ?? "", row.seed.map { "\($0)" } ?? "",
          cell.column.title, cell.paper?.text ?? "", ours, cell.missing?.sentence ?? "",
          cell.images.map { "\($0)" } ?? "", row.weights?.file ?? "",
        ])
      }
    }
    return lines.map(CSV.line).joined()
  }
}
