import RAMiTBenchmarking
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTInference
import RAMiTMachine
import RAMiTModels
import RAMiTNN
import RAMiTParallel

/// Scores models on test sets. Rows that share a model and a set share the scores.
package final class ScoreKeeper {
  /// What happens while a table is filled.
  package enum Event {
    /// A model is about to be scored on a set, or timed; then after each image.
    case progress(_ what: String, done: Int, count: Int)
    /// A remark.
    case note(String)
    /// An image could not be scored; the others are.
    case failed(any Error)
  }

  /// Why a set gives no score.
  package struct Absence: Error, Equatable {
    package let reason: String
  }

  private struct Key: Hashable {
    let weights: String, set: BenchmarkSet, task: RestorationTask, sigma: Double?
  }

  private struct SpeedKey: Hashable {
    let configuration: String, set: BenchmarkSet, task: RestorationTask
  }

  private let sets: TestSets
  private let budget: MemoryBudget
  private let observe: (Event) -> Void
  private var scores: [Key: SetScore] = [:]
  private var speeds: [SpeedKey: Double] = [:]
  private var found: [SetKey: Result<TestSet, Absence>] = [:]

  private struct SetKey: Hashable {
    let set: BenchmarkSet, task: RestorationTask
  }

  /// - Parameter observe: called with what a person may want to see.
  package init(_ sets: TestSets, budget: MemoryBudget = MemoryBudget(), observe: @escaping (Event) -> Void = { _ in }) {
    (self.sets, self.budget, self.observe) = (sets, budget, observe)
  }

  /// A test set. Images that cannot be scored are reported once.
  /// - Throws: `Absence`.
  package func testSet(_ set: BenchmarkSet, task: RestorationTask) throws(Absence) -> TestSet {
    let key = SetKey(set: set, task: task)
    if let known = found[key] { return try known.get() }
    let result: Result<TestSet, Absence>
    do {
      let testSet = try sets.testSet(set, task: task)
      for error in testSet.errors { observe(.failed(error)) }
      result = testSet.count > 0 ? .success(testSet) : .failure(Absence(reason: "\(set.rawValue) has no images"))
    } catch {
      result = .failure(Absence(reason: "\(error)"))
    }
    found[key] = result
    return try result.get()
  }

  /// The scores of a model on a set.
  /// - Throws: `Absence` of the set.
  package func score(
    _ weights: WeightLibrary.Found, on set: BenchmarkSet, sigma: Double?
  ) throws(Absence) -> SetScore {
    let task = weights.model.task
    let key = Key(weights: weights.file, set: set, task: task, sigma: sigma)
    if let known = scores[key] { return known }
    let testSet = try testSet(set, task: task)
    var restorer = Restorer(weights.model)
    restorer.budget = budget
    let noise = sigma.map { ", sigma \(Int($0))" } ?? ""
    let what = "\(weights.modelName) \(task.rawValue) on \(set.rawValue)\(noise)"
    var done = 0
    observe(.progress(what, done: 0, count: testSet.count))
    let report = Evaluator(restorer, modelName: weights.modelName).evaluate(testSet, sigma: sigma) { outcome in
      switch outcome {
      case .note(let note): return self.observe(.note(note))
      case .failed(let error): self.observe(.failed(error))
      case .scored: break
      }
      done += 1
      self.observe(.progress(what, done: done, count: testSet.count))
    }
    guard !report.rows.isEmpty else { throw Absence(reason: "no image of \(set.rawValue) could be scored") }
    let score = SetScore(report, publishedImages: testSet.publishedCount)
    scores[key] = score
    return score
  }

  /// Images of a set that a model restores in a second on this machine: for an image of the set's middle size, the
  /// median of three runs.
  /// - Throws: `Absence` of the set, or of memory.
  package func framesPerSecond(_ experiment: Experiment, on set: BenchmarkSet) throws(Absence) -> Double {
    let architecture = experiment.run.model.architecture
    let key = SpeedKey(configuration: experiment.file, set: set, task: architecture.task)
    if let known = speeds[key] { return known }
    let sizes = try testSet(set, task: architecture.task).inputSizes
      .sorted { ($0.width * $0.height, $0.name) < ($1.width * $1.height, $1.name) }
    guard !sizes.isEmpty else { throw Absence(reason: "no image of \(set.rawValue) can be read") }
    let size = sizes[sizes.count / 2]
    let work = BenchmarkCase.inference(height: size.height, width: size.width)
    do { try work.checkMemory(of: architecture, .none) } catch { throw Absence(reason: "\(error)") }
    observe(
      .progress("\(experiment.name) timed for \(size.width) x \(size.height) of \(set.rawValue)", done: 0, count: 1))
    let results = work.run(architecture, runs: 3, threads: [ComputeThreads.count], version: Product.version)
    let speed = 1 / results[0].seconds.median
    observe(
      .note(
        "\(set.rawValue): \(experiment.name) timed for an image of its middle size, \(size.width) x \(size.height) to "
          + "\(size.width * architecture.task.scale) x \(size.height * architecture.task.scale)"))
    speeds[key] = speed
    return speed
  }
}
