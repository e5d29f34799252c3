import Autograd
import Foundation
import Models
import Optimizers
import Parallel
import TensorCore

/// How long a case took, and what this process's memory came to.
public struct BenchmarkResult: Encodable, Sendable {
  /// Of the runs after one warm-up.
  public struct Seconds: Encodable, Equatable, Sendable {
    public let min, median, max: Double
  }

  public let name: String
  /// What a training step computed again.
  public let recomputation: Recomputation?
  /// The program's version.
  public let version: String
  public let threads: Int
  public let seconds: Seconds
  /// The process's largest memory so far, in 10^9 bytes as near as the system tells.
  public let peakGigabytes: Double

  private enum CodingKeys: String, CodingKey {
    case name = "case", recomputation = "recompute", version = "ramit", threads, seconds, peakGigabytes = "peak_gb"
  }

  /// One line of JSON.
  public func json() throws -> String { String(decoding: try JSONFile.encode(self, pretty: false), as: UTF8.self) }
}

extension BenchmarkCase {
  /// Times RAMiT x2 with random weights on random images.
  /// - Parameter recomputation: what a training step computes again.
  /// - Precondition: at least one run.
  public func run(runs: Int, recomputation: Recomputation = .none, version: String) -> BenchmarkResult {
    precondition(runs > 0, "nothing is timed without a run")
    let step = prepared(recomputation)
    step()
    let seconds = (0..<runs).map { _ in
      let elapsed = ContinuousClock().measure(step)
      return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    }.sorted()
    return BenchmarkResult(
      name: name, recomputation: trains ? recomputation : nil, version: version, threads: ComputeThreads.count,
      seconds: .init(min: seconds[0], median: seconds[runs / 2], max: seconds[runs - 1]), peakGigabytes: peakGigabytes()
    )
  }

  private func prepared(_ recomputation: Recomputation) -> () -> Void {
    let model = RAMiT(Self.model)
    switch self {
    case .inference(let height, let width):
      let image = Variable(constant: noise([1, height, width, 3]))
      return { _ = model(image) }
    case .training(let batch, let patch):
      let images = noise([batch, patch, patch, 3]), targets = noise([batch, 2 * patch, 2 * patch, 3])
      let adam = Adam(count: model.parameters.count)
      return {
        model.parameters.zeroGradients()
        let tape = Tape()
        tape.backward(from: l1Loss(model(tape.constant(images), recomputation: recomputation), targets))
        adam.step(model.parameters.values, gradients: model.parameters.gradients, rate: 4e-4)
      }
    }
  }

  /// Uniform in [0, 1).
  private func noise(_ shape: Shape) -> Tensor {
    var random = RandomNumbers(seed: 0)
    let result = Tensor(uninitialized: shape)
    for i in 0..<result.count { result.pointer[i] = random.uniform() }
    return result
  }

  /// To three digits. The system counts in 1024 bytes; the usual division by 10^6 is kept, so that numbers compare.
  private func peakGigabytes() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return (Double(usage.ru_maxrss) / 1e3).rounded() / 1e3
  }
}
