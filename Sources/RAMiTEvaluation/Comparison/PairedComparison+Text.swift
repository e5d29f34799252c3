import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMetrics

extension PairedComparison {
  /// Tables for people, of at most 80 columns.
  package var text: String {
    var parts = ["A  \(names.a.onOneLine)\nB  \(names.b.onOneLine)"]
    for part in self.parts {
      parts.append(images(of: part))
      parts.append(table(part.results, part.images.count.counted("image")))
    }
    if let total { parts.append(table(total, "all \(self.parts.reduce(0) { $0 + $1.images.count }) images")) }
    return parts.joined(separator: "\n\n")
  }

  /// A, B and their difference by the first metric, and the differences by the others.
  private func images(of part: Part) -> String {
    guard let first = metrics.first else { return part.name }
    func short(_ metric: Metric) -> String {
      switch metric {
      case .psnr: "PSNR"
      case .ssim: "SSIM"
      case .msssim: "MSSIM"
      case .gtMeanPSNR: "GTP"
      case .gtMeanSSIM: "GTS"
      }
    }
    let titles = ["\(short(first)) A", "\(short(first)) B"] + metrics.map { "\(short($0)) B-A" }
    let width = 80 - titles.reduce(0) { $0 + max(9, $1.count) + 2 }
    var table = TextTable(header: [part.name.onOneLine.shortened(to: width)] + titles)
    for image in part.images {
      var cells = [image.name.onOneLine.shortened(to: width)]
      for score in [image.a, image.b] { cells.append((score[first] ?? .nan).fixed(first.digits)) }
      for metric in metrics {
        let (a, b) = (image.a[metric] ?? .nan, image.b[metric] ?? .nan)
        cells.append((a == b ? 0 : b - a).signed(metric.digits))
      }
      table.add(cells)
    }
    return table.text
  }

  private func table(_ results: [Result], _ title: String) -> String {
    var table = TextTable(header: [title, "mean B-A", "95 % from", "to", "B better", "A better", "equal"])
    for result in results {
      let digits = result.metric.digits
      table.add([
        result.metric.title, result.meanDifference.signed(digits),
        result.interval?.lowerBound.signed(digits) ?? "-", result.interval?.upperBound.signed(digits) ?? "-",
        "\(result.bBetter)", "\(result.aBetter)", "\(result.equal)",
      ])
    }
    return table.text
  }

  /// - Throws: `InputError` that names the file.
  package func write(to path: String) throws { try JSON.write(self, to: path) }
}

extension Double {
  /// With its sign, but for zero.
  fileprivate func signed(_ digits: Int) -> String { (self > 0 ? "+" : "") + fixed(digits) }
}

extension PairedComparison: Encodable {
  private enum Key: String, CodingKey { case a, b, parts, total, unmatched }

  /// The object of `ramit compare --json`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(names.a, forKey: .a)
    try container.encode(names.b, forKey: .b)
    try container.encode(parts, forKey: .parts)
    try container.encode(total, forKey: .total)
    try container.encode(unmatched, forKey: .unmatched)
  }
}

extension PairedComparison.Part: Encodable {
  private enum Key: String, CodingKey { case name, images, results }

  private struct Image: Encodable {
    let name: String
    let a, b: [String: Double?]
  }

  /// The images with A's and B's values, and the results.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    func values(_ score: Score) -> [String: Double?] {
      let pairs = results.map { ($0.metric.rawValue, score[$0.metric].flatMap { $0.isNaN ? nil : $0 }) }
      return Dictionary(uniqueKeysWithValues: pairs)
    }
    try container.encode(images.map { Image(name: $0.name, a: values($0.a), b: values($0.b)) }, forKey: .images)
    try container.encode(results, forKey: .results)
  }
}

extension PairedComparison.Result: Encodable {
  private enum Key: String, CodingKey { case metric, meanDifference, interval, images, aBetter, bBetter, equal }

  /// The interval is a list of two numbers, or null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(metric, forKey: .metric)
    try container.encode(meanDifference.isNaN ? nil : meanDifference, forKey: .meanDifference)
    try container.encode(interval.map { [$0.lowerBound, $0.upperBound] }, forKey: .interval)
    try container.encode(count, forKey: .images)
    try container.encode(aBetter, forKey: .aBetter)
    try container.encode(bBetter, forKey: .bBetter)
    try container.encode(equal, forKey: .equal)
  }
}
