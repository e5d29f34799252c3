import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// One start of a run, the first or a resumed one: when it was, with what, and how far it came.
package struct RunStart: Codable, Equatable {
  /// When, as ISO 8601 in UTC.
  package var time: String
  package var environment: RunEnvironment
  /// The command that started it; nil where a program of its own trained.
  package var command: String?
  package var seed: UInt64
  package var parameters: Int
  /// Iterations and epochs of the whole run, as planned.
  package var plannedIterations, plannedEpochs: Int
  /// Iterations done at the start, and at the last checkpoint when this was written.
  package var firstIteration, lastIteration: Int
  /// The keys that have been changed since the previous start, with their values; nil for none.
  package var changes: [String]?
  /// From the start until this was last written.
  package var seconds: Double
  /// Of these, for how long steps have waited for checkpoints and reports; nil in records of earlier versions.
  package var secondsWaited: Double?
  /// Why the run ended before its schedule did; nil where it did not.
  package var stoppedEarly: String?

  /// A start now, of this program on this machine.
  package init(
    seed: UInt64, parameters: Int, plannedIterations: Int, plannedEpochs: Int, iteration: Int, changes: [String],
    command: String? = nil
  ) {
    time = Date.now.formatted(.iso8601)
    environment = .current
    self.command = command
    (self.seed, self.parameters) = (seed, parameters)
    (self.plannedIterations, self.plannedEpochs) = (plannedIterations, plannedEpochs)
    (firstIteration, lastIteration) = (iteration, iteration)
    self.changes = changes.isEmpty ? nil : changes
    seconds = 0
  }
}

/// The starts of a run in a file of their own: times stay out of what must be equal when a run is repeated.
package struct RunStarts: Codable, Equatable {
  package var starts: [RunStart] = []

  /// Seconds that the run has taken in all.
  package var seconds: Double { starts.reduce(0) { $0 + $1.seconds } }

  package init() {}

  /// Reads a file; there is none before a run's first start.
  /// - Throws: `InputError` when there is one that cannot be read.
  package init(reading path: String) throws {
    guard FileStatus.exists(path) else { return }
    do {
      self = try JSON.decode(
        RunStarts.self, from: WholeFile.read(path, kind: "the starts of a run", maximumSize: 1 << 30))
    } catch {
      throw InputError(path, expected: "the starts of a run as JSON", found: "text that cannot be read as such")
    }
  }

  /// - Throws: `InputError` when the file cannot be written.
  package func write(to path: String) throws {
    try WholeFile.write(Data(JSON.encode(self, isPretty: true).utf8), to: path)
  }
}
