import RAMiTDiagnostics
import RAMiTModels

/// What stands below a table: what the scores are of, what is missing and how to get it, what deviates.
package struct TableNotes {
  /// What every table of a run shares.
  package struct Context: Sendable {
    let scale: ReproductionScale
    let sets: TestSets

    package init(scale: ReproductionScale, sets: TestSets) { (self.scale, self.sets) = (scale, sets) }
  }

  /// A heading and lines.
  struct Group: Equatable {
    let heading: String
    let lines: [Line]

    /// The lines for what has no columns.
    var texts: [String] { lines.map(\.text) }
  }

  /// Words and, after a colon, a command or a path, which is not broken.
  struct Line: Equatable, ExpressibleByStringLiteral {
    let words: String
    let command: String?

    init(_ words: String, _ command: String? = nil) { (self.words, self.command) = (words, command) }

    init(stringLiteral words: String) { self.init(words) }

    var text: String { command.map { "\(words): \($0)" } ?? words }

    /// At most so many columns, as long as the command has no more.
    func wrapped(width: Int) -> [String] {
      if text.count + 2 <= width { return ["  " + text] }
      let lines = RAMiTReproduction.wrapped(words + (command == nil ? "" : ":"), width: width - 2, indent: "  ")
      return (lines + (command.map { ["  " + $0] } ?? [])).map { "  " + $0 }
    }
  }

  let groups: [Group]

  init(_ part: ReproducedPart, _ context: Context) {
    let cells = part.rows.flatMap(\.cells)
    groups = [
      Group(heading: "scale", lines: context.scale == .tiny && part.hasScores ? [Self.tinyText] : []),
      Group(heading: "weights", lines: Self.weights(part)),
      Group(heading: "test sets", lines: Self.partialSets(cells)),
      Group(heading: "deviations", lines: part.rows.flatMap(\.deviations).map { Line($0) }),
      Group(heading: "missing", lines: Self.missing(part, context)),
    ].filter { !$0.lines.isEmpty }
  }

  private static let tinyText: Line =
    "sizes are of the paper's models; scores are of tiny models on drawn images, and tell nothing about the paper"

  private static func weights(_ part: ReproducedPart) -> [Line] {
    var lines: [Line] = []
    for row in part.rows {
      guard let weights = row.weights else { continue }
      let relative = weights.isOwn ? "" : ", weights of \(weights.model)"
      lines.addOnce(Line("\(row.method), \(row.task.rawValue)\(relative)", weights.file))
    }
    return lines
  }

  private static func partialSets(_ cells: [ReproducedCell]) -> [Line] {
    var lines: [Line] = []
    for cell in cells {
      guard let images = cell.images, let published = cell.publishedImages else { continue }
      lines.addOnce(Line("* \(cell.column.set?.rawValue ?? "mean"): \(images.counted("image")) of \(published)"))
    }
    return lines
  }

  private static func missing(_ part: ReproducedPart, _ context: Context) -> [Line] {
    var lines: [Line] = []
    var sets: [BenchmarkSet] = []
    for cell in part.rows.flatMap(\.cells) {
      switch cell.missing {
      case .weights(let name, let command): lines.addOnce(Line("weights of \(name)", command))
      case .weightsAndData(let name, let command, let set):
        lines.addOnce(Line("weights of \(name)", command))
        if !sets.contains(set) { sets.append(set) }
      case .data(let set, _, _): if !sets.contains(set) { sets.append(set) }
      case .other(let reason): lines.addOnce(Line("\(cell.column.title): \(reason)"))
      case .model, nil: break
      }
    }
    if lines.contains(where: { $0.words.hasPrefix("weights of") }), context.scale == .full {
      lines.append(
        Line(
          "all of these weights, one after the other", "ramit reproduce \(PaperTable.name(ofPart: part.name)) --train"))
    }
    for set in sets { lines.append(Line(set.rawValue, context.sets.command(for: set))) }
    let others = part.rows.filter { $0.configuration == nil && $0.cells.contains { $0.missing == .model } }
    var names: [String] = []
    for row in others where !names.contains(row.method) { names.append(row.method) }
    if !names.isEmpty, part.rows.contains(where: { $0.configuration != nil }) {
      lines.append(Line("no model in this package: \(names.joined(separator: ", "))"))
    }
    return lines
  }
}

extension [TableNotes.Line] {
  fileprivate mutating func addOnce(_ line: TableNotes.Line) { if !contains(line) { append(line) } }
}

extension ReproducedPart {
  fileprivate var hasScores: Bool {
    rows.contains { $0.cells.contains { $0.column.set != nil || [.psnr(.mean), .ssim(.mean)].contains($0.column) } }
  }
}
