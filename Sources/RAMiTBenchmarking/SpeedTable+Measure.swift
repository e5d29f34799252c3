import Foundation
import RAMiTFiles
import RAMiTModels

extension SpeedTable {
  /// What is measured of each subject.
  package struct Settings: Sendable {
    /// What the models are for; of weights, only where the file does not tell.
    package var task: RestorationTask?
    /// Of the inputs, in pixels.
    package var sizes: [(width: Int, height: Int)]
    package var threads: [Int]
    /// Timed passes after one warm-up.
    package var runs: Int

    package init(task: RestorationTask?, sizes: [(width: Int, height: Int)], threads: [Int], runs: Int) {
      (self.task, self.sizes, self.threads, self.runs) = (task, sizes, threads, runs)
    }
  }

  /// Measures models one after the other, each at each size in a process of its own.
  /// - Parameters:
  ///   - program: one with the command `benchmark`; by default the one that runs now.
  ///   - done: called with the rows of each process.
  ///   - failed: called with a line about what could not be measured; the others are.
  package init(
    of subjects: [Subject], _ settings: Settings, program: String = .programPath,
    done: ([Row]) -> Void = { _ in }, failed: (String) -> Void
  ) {
    self.init()
    for subject in subjects {
      for size in settings.sizes {
        do {
          let results = try Self.results(of: subject, size, settings, program: program)
          let rows = results.map { Row(name: subject.name, width: size.width, height: size.height, result: $0) }
          self.rows += rows
          done(rows)
        } catch {
          failed("\(subject.name), \(size.width)x\(size.height): \(error)")
        }
      }
    }
  }

  /// Runs `benchmark` for one model and one size.
  private static func results(
    of subject: Subject, _ size: (width: Int, height: Int), _ settings: Settings, program: String
  ) throws -> [BenchmarkResult] {
    var arguments = ["benchmark", "infer:\(size.height)x\(size.width)", "--quiet", "--runs", "\(settings.runs)"]
    arguments += ["--threads", settings.threads.map(String.init).joined(separator: ",")]
    switch subject {
    case .model(let name): arguments += ["--model", name]
    case .weights(let path): arguments += ["--weights", path]
    }
    if let task = settings.task { arguments += ["--task", task.rawValue] }
    let lines = try MeasuringProcess(program: program, arguments: arguments).output()
    return try lines.split(separator: UInt8(ascii: "\n")).map { try JSON.decode(BenchmarkResult.self, from: $0) }
  }
}
