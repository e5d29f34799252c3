import RAMiTModels

/// The images of a run, and the threads that read them.
public struct DataConfiguration: Codable, Equatable, Sendable {
  /// What a run learns from, and what it is scored on.
  public var train: TrainingDataConfiguration, validation: ValidationDataConfiguration
  /// It changes the time that batches take, not what is in them.
  public var loader = LoaderConfiguration()

  init(task: RestorationTask) {
    train = TrainingDataConfiguration(task: task)
    validation = ValidationDataConfiguration(task: task)
  }
}

/// The training set, and how patches are cropped from it.
public struct TrainingDataConfiguration: Codable, Equatable, Sendable {
  /// Where the images come from.
  public enum Kind: String, CaseIterable, Codable, Sendable {
    /// Photos of your own: a folder with targets and inputs side by side (`HQ` and `LQ`, and the like), or with
    /// photos alone.
    case folder
    /// Several such folders as one set, each with its own repeat.
    case folders
    /// A published set by its name, in the tree in which it is distributed (docs/DATASETS.md).
    case dataset
    /// Images drawn on the fly; they need no files and never end.
    case procedural
  }

  /// Decides which of the other keys hold.
  public var type = Kind.folder
  /// The folder (`folder`).
  public var path: String?
  /// A separate folder of inputs, paired with the targets by name (`folder`). Where there are no inputs, they are made
  /// from the targets.
  public var inputs: String?
  /// The folders of a set of several (`folders`).
  public var members: [FolderMember]?
  /// The name of the set, or the file of a manifest (`dataset`).
  public var name: String?
  /// The folder in which the published sets lie (`dataset`); without it, `datasets`.
  public var root: String?
  /// How often a round over a union has the images of each member, in their order; by default once (`dataset`).
  public var memberRepeat: [Double]?
  /// A file with the set's decoded pixels, made by `ramit data prepare cache`.
  public var decoded: String?
  /// Converts gray and 16-bit images of an 8-bit RGB set, and drops their alpha, instead of refusing them.
  public var convertImages = false
  /// What happens when an image cannot be used.
  public var onBadImage = BadImagePolicy.stop
  /// The most images that are skipped (`onBadImage: skip`).
  public var maximumSkipped = 10
  /// How often an epoch sees each photo.
  public var `repeat` = 1.0
  /// Samples of an epoch, instead of photos x repeat, rounded down.
  public var samplesPerEpoch: Int?
  /// The side of an input patch.
  public var patch = 64
  /// Patches of an iteration.
  public var batch = 64
  /// Mirrors half of the patches, at random.
  public var flip = true
  /// Rotates patches by 0 to 3 quarter turns, at random.
  public var rotate = true
  /// The range of the noise's standard deviation, of 255 (denoising).
  public var noise: [Double]?
  /// How inputs are made from the photos, in place of the task's own way.
  public var degradations: [DegradationConfiguration]?

  init(task: RestorationTask) {
    noise = task.isDenoising ? [0, 50] : nil
  }
}

/// One of several folders that form a set.
public struct FolderMember: Codable, Equatable, Sendable {
  /// The folder, as `data.train.path`.
  public var path: String
  /// The folder of its inputs, as `data.train.inputs`.
  public var inputs: String?
  /// How often a round has its images.
  public var `repeat` = 1.0

  // With all keys listed, the decoder tells a misspelt key from a missing one.
  private enum CodingKeys: String, CodingKey, CaseIterable { case path, inputs, `repeat` }

  /// - Throws: an error for a folder without a path.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    path = try container.decode(String.self, forKey: .path)
    inputs = try container.decodeIfPresent(String.self, forKey: .inputs)
    `repeat` = try container.decodeIfPresent(Double.self, forKey: .repeat) ?? 1
  }
}

/// What a run does about an image that is damaged, of a wrong size or without its partner.
public enum BadImagePolicy: String, CaseIterable, Codable, Sendable {
  /// It ends, and names the image.
  case stop
  /// It leaves the image out, up to `maximumSkipped` of them.
  case skip
}

/// The validation set.
public struct ValidationDataConfiguration: Codable, Equatable, Sendable {
  /// Where the images come from.
  public enum Kind: String, CaseIterable, Codable, Sendable {
    /// A folder with HR/ and LR_bicubic/X2/, or HQ/ and LQ/, and the like; or of photos, whose inputs are made.
    case folder
    /// A published set by its name.
    case dataset
    /// Images drawn on the fly, different from the training's.
    case procedural
    /// No validation.
    case none
  }

  /// Decides which of the other keys hold.
  public var type = Kind.none
  /// The folder (`folder`).
  public var path: String?
  /// A separate folder of inputs, paired with the targets by name (`folder`).
  public var inputs: String?
  /// The name of the set, or the file of a manifest (`dataset`).
  public var name: String?
  /// The folder in which the published sets lie (`dataset`); without it, `datasets`.
  public var root: String?
  /// How many images are scored, from the first; by default all.
  public var images: Int?
  /// The noise's standard deviation, of 255 (denoising).
  public var sigma: Double?
  /// How inputs are made from the targets, in place of the task's own way; alike at every validation.
  public var degradations: [DegradationConfiguration]?

  init(task: RestorationTask) {
    sigma = task.isDenoising ? 25 : nil
  }
}

/// The threads that prepare batches ahead of the training.
public struct LoaderConfiguration: Codable, Equatable, Sendable {
  /// 1 to 64.
  public var threads = 2
  /// The most batches that wait ready.
  public var ahead = 4
  /// Memory for decoded photos or, where they do not all fit in, for crops of coming samples, in MiB.
  public var cache = 1024
}
