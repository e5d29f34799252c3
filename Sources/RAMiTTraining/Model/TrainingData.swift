import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTExperiments
import RAMiTModels

/// The samples that a configuration describes.
package struct TrainingData {
  /// The samples of the first stage.
  package let samples: TrainingSamples
  let size: DataSize
  /// What the pairs are read from.
  let files: DataFiles
  /// The memory that decoded photos and their crops will take, in bytes.
  let photoBytes: Int
  private let pairs: any ImagePairs
  /// For crops of coming samples; nil where all photos stay in memory, or are not decoded.
  private let cropMemory: CropMemory?
  private let configuration: TrainingConfiguration
  /// The validation set; nil for none.
  let validation: TestSet?

  /// The side of a drawn validation image's input.
  private static let validationSide = 96
  /// A seed of their own keeps drawn validation images apart from the training's.
  private static let validationSeed: UInt64 = 0x7661_6c69_6461_7465
  /// The order of a larger epoch's samples would not fit into memory.
  private static let maximumSamples = 100_000_000

  /// Opens the folders and reads every photo's header.
  /// - Parameter report: called with each image that is skipped, on any thread.
  /// - Throws: `InputError` that names a folder or a file.
  package init(
    _ configuration: TrainingConfiguration, report: @escaping @Sendable (InputError) -> Void
  ) throws {
    let (task, train) = (configuration.task, configuration.data.train)
    let memory = PhotoCache(bytes: configuration.data.loader.cache << 20)
    // The images must hold the largest patch.
    var largest = train
    largest.patch = configuration.schedule.stages.reduce(train.patch) { max($0, $1.patch) }
    let found = try largest.find(for: task, seed: configuration.seed, memory: memory, report: report)
    (pairs, files) = (found.pairs, found.files)
    self.configuration = configuration
    cropMemory = memory.makeRoomForCrops()
    let samplesPerEpoch =
      train.samplesPerEpoch ?? DatasetManifest.samplesPerEpoch(count: pairs.count ?? 0, repeat: train.repeat)
    let possible = Self.possibleSamples(configuration)
    guard possible ~= samplesPerEpoch else {
      throw InputError(
        train.path ?? train.name ?? "data.train",
        expected: "at least a batch of \(possible.lowerBound.counted("sample")) (data.train.repeat makes more),"
          + " and at most \(Self.maximumSamples)",
        found: "\(samplesPerEpoch) from \(pairs.count.map { $0.counted("image") } ?? "drawn images")")
    }
    size = DataSize(images: pairs.count, samplesPerEpoch: samplesPerEpoch)
    samples = Self.samples(
      pairs, configuration, samplesPerEpoch: samplesPerEpoch, patch: train.patch, batch: train.batch,
      memory: cropMemory)
    // Each thread holds a photo that is being decoded, and its file, which is hardly larger.
    let decoding = cropMemory == nil ? 0 : 2 * configuration.data.loader.threads * memory.largestExpectedBytes
    validation = try Self.validation(configuration, cache: memory, report: report)
    photoBytes = memory.expectedBytes + decoding
  }

  /// After so many samples, in random order, all photos but two of a hundred have been decoded once, and the loader has
  /// nearly its usual speed.
  package var warmUpSamples: Int { 4 * (size.images ?? 0) }

  /// An epoch holds a batch of every stage.
  static func possibleSamples(_ configuration: TrainingConfiguration) -> ClosedRange<Int> {
    let batch = configuration.schedule.stages.reduce(configuration.data.train.batch) { max($0, $1.batch) }
    return batch...max(batch, maximumSamples)
  }

  private static func samples(
    _ pairs: any ImagePairs, _ configuration: TrainingConfiguration, samplesPerEpoch: Int, patch: Int, batch: Int,
    memory: CropMemory?, iterations: Int = .max, rows: Range<Int>? = nil
  ) -> TrainingSamples {
    let train = configuration.data.train
    var settings = PatchSettings(
      patch: patch, scale: configuration.task.scale, flip: train.flip, rotate: train.rotate,
      noise: train.noise.map { $0[0]...$0[1] })
    settings.degradations = train.degradations?.chain(for: configuration.task)
    return TrainingSamples(
      PatchSampler(pairs, settings, seed: configuration.seed), samplesPerEpoch: samplesPerEpoch, batch: batch,
      seed: configuration.seed, memory: memory, iterations: iterations, rows: rows)
  }

  /// The function that makes the batches of a plan, on any number of threads at once.
  /// - Parameter ranks: a batch has the samples of this rank's parts alone.
  func batches(of plan: TrainingPlan, ranks: Ranks = Ranks()) -> @Sendable (_ iteration: Int) throws -> Batch {
    let parts = configuration.gradients.accumulate, own = ranks.parts(of: parts)
    let samples = plan.stages.map {
      Self.samples(
        pairs, configuration, samplesPerEpoch: plan.samplesPerEpoch, patch: $0.patch, batch: $0.batch,
        memory: cropMemory, iterations: $0.epochs.lowerBound * $0.iterationsPerEpoch + $0.iterations.count,
        rows: own.lowerBound * $0.batch / parts..<own.upperBound * $0.batch / parts)
    }
    return { iteration in
      let position = plan.position(iteration)
      return try samples[position.stageIndex].batch(
        iteration: position.epoch * position.stage.iterationsPerEpoch + position.iterationInEpoch)
    }
  }

  /// The files of the validation set; nil for none.
  var validationFiles: DataFiles? {
    guard let validation else { return nil }
    guard let pairs = validation.files?.pairs.prefix(validation.count) else { return .drawn }
    return DataFiles(members: [DataFiles.Member(pairs: Array(pairs), repeat: 1)])
  }

  private static func validation(
    _ configuration: TrainingConfiguration, cache: PhotoCache, report: (InputError) -> Void
  ) throws -> TestSet? {
    let (task, data) = (configuration.task, configuration.data.validation)
    let set: TestSet
    switch data.type {
    case .none: return nil
    case .procedural:
      return TestSet(drawn: data.images ?? 1, side: validationSide, seed: validationSeed, task: task)
    case .folder:
      set = try TestSet(
        data.path ?? "", inputs: data.inputs, task: task, degradations: data.degradations?.chain(for: task),
        cache: cache, count: data.images)
    case .dataset:
      set = try TestSet(
        dataset: data.name ?? "", root: data.root ?? "datasets", task: task,
        degradations: data.degradations?.chain(for: task), cache: cache, count: data.images)
    }
    try set.check()
    set.files?.unread.forEach(report)
    return set
  }
}
