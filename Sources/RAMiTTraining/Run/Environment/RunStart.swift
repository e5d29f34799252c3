import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// One start of a run, the first or one that went on: when it was, with what, and how far it came.
struct RunStart: Codable, Equatable {
  /// When, as ISO 8601 in UTC.
  var time: String
  var environment: RunEnvironment
  var seed: UInt64
  var parameters: Int
  /// Iterations and epochs of the whole run, as planned.
  var plannedIterations, plannedEpochs: Int
  /// Iterations done at the start, and at the checkpoint before this was last written.
  var firstIteration, lastIteration: Int
  /// The keys that have been changed since the start before, with their values; nil for none.
  var changes: [String]?
  /// From the start until this was last written.
  var seconds: Double
  /// Why the run ended before its schedule did; nil where it did not.
  var stoppedEarly: String?
}

/// The starts of a run in a file of their own: times stay out of what must be equal when a run is repeated.
struct RunStarts: Codable, Equatable {
  var starts: [RunStart] = []

  /// Seconds that the run has taken in all.
  var seconds: Double { starts.reduce(0) { $0 + $1.seconds } }

  init() {}

  /// Reads a file; there is none before a run's first start.
  /// - Throws: `InputError` when there is one that cannot be read.
  init(reading path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      self = try JSONText.decode(RunStarts.self, from: String(contentsOfFile: path, encoding: .utf8))
    } catch {
      throw InputError(path, expected: "the starts of a run as JSON", found: "text that is no such JSON")
    }
  }

  /// - Throws: `InputError` when the file cannot be written.
  func write(to path: String) throws {
    try WholeFile.write(Data((JSONText.encode(self, isPretty: true) + "\n").utf8), to: path)
  }
}
