import RAMiTImaging
import RAMiTTensorCore
import Synchronization

/// A batch for one iteration: inputs N x p x p x C and targets N x sp x sp x C.
public struct Batch: Sendable {
  public let input, target: Tensor

  package init(input: Tensor, target: Tensor) {
    self.input = input
    self.target = target
  }

  /// Each patch is turned, converted and written to its place in one pass.
  /// - Precondition: there is one, and all have the same sizes and channels.
  package init(_ samples: [Patches]) {
    func tensor(_ image: (Patches) -> Image, _ change: (Patches, UnsafeMutableBufferPointer<Float>) -> Void) -> Tensor {
      let first = image(samples[0]), shape: Shape = [samples.count, first.height, first.width, first.channels]
      let count = shape.count / samples.count
      return Tensor(shape) { values in
        for (place, sample) in samples.enumerated() {
          let image = image(sample), patch = UnsafeMutableBufferPointer(start: values + place * count, count: count)
          require(
            (image.height, image.width, image.channels) == (first.height, first.width, first.channels),
            "a patch of \(image.height) x \(image.width) x \(image.channels) in a batch of \(shape)")
          image.writeValues(turned: sample.symmetry, to: patch.baseAddress!)
          change(sample, patch)
        }
      }
    }
    input = tensor(\.input) { sample, patch in
      if let noise = sample.noise { addNoise(to: patch, sigma: noise.sigma, noise.random) }
    }
    target = tensor(\.pair.target) { _, _ in }
  }
}

/// The samples of all epochs, in batches by the number of the iteration.
///
/// Every epoch has the same number of samples, each once, in an order of its own; an incomplete last batch is dropped.
public final class TrainingSamples: Sendable {
  /// Samples of an epoch, and of a batch.
  public let samplesPerEpoch, batch: Int
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

  /// Whole batches alone.
  public var iterationsPerEpoch: Int { samplesPerEpoch / batch }

  /// The batch of an iteration, counted from the first epoch's first.
  /// - Throws: `InputError` that names a file.
  public func batch(iteration: Int) throws -> Batch {
    let (epoch, place) = iteration.quotientAndRemainder(dividingBy: iterationsPerEpoch)
    let order = order(epoch: epoch)
    let samples = try (0..<batch).map { slot in
      let index = order[place * batch + slot]
      // An epoch begins with the pair after the last one of the epoch before it: every pair is seen in time, also when
      // an epoch has fewer samples than there are pairs.
      return try sampler.patches(pair: epoch * samplesPerEpoch + index, epoch: epoch, index: index)
    }
    return Batch(samples)
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
