import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMachine

/// Contestants that took turns at the same cases on one machine: what each process measured.
package struct Race: Codable, Equatable, Sendable {
  package struct Settings: Codable, Equatable, Sendable {
    /// In each round every contestant has a turn.
    package var rounds: Int
    /// Timed runs of a turn, after a warm-up.
    package var runs: Int
    package var threads: Int

    package init(rounds: Int, runs: Int, threads: Int) {
      (self.rounds, self.runs, self.threads) = (rounds, runs, threads)
    }
  }

  /// What one process of a contestant took.
  package struct Turn: Codable, Equatable, Sendable {
    package let contestant: String
    /// Such as `infer:128x128`.
    package let work: String
    /// From 1 on.
    package let round: Int
    /// Of the runs after the warm-up.
    package let seconds: Spread
    /// The warm-up's seconds, with compiling; nil for a program of this package.
    package let warmUp: Double?
    /// The process's largest memory, in 10^9 bytes.
    package let peakGigabytes: Double
    /// The largest difference from this package's result as a share of its largest value; nil for this package.
    package let difference: Double?

    private enum CodingKeys: String, CodingKey {
      case contestant, work = "case", round, seconds, warmUp = "warm_up", peakGigabytes = "peak_gb", difference
    }
  }

  /// A contestant that could not do a case; it had no further turn at it.
  package struct Failure: Codable, Equatable, Sendable, CustomStringConvertible {
    package let contestant: String
    package let work: String
    package let round: Int
    package let reason: String

    private enum CodingKeys: String, CodingKey { case contestant, work = "case", round, reason }

    package var description: String { "\(contestant), \(work), round \(round): \(reason)" }
  }

  package let settings: Settings
  /// For people: processor, memory, system.
  package let machine: String
  package let pyTorch: PyTorch.Versions
  /// The names of the contestants, in the order of the tables.
  package let contestants: [String]
  package let cases: [String]
  /// The version and the instruction set of each program of this package, by its name.
  package internal(set) var builds: [String: String] = [:]
  /// The machine's peaks before each round of each case, with the threads of the contestants.
  package internal(set) var peaks: [MachinePeaks] = []
  package internal(set) var turns: [Turn] = []
  package internal(set) var failures: [Failure] = []
  /// The signal that ended the race early.
  package internal(set) var interruption: Int32?

  private enum CodingKeys: String, CodingKey {
    case settings, machine, pyTorch = "pytorch", contestants, cases, builds, peaks, turns, failures,
      interruption
  }

  /// A race that has not begun.
  init(
    _ settings: Settings, machine: String = Self.thisMachine, pyTorch: PyTorch.Versions, contestants: [String],
    cases: [String]
  ) {
    (self.settings, self.machine, self.pyTorch) = (settings, machine, pyTorch)
    (self.contestants, self.cases) = (contestants, cases)
  }

  private static var thisMachine: String {
    let information = ProcessInfo.processInfo
    let processor = ProcessorDescription.machine.name ?? "unknown processor"
    let instructions = " (\(InstructionSet.machine))"
    let gigabytes = (Double(information.physicalMemory) / 1e9).fixed(0)
    return "\(information.processorCount) processors, \(processor)\(instructions), \(gigabytes) GB of memory, "
      + information.operatingSystemVersionString
  }

  /// - Throws: `InputError` that names the file.
  package func write(to path: String) throws { try JSON.write(self, to: path) }

  // MARK: Statistics

  private func turns(of contestant: String, at work: String) -> [Turn] {
    turns.filter { $0.contestant == contestant && $0.work == work }
  }

  /// The spread of the rounds' medians; nil without a turn.
  package func seconds(of contestant: String, at work: String) -> Spread? {
    let turns = turns(of: contestant, at: work)
    return turns.isEmpty ? nil : Spread(turns.map(\.seconds.median))
  }

  /// How many times as long a contestant takes as another one: the spread of the rounds' ratios. What slows down both
  /// of a round leaves it alone. Nil without a round in which both had a turn.
  package func ratio(of contestant: String, to other: String, at work: String) -> Spread? {
    let others = turns(of: other, at: work)
    let ratios = turns(of: contestant, at: work).compactMap { turn in
      others.first { $0.round == turn.round }.map { turn.seconds.median / $0.seconds.median }
    }
    return ratios.isEmpty ? nil : Spread(ratios)
  }

  /// In 10^9 bytes.
  package func peakGigabytes(of contestant: String, at work: String) -> Double? {
    turns(of: contestant, at: work).map(\.peakGigabytes).max()
  }

  /// The seconds of the first round's warm-up, in which torch.compile compiles; later ones find what it made.
  package func warmUp(of contestant: String, at work: String) -> Double? {
    turns(of: contestant, at: work).first?.warmUp
  }

  /// The largest difference of a round.
  package func difference(of contestant: String, at work: String) -> Double? {
    turns(of: contestant, at: work).compactMap(\.difference).max()
  }
}
