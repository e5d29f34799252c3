import RAMiTAutograd
import RAMiTMachine
import RAMiTModels
import RAMiTNN
import RAMiTOptimizers
import RAMiTParallel
import RAMiTTensorCore

extension BenchmarkCase {
  /// Times a model on random images, with each of some numbers of threads.
  ///
  /// The thread counts take turns, so that other work of the machine slows all of them alike.
  /// - Parameters:
  ///   - architecture: of the model.
  ///   - model: nil makes one with random weights.
  ///   - runs: of each thread count, after a warm-up.
  ///   - checkpointing: what a training step computes again.
  ///   - version: the program's.
  /// - Returns: a result for each thread count.
  /// - Precondition: at least one run and one thread count.
  package func run(
    _ architecture: some RestorationArchitecture, model: (any RestorationModel)? = nil, runs: Int, threads: [Int],
    checkpointing: ActivationCheckpointing = .none, version: String
  ) -> [BenchmarkResult] {
    precondition(runs > 0 && !threads.isEmpty, "nothing is timed without a run")
    let need = memory(of: architecture, checkpointing)
    StoragePool.shared.trim()
    ProcessMemory.resetPeak()
    let estimate = gigabytes(ProcessMemory.resident + need)
    let model = model ?? architecture.makeModel(), step = prepared(model, checkpointing)
    var seconds = threads.map { _ in [Double]() }
    for run in 0...runs {
      for (index, count) in threads.enumerated() {
        let elapsed = ComputeThreads.with(count) { ContinuousClock().measure(step) / .seconds(1) }
        if run > 0 { seconds[index].append(elapsed) }
      }
    }
    let peak = gigabytes(ProcessMemory.peak)
    return threads.indices.map { index in
      let ratios = zip(seconds[0], seconds[index]).map { $0 / $1 }.sorted()
      return BenchmarkResult(
        name: name, model: architecture.modelName, task: architecture.task, parameters: model.parameters.count,
        checkpointing: trains ? checkpointing : nil, version: version, threads: threads[index],
        seconds: .init(seconds[index]),
        speedup: index > 0 ? ratios.median : nil, peakGigabytes: peak, estimatedGigabytes: estimate)
    }
  }

  /// Finds out where the time goes.
  /// - Parameters:
  ///   - architecture: of the model.
  ///   - runs: after a warm-up; the profile is of the run of median time.
  ///   - checkpointing: what a training step computes again.
  ///   - peaks: measures the machine; before the runs and up to eight times in turns with them, of which the medians
  ///     count.
  /// - Precondition: at least one run.
  package func profile(
    _ architecture: some RestorationArchitecture, runs: Int, checkpointing: ActivationCheckpointing = .none,
    peaks measured: () -> MachinePeaks = MachinePeaks.measured
  ) -> Profile {
    precondition(runs > 0, "nothing is timed without a run")
    let step = prepared(architecture.makeModel(), checkpointing)
    step()
    var peaks = [measured()]
    // A measurement takes a second; many runs of a small case share it.
    let runsBetween = (runs + 7) / 8
    let profiled = (1...runs).map { run in
      var spans: [Profiler.Span] = []
      let seconds = ContinuousClock().measure { spans = Profiler.spans(of: step) } / .seconds(1)
      if run % runsBetween == 0 || run == runs { peaks.append(measured()) }
      return (seconds: seconds, spans: spans)
    }.sorted { $0.seconds < $1.seconds }
    let median = profiled[runs / 2]
    return Profile(name: name, seconds: median.seconds, spans: median.spans, peaks: .median(of: peaks))
  }

  /// Makes the data, and returns the work to time.
  /// - Parameters:
  ///   - model: works on random images.
  ///   - checkpointing: what a training step computes again.
  package func prepared(
    _ model: any RestorationModel, _ checkpointing: ActivationCheckpointing = .none
  ) -> () -> Void {
    switch self {
    case .inference:
      let image = Variable(constant: images(for: model.task))
      return { _ = model(image) }
    case .training:
      let step = trainStep(model, checkpointing)
      return { _ = step() }
    }
  }

  /// Makes the data of a training case, and returns a step of Adam on it, which returns the loss before it.
  func trainStep(
    _ model: any RestorationModel, _ checkpointing: ActivationCheckpointing = .none
  ) -> () -> Variable {
    let images = Variable(constant: images(for: model.task)), targets = targets(for: model.task)
    let context = TrainingContext(seed: 0, iteration: 0, checkpointing: checkpointing)
    let parameters = model.parameters
    let adam = Adam(count: parameters.count)
    return {
      parameters.zeroGradients()
      Profiler.update("zeroGradients", shape: parameters.gradients.shape, passes: 1)
      let tape = Tape()
      let loss = tape.record { l1Loss(model(images, context: context), targets) }
      tape.backward(from: loss)
      adam.step(parameters.values, gradients: parameters.gradients, learningRate: 4e-4)
      // Values, gradients and two moments are read, all but the gradients written.
      Profiler.update("adam", shape: parameters.values.shape, passes: 7)
      return loss
    }
  }

  /// Random images that the model restores, N x H x W x C.
  func images(for task: RestorationTask) -> Tensor { noise(inputShape(for: task)) }

  private func inputShape(for task: RestorationTask) -> Shape {
    switch self {
    case .inference(let height, let width): [1, height, width, task.channels]
    case .training(let batch, let patch): [batch, patch, patch, task.channels]
    }
  }

  /// Random images of the restored size.
  func targets(for task: RestorationTask) -> Tensor {
    let shape = inputShape(for: task)
    return noise([shape[0], task.scale * shape[1], task.scale * shape[2], shape[3]])
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
  /// Runs `body` with this many threads, then restores their number.
  package static func with<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
    let before = self.count
    self.count = count
    defer { self.count = before }
    return try body()
  }
}
