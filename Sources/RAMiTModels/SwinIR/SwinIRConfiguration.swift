import RAMiTNN

/// What defines a SwinIR (Liang et al., "SwinIR: Image Restoration Using Swin Transformer", ICCV workshops 2021); by
/// default the lightweight one.
public struct SwinIRConfiguration: RestorationArchitecture {
  /// Any; the model adds its input to the result unless it enlarges.
  public var task: RestorationTask
  /// Channels of a feature map.
  public var dim = 60
  /// Swin Transformer layers (STL) in each residual Swin Transformer block (RSTB).
  public var depths = [6, 6, 6, 6]
  /// Attention heads in each RSTB.
  public var heads = [6, 6, 6, 6]
  /// Side of a local window.
  public var window = 8
  /// Hidden channels of the MLP, in multiples of `dim`.
  public var hiddenRatio = 2.0
  /// The chance of skipping a residual branch in the last STL, while training; it grows linearly from 0 in the first
  /// one.
  public var stochasticDepth = 0.1
  /// Side of the inputs that the published code builds its model for. Files hold attention masks of that size; the
  /// model itself takes any.
  public var imageSize = 64

  /// SwinIR-light.
  public init(task: RestorationTask) { self.task = task }

  /// Hidden channels of the MLP.
  var hiddenDim: Int { Int(Double(dim) * hiddenRatio) }

  /// At most 4096 channels, 100 blocks of 100 layers and windows of 64.
  public var validationError: String? {
    check((1...4096).contains(dim), "dim must be 1 to 4096, not \(dim)")
      ?? check(
        (1...100).contains(depths.count) && depths.allSatisfy { (1...100).contains($0) },
        "depths must be numbers from 1 to 100, not \(depths)")
      ?? check(
        heads.count == depths.count && heads.allSatisfy { $0 > 0 && dim % $0 == 0 },
        "heads must be \(depths.count) divisors of dim \(dim), not \(heads)")
      ?? check((2...64).contains(window), "window must be 2 to 64, not \(window)")
      ?? hiddenRatioError(hiddenRatio, hiddenDim: hiddenDim)
      ?? check((0..<1).contains(stochasticDepth), "stochasticDepth must be in [0, 1), not \(stochasticDepth)")
      ?? check(
        imageSize > window && imageSize <= 4096 && imageSize % window == 0,
        "imageSize must be a multiple of window \(window), larger than it, not \(imageSize)")
      ?? WindowAttention.shiftMaskError(side: imageSize, window: window)
  }

  /// A model whose parameters have the names of the published weights.
  public func makeModel(_ scope: ParameterScope) -> any RestorationModel { SwinIR(self, scope: scope) }

  /// One family, whose model is the lightweight one.
  public static var families: [ArchitectureFamily] { [ArchitectureFamily("SwinIR", models: ["SwinIR-light"])] }

  /// "SwinIR-light" whatever the stochastic depth and `imageSize`.
  public var modelName: String {
    var plain = self
    let defaults = SwinIRConfiguration(task: task)
    (plain.stochasticDepth, plain.imageSize) = (defaults.stochasticDepth, defaults.imageSize)
    return plain == defaults ? "SwinIR-light" : "custom"
  }
}
