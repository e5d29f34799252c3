import Models

/// What a run learns from, and what it is scored on.
public struct DataConfiguration: Codable, Equatable, Sendable {
  public var train: TrainingDataConfiguration
  public var validation: ValidationDataConfiguration
  public var loader = LoaderConfiguration()

  public init(task: RestorationTask) {
    train = TrainingDataConfiguration(task: task)
    validation = ValidationDataConfiguration(task: task)
  }
}

public struct TrainingDataConfiguration: Codable, Equatable, Sendable {
  public enum Kind: String, CaseIterable, Codable, Sendable {
    /// Photos of a folder and of the folders in it.
    case folder
    /// `DIV2K_train_HR/0001.png` and `DIV2K_train_LR_bicubic/X2/0001x2.png` in a folder.
    case div2k
    /// Images drawn on the fly; they need no files and never end.
    case procedural
  }

  public var type = Kind.folder
  /// The folder of the targets (`folder`), or the one that holds DIV2K's folders (`div2k`).
  public var path: String?
  /// The folder of the inputs, paired with the targets by name. Without it they are made from the targets.
  public var lowQuality: String?
  /// How often an epoch sees each photo.
  public var `repeat` = 1.0
  /// Samples of an epoch, instead of photos x repeat.
  public var samplesPerEpoch: Int?
  /// The side of an input patch.
  public var patch = 64
  /// Patches of an iteration.
  public var batch = 64
  /// Mirrors every second patch, at random.
  public var flip = true
  /// Turns patches by 0, 1, 2 or 3 quarters, at random.
  public var rotate = true
  /// The range of the noise's standard deviation, of 255 (denoising).
  public var noise: [Double]?

  public init(task: RestorationTask) {
    noise = task.isDenoising ? [0, 50] : nil
  }
}

public struct ValidationDataConfiguration: Codable, Equatable, Sendable {
  public enum Kind: String, CaseIterable, Codable, Sendable {
    /// A test set with HR/ and LR_bicubic/X2/, or HQ/ and LQ/; or a folder of photos, whose inputs are made.
    case folder
    /// Images drawn on the fly, others than the training's.
    case procedural
    /// No validation.
    case none
  }

  public var type = Kind.none
  public var path: String?
  /// The first so many images, instead of all.
  public var images: Int?
  /// The noise's standard deviation, of 255 (denoising).
  public var sigma: Double?

  public init(task: RestorationTask) {
    sigma = task.isDenoising ? 25 : nil
  }
}

/// The threads that prepare batches ahead of the training.
public struct LoaderConfiguration: Codable, Equatable, Sendable {
  public var threads = 2
  /// Batches that wait ready at most.
  public var ahead = 4
  /// Memory for decoded photos, in MiB.
  public var cache = 1024

  public init() {}
}
