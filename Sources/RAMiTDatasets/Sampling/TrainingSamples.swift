import RAMiTTensorCore
import Synchronization

/// A batch for one iteration: inputs N x p x p x C and targets N x sp x sp x C.
public struct Batch: Sendable {
  public let lowQuality, target: Tensor

  public init(lowQuality: Tensor, target: Tensor) {
    self.lowQuality = lowQuality
    self.target = target
  }
}

/// The samples of all epochs, in batches by the number of the iteration.
///
/// Every epoch has the same number of samples, each once, in an order of its own; what does not fill a batch is left
/// out.
public final class TrainingSamples: Sendable {
  public let samplesPerEpoch: Int
  public let batch: Int
  private let sampler: PatchSampler
  private let seed: UInt64
  // The orders of the epochs that batches are being made for.
  private let orders = Mutex<[Int: [Int]]>([:])

  /// - Precondition: an epoch holds at least one batch.
  public init(_ sampler: PatchSampler, samplesPerEpoch: Int, batch: Int, seed: UInt64) {
    precondition(
      batch > 0 && samplesPerEpoch >= batch, "an epoch of \(samplesPerEpoch) samples has no batch of \(batch)")
    self.sampler = sampler
    self.samplesPerEpoch = samplesPerEpoch
    self.batch = batch
    self.seed = seed
  }

  public var iterationsPerEpoch: Int { samplesPerEpoch / batch }

  /// The batch of an iteration, counted from the first epoch's first.
  /// - Throws: `InputError` that names a file.
  public func batch(iteration: Int) throws -> Batch {
    let (epoch, place) = iteration.quotientAndRemainder(dividingBy: iterationsPerEpoch)
    let order = order(epoch: epoch)
    let samples = try (0..<batch).map { slot in
      let index = order[place * batch + slot]
      // An epoch goes on with the pairs where the last one ended, so that none is left out when it is shorter than they
      // are.
      return try sampler.sample(pair: epoch * samplesPerEpoch + index, epoch: epoch, index: index)
    }
    return Batch(lowQuality: stack(samples.map(\.lowQuality)), target: stack(samples.map(\.target)))
  }

  /// A permutation of the epoch's samples (Fisher and Yates).
  func order(epoch: Int) -> [Int] {
    if let order = orders.withLock({ $0[epoch] }) { return order }
    var random = RandomNumbers(seed: seed, UInt64(epoch))
    var order = Array(0..<samplesPerEpoch)
    for i in stride(from: samplesPerEpoch - 1, to: 0, by: -1) { order.swapAt(i, random.below(i + 1)) }
    orders.withLock { orders in
      orders = orders.filter { $0.key >= epoch - 1 }
      orders[epoch] = order
    }
    return order
  }
}

/// Tensors of one shape, one after the other along a new first axis.
private func stack(_ tensors: [Tensor]) -> Tensor {
  let shape = tensors[0].shape
  let result = Tensor(uninitialized: Shape([tensors.count] + shape.dimensions))
  for (index, tensor) in tensors.enumerated() {
    (result.pointer + index * shape.count).update(from: tensor.pointer, count: shape.count)
  }
  return result
}
