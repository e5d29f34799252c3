import Datasets
import Diagnostics
import Foundation
import Models

/// The samples that a configuration describes.
public struct TrainingData {
  public let samples: TrainingSamples
  let size: DataSize
  /// What the model is scored on; nil for nothing.
  let validation: ValidationSet?

  /// The side of a drawn validation image's input.
  private static let validationSide = 96
  /// Drawn validation images come from another stream than the training's.
  private static let validationSeed: UInt64 = 0x7661_6c69_6461_7465
  /// Larger epochs do not fit into memory as an order of samples.
  private static let maximumSamples = 100_000_000

  /// Opens the folders and reads every photo's header.
  /// - Parameter report: is told of each image that is skipped; without it they go to the standard error.
  /// - Throws: `InputError` that names a folder or a file.
  public init(
    _ configuration: TrainingConfiguration, report: @escaping @Sendable (InputError) -> Void = Self.warn
  ) throws {
    let (task, train) = (configuration.task, configuration.data.train)
    let memory = PhotoCache(bytes: configuration.data.loader.cache << 20)
    let pairs = try train.pairs(for: task, seed: configuration.seed, memory: memory, report: report)
    let settings = PatchSettings(
      patch: train.patch, scale: task.scale, flip: train.flip, rotate: train.rotate,
      noise: train.noise.map { $0[0]...$0[1] })
    let samplesPerEpoch =
      train.samplesPerEpoch ?? DatasetManifest.samplesPerEpoch(count: pairs.count ?? 0, repeat: train.repeat)
    guard train.batch...Self.maximumSamples ~= samplesPerEpoch else {
      throw InputError(
        train.path ?? train.name ?? "data.train",
        expected: "at least a batch of \(train.batch) samples (data.train.repeat makes more), and at most"
          + " \(Self.maximumSamples)",
        found: "\(samplesPerEpoch)")
    }
    size = DataSize(images: pairs.count, samplesPerEpoch: samplesPerEpoch)
    samples = TrainingSamples(
      PatchSampler(pairs, settings, seed: configuration.seed), samplesPerEpoch: samplesPerEpoch, batch: train.batch,
      seed: configuration.seed)
    validation = try Self.validation(configuration, cache: memory)
  }

  public static let warn: @Sendable (InputError) -> Void = { error in
    FileHandle.standardError.write(Data("ramit: skipped \(error)\n".utf8))
  }

  private static func validation(_ configuration: TrainingConfiguration, cache: PhotoCache) throws -> ValidationSet? {
    let (task, data) = (configuration.task, configuration.data.validation)
    let pairs: any ImagePairs
    switch data.type {
    case .none: return nil
    case .procedural:
      let side = validationSide * task.scale
      pairs = ProceduralPairs(
        seed: validationSeed, width: side, height: side, task.pairSettings, count: data.images)
    case .folder:
      pairs = try checked(PairedFiles.folder(data.path ?? "", for: task.pairSettings), task, cache)
    case .dataset:
      let manifest = try DatasetCatalog.manifest(data.name ?? "")
      guard manifest.members.isEmpty else {
        throw InputError("data.validation.name", expected: "one data set", found: "\(manifest.name), a union")
      }
      pairs = try checked(manifest.files(in: data.root ?? "datasets", for: task.pairSettings), task, cache)
    }
    let count = min(pairs.count ?? .max, data.images ?? .max)
    return ValidationSet(pairs: pairs, count: count, task: task, sigma: data.sigma, seed: validationSeed)
  }

  private static func checked(
    _ files: PairedFiles, _ task: RestorationTask, _ cache: PhotoCache
  ) throws -> PhotoPairs {
    let photos = PhotoPairs(files, task.pairSettings, reader: PhotoReader(memory: cache))
    try photos.check(patch: task.smallestScoredInput)
    return photos
  }
}
