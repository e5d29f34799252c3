import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging

/// What became of every input of a batch, for people and, as JSON, for other programs.
package struct RestorationReport: Sendable {
  package enum Status: String, Codable, Sendable {
    case restored, skipped, failed
    case leftOut = "left out"
    /// The batch was stopped before it.
    case notReached = "not reached"
  }

  package struct Row: Sendable {
    package let input: String
    package internal(set) var output: String?
    package internal(set) var status: Status
    /// Why it was skipped, left out, restored once more, or has failed.
    package internal(set) var reason: String?
    /// What was repaired, left out or changed, each a clause.
    package internal(set) var notes: [String] = []
    /// Pixels; nil where nothing was restored.
    package internal(set) var size: Size?
    package internal(set) var outputSize: Size?
    /// The side of the tiles, in pixels of the input; nil for a photo that was restored whole.
    package internal(set) var tile: Int?
    package internal(set) var seconds: Double?
    /// The error of a failed photo.
    package internal(set) var error: InputError?

    init(_ input: String, output: String? = nil, _ status: Status, reason: String? = nil) {
      (self.input, self.output, self.status, self.reason) = (input, output, status, reason)
    }

    init(_ error: InputError, input: String, output: String? = nil) {
      self.init(input, output: output, .failed, reason: "expected \(error.expected), found \(error.found)")
      self.error = error
    }

    /// One line for a person; nil where there is nothing to say.
    package var line: String? {
      let notes = notes.isEmpty ? "" : ", \(notes.joined(separator: ", "))"
      switch status {
      case .failed, .leftOut, .notReached: return nil
      case .skipped: return "\((output ?? "").onOneLine): exists, skipped"
      case .restored:
        let reason = reason.map { ", restored again: \($0)" } ?? ""
        return "\(input.onOneLine) (\(size?.text ?? "")) -> \((output ?? "").onOneLine) (\(outputSize?.text ?? ""))"
          + reason + notes.onOneLine
      }
    }
  }

  package struct Size: Codable, Equatable, Sendable {
    package let width, height: Int
    var text: String { "\(width)x\(height)" }
  }

  package internal(set) var rows: [Row] = []
  /// The files that the search left out; the rows name each.
  package internal(set) var omissions = ImageTree.Omissions()
  /// What went wrong beside the photos: the record could not be written.
  package internal(set) var errors: [InputError] = []
  package internal(set) var seconds = 0.0

  /// Adds what went wrong beside the photos.
  package mutating func add(_ error: any Error) {
    errors.append(error as? InputError ?? InputError("the batch", expected: "a record", found: "\(error)"))
  }

  package func count(_ status: Status) -> Int { rows.count { $0.status == status } }

  package var isComplete: Bool { count(.failed) + count(.notReached) + errors.count == 0 }

  /// One line.
  package var text: String {
    var parts = ["\(count(.restored)) restored"]
    if count(.skipped) > 0 { parts.append("\(count(.skipped)) skipped (--overwrite restores them again)") }
    if count(.failed) > 0 { parts.append("\(count(.failed)) failed") }
    if count(.notReached) > 0 { parts.append("\(count(.notReached)) not reached") }
    return parts.joined(separator: ", ")
  }

  /// A JSON file's content.
  /// - Parameter settings: what it says of the model and the options.
  package func json(_ settings: [String: String]) throws -> String {
    try JSON.encode(Contents(report: self, settings: settings), isPretty: true)
  }

  private struct Contents: Encodable {
    let report: RestorationReport
    let settings: [String: String]

    private enum Key: String, CodingKey { case program, settings, summary, seconds, errors = "faults", inputs }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode("ramit \(Product.version)", forKey: .program)
      try container.encode(settings, forKey: .settings)
      try container.encode(report.seconds.rounded(toDigits: 3), forKey: .seconds)
      let statuses: [Status] = [.restored, .skipped, .failed, .leftOut, .notReached]
      let counts = Dictionary(uniqueKeysWithValues: statuses.map { ($0.rawValue, report.count($0)) })
      try container.encode(counts, forKey: .summary)
      try container.encode(report.errors.map(\.description), forKey: .errors)
      try container.encode(report.rows, forKey: .inputs)
    }
  }
}

extension RestorationReport.Row: Encodable {
  private enum Key: String, CodingKey {
    case input, output, status, reason, notes, width, height, outputWidth, outputHeight, tile, seconds
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    // JSON is text: bytes of a name that are not UTF-8 are shown as in messages.
    try container.encode(input.showingEscapedBytes, forKey: .input)
    try container.encodeIfPresent(output?.showingEscapedBytes, forKey: .output)
    try container.encode(status, forKey: .status)
    try container.encodeIfPresent(reason?.showingEscapedBytes, forKey: .reason)
    try container.encode(notes, forKey: .notes)
    try container.encodeIfPresent(size?.width, forKey: .width)
    try container.encodeIfPresent(size?.height, forKey: .height)
    try container.encodeIfPresent(outputSize?.width, forKey: .outputWidth)
    try container.encodeIfPresent(outputSize?.height, forKey: .outputHeight)
    try container.encodeIfPresent(tile, forKey: .tile)
    try container.encodeIfPresent(seconds?.rounded(toDigits: 3), forKey: .seconds)
  }
}

extension Double {
  fileprivate func rounded(toDigits digits: Int) -> Double {
    let factor = (0..<digits).reduce(1.0) { product, _ in product * 10 }
    return (self * factor).rounded() / factor
  }
}
