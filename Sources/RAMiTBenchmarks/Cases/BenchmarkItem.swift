import RAMiTAutograd
import RAMiTBenchmarking
import RAMiTMachine
import RAMiTModels
import RAMiTTensorCore

/// A piece of work that is timed.
struct BenchmarkItem {
  let name: String
  /// Makes the operands, and returns what is to be timed.
  let prepare: () throws -> () -> Void

  static var all: [BenchmarkItem] {
    operations + convolutions + matrixProducts + normalizations + reductions + elementwise + rearrangements + resampling
      + losses + transformers + blocks + models
  }

  /// A table of cases, of which each line makes some.
  static func table(_ lines: [BenchmarkItem]...) -> [BenchmarkItem] { lines.flatMap { $0 } }

  /// An operation in inference, and its forward and backward pass with gradients for all of its operands.
  /// - Parameter operands: their shapes.
  static func operation(
    _ name: String, _ operands: [Shape], _ operation: @escaping ([Variable]) -> Variable
  ) -> [BenchmarkItem] { layer(name, operands) { operation } }

  /// The same for an operation with parameters of its own, or other data.
  /// - Parameters:
  ///   - operands: their shapes.
  ///   - make: makes the operation.
  static func layer(
    _ name: String, _ operands: [Shape], make: @escaping () -> ([Variable]) -> Variable
  ) -> [BenchmarkItem] {
    [
      BenchmarkItem(name: name) {
        let operation = make(), values = operands.random().map { Variable(constant: $0) }
        return { _ = operation(values) }
      },
      BenchmarkItem(name: name + ", both ways") {
        let operation = make(), values = operands.random()
        let gradients = operands.map { Tensor(zeros: $0) }
        let seed = Tensor(repeating: 1, operation(values.map { Variable(constant: $0) }).shape)
        return {
          let tape = Tape()
          let result = tape.record { operation(zip(values, gradients).map { Variable(leaf: $0, gradient: $1) }) }
          tape.backward(from: result, seed: seed)
        }
      },
    ]
  }

  /// Times the work.
  /// - Returns: the timing, and the spans of one run.
  /// - Throws: `InputError` when the machine has too little memory for it.
  func time(runs: Int) throws -> (BenchmarkTimings.Timing, [Profiler.Span]) {
    StoragePool.shared.trim()
    ProcessMemory.resetPeak()
    let body = try prepare()
    let spans = Profiler.spans(of: body)
    let clock = ContinuousClock()
    // What is short is repeated, so that the clock and a thread's start do not count.
    let once = clock.measure(body) / .seconds(1)
    let repeats = max(1, min(1000, Int(0.005 / max(once, 1e-6))))
    let seconds = (0..<runs).map { _ in
      clock.measure { for _ in 0..<repeats { body() } } / .seconds(1) / Double(repeats)
    }
    return (BenchmarkTimings.Timing(name: name, seconds: seconds, peakBytes: ProcessMemory.peak), spans)
  }
}

extension [Shape] {
  /// A tensor of each shape, with values around 0.
  fileprivate func random() -> [Tensor] {
    enumerated().map { place, shape in
      var random = RandomNumbers(seed: UInt64(place))
      let tensor = Tensor(uninitialized: shape)
      for i in 0..<tensor.count { tensor.pointer[i] = 0.2 * (random.uniform() - 0.5) }
      return tensor
    }
  }
}
