import RAMiTDiagnostics

extension Race {
  /// For a terminal: a table for each case.
  /// - Parameter references: the contestants that ratios are to.
  package func text(to references: [String]) -> String {
    let tables = cases.map { work in
      var table = TextTable(header: header(work, references))
      for row in rows(work, references) { table.add(row) }
      return table.text
    }
    return ([summary] + tables + notes).joined(separator: "\n\n")
  }

  /// The same in Markdown.
  package func markdown(to references: [String]) -> String {
    let tables = cases.map { work in
      Markdown.table(header: header(work, references), rows: rows(work, references)).joined(separator: "\n")
    }
    return ([Markdown.escaped(summary)] + tables + notes.map(Markdown.escaped)).joined(separator: "\n\n") + "\n"
  }

  private func header(_ work: String, _ references: [String]) -> [String] {
    [work, "s"] + references.map { "to \($0)" } + ["peak GB", "warm-up s", "differs by"]
  }

  private func rows(_ work: String, _ references: [String]) -> [[String]] {
    contestants.map { name in
      [name, seconds(of: name, at: work)?.text ?? "failed"]
        + references.map { $0 == name ? "1" : ratio(of: name, to: $0, at: work)?.text ?? "" }
        + [
          peakGigabytes(of: name, at: work)?.fixed(2) ?? "", warmUp(of: name, at: work)?.fixed(1) ?? "",
          difference(of: name, at: work).map { scientific($0) } ?? "",
        ]
    }
  }

  /// What was raced where, in one paragraph.
  private var summary: String {
    let programs = contestants.compactMap { name in builds[name].map { "\(name): \($0)" } }
    let arithmetic = peaks.compactMap(\.gflops), memory = peaks.map(\.gigabytesPerSecond)
    func range(_ values: [Double]) -> String {
      let spread = Spread(values), (least, most) = (spread.min.fixed(0), spread.max.fixed(0))
      return least == most ? least : "\(least) to \(most)"
    }
    let measured =
      (arithmetic.isEmpty ? [] : ["sgemm \(range(arithmetic)) GFLOP/s"])
      + (memory.isEmpty ? [] : ["memory \(range(memory)) GB/s"])
    let settings = [
      "threads: \(settings.threads)", "rounds: \(settings.rounds)", "runs a turn: \(settings.runs)",
    ]
    let parts = [machine] + measured + programs + ["\(pyTorch)"] + settings
    return parts.joined(separator: "; ") + ". A turn's time is the median of its runs after a warm-up, a ratio that of "
      + "two turns of one round. Medians of the rounds (least to largest)."
  }

  private var notes: [String] { failures.map { "Failed: \($0)." } }
}

extension Spread {
  /// Three digits: `5.97 (5.90 to 6.10)`.
  fileprivate var text: String {
    func short(_ value: Double) -> String { value.fixed(value < 0.9995 ? 3 : value < 9.995 ? 2 : 1) }
    let (least, most) = (short(min), short(max))
    return least == most ? short(median) : "\(short(median)) (\(least) to \(most))"
  }
}
