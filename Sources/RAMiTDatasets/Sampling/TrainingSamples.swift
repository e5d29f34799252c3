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
  /// The samples of each batch that are made, by their places in it.
  private let rows: Range<Int>
  private let sampler: PatchSampler
  private let seed: UInt64
  /// The position after the last sample that is made.
  private let end: Int
  private let ahead: CropsAhead?
  private struct Orders {
    var epochs: [Int: [Int]] = [:]
    /// Earlier epochs have been dropped.
    var first = 0
  }
  // The orders of the epochs that batches are being made for, and of those from which crops are taken ahead.
  private let orders = Mutex(Orders())

  /// - Parameters:
  ///   - seed: decides the order of each epoch.
  ///   - memory: for crops of coming samples. With it a photo is decoded once for many samples; which samples there are
  ///     does not depend on it.
  ///   - iterations: how many there will be, counted from the first epoch's first; none are needed after them.
  ///   - rows: the samples of each batch that are made; nil for all. Which samples these are does not depend on it.
  /// - Precondition: an epoch holds at least one batch, and a batch the rows, at least one.
  public init(
    _ sampler: PatchSampler, samplesPerEpoch: Int, batch: Int, seed: UInt64, memory: CropMemory? = nil,
    iterations: Int = .max, rows: Range<Int>? = nil
  ) {
    precondition(
      batch > 0 && samplesPerEpoch >= batch, "an epoch of \(samplesPerEpoch) samples has no batch of \(batch)")
    let rows = rows ?? 0..<batch
    precondition(!rows.isEmpty && (0..<batch).contains(rows), "a batch of \(batch) samples has no rows \(rows)")
    self.sampler = sampler
    self.samplesPerEpoch = samplesPerEpoch
    self.batch = batch
    self.rows = rows
    self.seed = seed
    end = iterations < .max / batch ? iterations * rows.count : .max
    ahead = memory.map { CropsAhead($0) }
  }

  /// Whole batches alone.
  public var iterationsPerEpoch: Int { samplesPerEpoch / batch }

  /// The batch of an iteration, counted from the first epoch's first; of its samples those of `rows`.
  /// - Throws: `InputError` that names a file.
  public func batch(iteration: Int) throws -> Batch {
    let epoch = iteration / iterationsPerEpoch
    let samples = try (iteration * rows.count..<(iteration + 1) * rows.count).map { position in
      let sample = sample(at: position, during: epoch)
      return try sampler.patches(of: sample, crop(of: sample, at: position, during: epoch))
    }
    return Batch(samples)
  }

  // Positions count the samples of whole batches that are made, from the first epoch's first.
  private var positionsPerEpoch: Int { iterationsPerEpoch * rows.count }

  /// The place in the epoch's order of a position in the epoch.
  private func place(_ position: Int) -> Int {
    let (iteration, row) = position.quotientAndRemainder(dividingBy: rows.count)
    return iteration * batch + rows.lowerBound + row
  }

  private func sample(at position: Int, during current: Int) -> PatchSampler.Sample {
    let (epoch, inEpoch) = position.quotientAndRemainder(dividingBy: positionsPerEpoch)
    let index = order(epoch: epoch, during: current)[place(inEpoch)]
    return PatchSampler.Sample(pair: pair(epoch, index), epoch: epoch, index: index)
  }

  /// An epoch begins with the pair after the last one of the epoch before it: every pair is seen in time, also when an
  /// epoch has fewer samples than there are pairs.
  private func pair(_ epoch: Int, _ index: Int) -> Int { epoch * samplesPerEpoch + index }

  private func crop(of sample: PatchSampler.Sample, at position: Int, during current: Int) throws -> ImagePair {
    guard let ahead, let source = sampler.source(pair: sample.pair) else { return try sampler.crop(sample) }
    return try ahead.crop(at: position, source: source) {
      positions(in: $0, of: source, during: current)
    } take: { positions in
      guard positions.count > 1 else { return [try sampler.crop(sample)] }
      return try sampler.crops(positions.map { self.sample(at: $0, during: current) })
    }
  }

  /// The positions whose samples have the same source.
  private func positions(in range: Range<Int>, of source: Int, during current: Int) -> [Int] {
    var found: [Int] = []
    var position = range.lowerBound
    let end = min(range.upperBound, end)
    while position < end {
      let (epoch, inEpoch) = position.quotientAndRemainder(dividingBy: positionsPerEpoch)
      let order = order(epoch: epoch, during: current)
      let count = min(positionsPerEpoch - inEpoch, end - position)
      for offset in 0..<count where sampler.source(pair: pair(epoch, order[place(inEpoch + offset)])) == source {
        found.append(position + offset)
      }
      position += count
    }
    return found
  }

  /// A permutation of the epoch's samples (Fisher and Yates).
  /// - Parameter current: the epoch whose batches are being made; the orders of earlier ones are dropped, but for the
  ///   last one before it, on which other threads may still work.
  func order(epoch: Int, during current: Int) -> [Int] {
    if let order = orders.withLock({ $0.epochs[epoch] }) { return order }
    var random = RandomNumbers(seed: seed, UInt64(epoch))
    var order = Array(0..<samplesPerEpoch)
    for i in stride(from: samplesPerEpoch - 1, to: 0, by: -1) { order.swapAt(i, random.below(i + 1)) }
    orders.withLock { orders in
      if current - 1 > orders.first {
        orders.epochs = orders.epochs.filter { $0.key >= current - 1 }
        orders.first = current - 1
      }
      orders.epochs[epoch] = order
    }
    return order
  }
}
