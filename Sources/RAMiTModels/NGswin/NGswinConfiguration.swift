import RAMiTNN

/// What defines an NGswin (Choi, Lee and Yang, "N-Gram in Swin Transformers for Efficient Lightweight Image
/// Super-Resolution", CVPR 2023).
public struct NGswinConfiguration: RestorationArchitecture {
  /// x2, x3 or x4.
  public var task: RestorationTask
  /// Channels of a feature map, D.
  public var dim = 64
  /// N-Gram Swin Transformer blocks (NSTB) in the three encoder stages and in the decoder stage.
  public var depths = [6, 4, 4, 6]
  /// Attention heads in each of them.
  public var heads = [6, 4, 4, 6]
  /// Windows that a window sees as its context in each direction, along each side.
  public var ngrams = [2, 2, 2, 2]
  /// Side of a local window, M.
  public var window = 8
  /// Hidden channels of the feed-forward network, in multiples of `dim`.
  public var hiddenRatio = 2.0
  /// The chance of skipping a residual branch in the last block, while training; it grows linearly from 0 in the first
  /// one.
  public var stochasticDepth = 0.0
  /// Side of the inputs that the published code builds its model for. Files hold attention masks of that size; the
  /// model itself takes any.
  public var imageSize = 64

  /// The paper's model.
  public init(task: RestorationTask) { self.task = task }

  /// Hidden channels of the feed-forward network.
  var hiddenDim: Int { Int(Double(dim) * hiddenRatio) }

  /// Inputs are padded to a multiple of this: a window at the coarsest of three scales.
  var sizeMultiple: Int { 4 * window }

  /// At most 4096 channels, 100 blocks a stage and windows of 64.
  public var validationError: String? {
    sizeError
      ?? check((2...64).contains(window), "window must be 2 to 64, not \(window)")
      ?? hiddenRatioError(hiddenRatio, hiddenDim: hiddenDim)
      ?? check((0..<1).contains(stochasticDepth), "stochasticDepth must be in [0, 1), not \(stochasticDepth)")
      ?? check(
        imageSize > 0 && imageSize <= 4096 && imageSize % sizeMultiple == 0,
        "imageSize must be a multiple of 4 windows (\(sizeMultiple)), not \(imageSize)")
      ?? WindowAttention.shiftMaskError(side: imageSize, window: window)
  }

  private var sizeError: String? {
    check(task.isSuperResolution, "task must be x2, x3 or x4 for an NGswin, not \(task)")
      ?? check(dim > 0 && dim <= 4096 && dim % 16 == 0, "dim must be a positive multiple of 16, not \(dim)")
      ?? check(
        depths.count == 4 && depths.allSatisfy { (1...100).contains($0) },
        "depths must be four numbers from 1 to 100, not \(depths)")
      ?? check(
        heads.count == 4 && heads.allSatisfy { (1...max(1, dim / 2)).contains($0) },
        "heads must be four numbers from 1 to dim / 2, not \(heads)")
      ?? check(
        ngrams.count == 4 && ngrams.allSatisfy { (1...16).contains($0) },
        "ngrams must be four numbers from 1 to 16, not \(ngrams)")
  }

  /// A model whose parameters have the names of the published weights.
  public func makeModel(_ scope: ParameterScope) -> any RestorationModel { NGswin(self, scope: scope) }

  /// "NGswin" whatever the stochastic depth and `imageSize`.
  public var modelName: String {
    var plain = self
    let defaults = NGswinConfiguration(task: task)
    (plain.stochasticDepth, plain.imageSize) = (defaults.stochasticDepth, defaults.imageSize)
    return plain == defaults ? "NGswin" : "custom"
  }

  /// One family of one model.
  public static var families: [ArchitectureFamily] { [ArchitectureFamily("NGswin", models: ["NGswin"])] }
}
