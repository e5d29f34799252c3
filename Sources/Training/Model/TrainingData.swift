import Datasets
import Diagnostics
import Models

/// The samples that a configuration describes.
struct TrainingData {
  let samples: TrainingSamples
  /// What the model is scored on; nil for nothing.
  let validation: ValidationSet?

  /// Input pixels around a patch that are drawn and not used, so that no patch sees the edge of its image.
  private static let margin = 8
  /// The side of a drawn validation image's input.
  private static let validationSide = 96
  /// Drawn validation images come from another stream than the training's.
  private static let validationSeed: UInt64 = 0x7661_6c69_6461_7465

  /// Opens the folders and reads every photo's header.
  /// - Throws: `InputError` that names a folder or a file.
  init(_ configuration: TrainingConfiguration) throws {
    let (task, train) = (configuration.task, configuration.data.train)
    let cache = PhotoCache(bytes: configuration.data.loader.cache << 20)
    let pairs: any ImagePairs
    switch train.type {
    case .procedural:
      let side = (train.patch + 2 * Self.margin) * task.scale
      pairs = ProceduralPairs(
        seed: configuration.seed, width: side, height: side, scale: task.scale, channels: task.channels)
    case .folder, .div2k:
      let path = train.path ?? ""
      let photos =
        train.type == .div2k
        ? try PhotoPairs.div2k(path, scale: task.scale, cache: cache)
        : try PhotoPairs.folder(
          path, lowQuality: train.lowQuality, scale: task.scale, channels: task.channels, cache: cache)
      try photos.check(patch: train.patch)
      pairs = photos
    }
    let settings = PatchSettings(
      patch: train.patch, scale: task.scale, flip: train.flip, rotate: train.rotate,
      noise: train.noise.map { $0[0]...$0[1] })
    let samplesPerEpoch = train.samplesPerEpoch ?? Int((Double(pairs.count ?? 0) * train.repeat).rounded())
    guard samplesPerEpoch >= train.batch else {
      throw InputError(
        train.path ?? "data.train",
        expected: "at least a batch of \(train.batch) samples (data.train.repeat makes more)",
        found: "\(samplesPerEpoch)")
    }
    samples = TrainingSamples(
      PatchSampler(pairs, settings, seed: configuration.seed), samplesPerEpoch: samplesPerEpoch, batch: train.batch,
      seed: configuration.seed)
    validation = try Self.validation(configuration, cache: cache)
  }

  private static func validation(_ configuration: TrainingConfiguration, cache: PhotoCache) throws -> ValidationSet? {
    let (task, data) = (configuration.task, configuration.data.validation)
    let pairs: any ImagePairs
    switch data.type {
    case .none: return nil
    case .procedural:
      let side = validationSide * task.scale
      pairs = ProceduralPairs(
        seed: validationSeed, width: side, height: side, scale: task.scale, channels: task.channels, count: data.images)
    case .folder:
      let photos = try PhotoPairs.testSet(
        data.path ?? "", scale: task.scale, channels: task.channels, cache: cache)
      guard !task.needsInputFiles || photos.origin == .file else {
        throw InputError(data.path ?? "", expected: "a test set with HQ and LQ for \(task)", found: "no LQ")
      }
      try photos.check(patch: task.smallestScoredInput)
      pairs = photos
    }
    let count = min(pairs.count ?? .max, data.images ?? .max)
    return ValidationSet(pairs: pairs, count: count, task: task, sigma: data.sigma, seed: validationSeed)
  }
}

extension RestorationTask {
  /// The degradation cannot be made: inputs come from files.
  var needsInputFiles: Bool { self == .lle || self == .dr }
}
