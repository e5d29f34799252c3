import RAMiTImaging

/// How many bits of a sample are used.
public enum SampleDepth: Sendable {
  /// All that the file has.
  case asStored
  /// 8, the nearest of them.
  case rounded
  /// The upper 8, as OpenCV reads them; the published scores were made with it.
  case upperBits
}

/// What pairs are used for.
public struct PairSettings: Equatable, Sendable {
  /// Where inputs come from: files, downscaled targets, or noise on targets.
  public var kind: RestorationTask.Kind
  /// How many times larger the target is, per side.
  public var scale: Int
  /// 3 for RGB, 1 for gray; images are converted.
  public var channels: Int
  /// What becomes of images of 16 bits.
  public var depth = SampleDepth.asStored
  /// Takes images in another format than most, and converts them; without it they are errors.
  public var convertsImages = false

  /// What a model of the task learns from, and is scored on.
  public init(_ task: RestorationTask) { self.init(task.kind, scale: task.scale, channels: task.channels) }

  /// Targets alone, from which degradations make a task's inputs.
  package init(targetsFor task: RestorationTask) { self.init(.denoising, channels: task.channels) }

  /// - Precondition: a positive scale, and 1 or 3 channels.
  public init(_ kind: RestorationTask.Kind, scale: Int = 1, channels: Int = 3) {
    precondition(scale > 0 && (channels == 1 || channels == 3), "no pairs with scale \(scale) and \(channels) channels")
    self.kind = kind
    self.scale = scale
    self.channels = channels
  }
}
