import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// One that takes part in a race: a build of this package's program, or PyTorch in one of its modes.
package struct Contestant: Sendable {
  private enum Kind: Sendable {
    case program(path: String, options: [String])
    case pyTorch(PyTorch, TorchMode)
  }

  package let name: String
  private let kind: Kind

  /// PyTorch in a mode.
  package init(_ pyTorch: PyTorch, _ mode: TorchMode) {
    name = "PyTorch \(mode)"
    kind = .pyTorch(pyTorch, mode)
  }

  /// A program with the command `benchmark`.
  /// - Parameter options: of the command, beside those of the race.
  package init(name: String, program path: String, options: [String] = []) {
    self.name = name
    kind = .program(path: path, options: options)
  }

  /// - Parameter text: `NAME=PATH`, with options of the command after blanks.
  /// - Throws: `InputError` that shows the form.
  package init(program text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let words = (parts.last ?? "").split(separator: " ").map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, !words.isEmpty else {
      throw InputError("--program", expected: "NAME=PATH, or \"NAME=PATH OPTIONS\"", found: text)
    }
    self.init(name: parts[0], program: words[0].expandingTilde, options: Array(words[1...]))
  }

  var isProgram: Bool { if case .program = kind { true } else { false } }

  /// What one process measured.
  struct Measurement {
    let parameters: Int
    let seconds: Spread
    let warmUp: Double?
    let peakGigabytes: Double
    let difference: Double?
    /// The program's version, and what it was built for.
    let build: String?
  }

  /// Does the work in a process of its own.
  /// - Parameter reference: the weights, images and results for PyTorch; a program of this package draws the same
  ///   weights and images by itself.
  /// - Throws: `MeasuringProcess.Failure`.
  func measure(
    _ work: BenchmarkCase, reference: BenchmarkReference, runs: Int, threads: Int
  ) throws -> Measurement {
    let common = [work.name, "--runs", "\(runs)", "--threads", "\(threads)"]
    let measurement: Measurement
    do {
      switch kind {
      case .program(let path, let options):
        let process = MeasuringProcess(program: path, arguments: ["benchmark"] + common + ["--quiet"] + options)
        let result = try JSON.decode(BenchmarkResult.self, from: process.output())
        measurement = Measurement(
          parameters: result.parameters, seconds: result.seconds, warmUp: nil, peakGigabytes: result.peakGigabytes,
          difference: nil, build: "\(result.version), built for \(result.instructionSet)")
      case .pyTorch(let pyTorch, let mode):
        let arguments = common + ["--reference", reference.path] + mode.arguments
        let process = pyTorch.process(arguments, environment: mode.environment)
        let line = try JSON.decode(PyTorch.Line.self, from: process.output())
        measurement = Measurement(
          parameters: line.parameters, seconds: line.seconds, warmUp: line.warmUp, peakGigabytes: line.peakGigabytes,
          difference: line.difference, build: nil)
      }
    } catch is DecodingError {
      throw MeasuringProcess.Failure(description: "it printed something other than a result")
    }
    guard measurement.parameters == reference.parameters else {
      throw MeasuringProcess.Failure(
        description: "its model has \(measurement.parameters) parameters, not \(reference.parameters)")
    }
    guard measurement.seconds.min > 0 else {
      throw MeasuringProcess.Failure(description: "it took no time")
    }
    return measurement
  }
}
