import RAMiTNN

/// What defines a NAFNet (Chen et al., "Simple Baselines for Image Restoration", ECCV 2022); by default the denoiser of
/// 32 channels that its authors trained for SIDD.
public struct NAFNetConfiguration: RestorationArchitecture {
  /// Any but super-resolution.
  public var task: RestorationTask
  /// Channels of a feature map at full size; each level below has twice as many.
  public var width = 32
  /// Blocks of each level of the encoder.
  public var encoderBlocks = [2, 2, 4, 8]
  /// Blocks of the lowest level.
  public var middleBlocks = 12
  /// Blocks of each level of the decoder.
  public var decoderBlocks = [2, 2, 2, 2]

  /// The authors' denoiser.
  public init(task: RestorationTask) { self.task = task }

  /// At most 1024 channels at full size, 6 levels and 99 blocks a level.
  public var validationError: String? {
    check(!task.isSuperResolution, "task must be one of dn, graydn, lle and dr for a NAFNet, not \(task)")
      ?? check((1...1024).contains(width), "width must be 1 to 1024, not \(width)")
      ?? check(
        (1...6).contains(encoderBlocks.count) && encoderBlocks.allSatisfy { (0...99).contains($0) },
        "encoderBlocks must be 1 to 6 numbers from 0 to 99, not \(encoderBlocks)")
      ?? check((0...99).contains(middleBlocks), "middleBlocks must be 0 to 99, not \(middleBlocks)")
      ?? check(
        decoderBlocks.count == encoderBlocks.count && decoderBlocks.allSatisfy { (0...99).contains($0) },
        "decoderBlocks must be \(encoderBlocks.count) numbers from 0 to 99, not \(decoderBlocks)")
  }

  /// A model whose parameters have the names of the published weights.
  public func makeModel(_ scope: ParameterScope) -> any RestorationModel { NAFNet(self, scope: scope) }

  /// One family; the denoiser is its default.
  public static var families: [ArchitectureFamily] {
    [ArchitectureFamily("NAFNet", models: ["NAFNet", "NAFNet-GoPro"])]
  }

  /// "NAFNet", for SIDD, or "NAFNet-GoPro", the deblurring model, most of whose blocks are in the last encoder.
  public init?(named name: String, task: RestorationTask) {
    self.init(task: task)
    switch name {
    case "NAFNet": break
    case "NAFNet-GoPro": (encoderBlocks, middleBlocks, decoderBlocks) = ([1, 1, 1, 28], 1, [1, 1, 1, 1])
    default: return nil
    }
  }
}
