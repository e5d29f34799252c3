import Autograd
import Machine
import Models
import Optimizers
import Parallel
import TensorCore

extension BenchmarkCase {
  /// Times RAMiT x2 with random weights on random images, with each of some numbers of threads.
  ///
  /// The thread counts take turns, so that what else the machine does slows all of them alike.
  /// - Parameters:
  ///   - runs: of each thread count, after a warm-up.
  ///   - recomputation: what a training step computes again.
  ///   - version: the program's.
  /// - Returns: a result for each thread count.
  /// - Precondition: at least one run and one thread count.
  public func run(
    runs: Int, threads: [Int], recomputation: Recomputation = .none, version: String
  ) -> [BenchmarkResult] {
    precondition(runs > 0 && !threads.isEmpty, "nothing is timed without a run")
    let need = memory(recomputation)
    PeakMemory.reset()
    let estimate = gigabytes(ProcessMemory.resident + need)
    let step = prepared(recomputation)
    var seconds = threads.map { _ in [Double]() }
    for run in 0...runs {
      for (place, count) in threads.enumerated() {
        let elapsed = ComputeThreads.with(count) { ContinuousClock().measure(step) / .seconds(1) }
        if run > 0 { seconds[place].append(elapsed) }
      }
    }
    let peak = gigabytes(PeakMemory.bytes)
    return threads.indices.map { place in
      let ratios = zip(seconds[0], seconds[place]).map { $0 / $1 }.sorted()
      return BenchmarkResult(
        name: name, recomputation: trains ? recomputation : nil, version: version, threads: threads[place],
        seconds: .init(seconds[place]),
        speedup: place > 0 ? ratios.median : nil, peakGigabytes: peak, estimatedGigabytes: estimate)
    }
  }

  /// Finds out where the time goes.
  /// - Parameters:
  ///   - runs: after a warm-up; the one of median time is told about.
  ///   - recomputation: what a training step computes again.
  ///   - peaks: measures the machine; before and after, for the faster of both counts.
  /// - Precondition: at least one run.
  public func profile(
    runs: Int, recomputation: Recomputation = .none, peaks measured: () -> MachinePeaks = MachinePeaks.measured
  ) -> Profile {
    precondition(runs > 0, "nothing is timed without a run")
    let peaks = measured()
    let step = prepared(recomputation)
    step()
    let profiled = (0..<runs).map { _ in
      var laps: [Profiler.Lap] = []
      let seconds = ContinuousClock().measure { laps = Profiler.laps(of: step) } / .seconds(1)
      return (seconds: seconds, laps: laps)
    }.sorted { $0.seconds < $1.seconds }
    let median = profiled[runs / 2]
    return Profile(name: name, seconds: median.seconds, laps: median.laps, peaks: peaks.maximum(measured()))
  }

  /// Makes model and data, and returns what is to be timed.
  /// - Parameter recomputation: what a training step computes again.
  public func prepared(_ recomputation: Recomputation = .none) -> () -> Void {
    let model = RAMiT(Self.model)
    switch self {
    case .inference(let height, let width):
      let image = Variable(constant: noise([1, height, width, 3]))
      return { _ = model(image) }
    case .training(let batch, let patch):
      let images = noise([batch, patch, patch, 3]), targets = noise([batch, 2 * patch, 2 * patch, 3])
      let parameters = model.parameters
      let adam = Adam(count: parameters.count)
      return {
        parameters.zeroGradients()
        Profiler.update("zeroGradients", shape: parameters.gradients.shape, passes: 1)
        let tape = Tape()
        tape.backward(
          from: tape.record { l1Loss(model(Variable(constant: images), recomputation: recomputation), targets) })
        adam.step(parameters.values, gradients: parameters.gradients, learningRate: 4e-4)
        // Values, gradients and two moments are read, all but the gradients written.
        Profiler.update("adam", shape: parameters.values.shape, passes: 7)
      }
    }
  }

  /// In 10^9 bytes, to three digits.
  private func gigabytes(_ bytes: Int) -> Double { (Double(bytes) / 1e6).rounded() / 1e3 }

  /// Uniform in [0, 1).
  private func noise(_ shape: Shape) -> Tensor {
    var random = RandomNumbers(seed: 0)
    let result = Tensor(uninitialized: shape)
    for i in 0..<result.count { result.pointer[i] = random.uniform() }
    return result
  }
}

extension ComputeThreads {
  /// Computes with so many threads, and then as before.
  public static func with<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
    let before = self.count
    self.count = count
    defer { self.count = before }
    return try body()
  }
}
