/// What defines a RAMiT: the sizes of Table H, and the choices of the ablations.
public struct RAMiTConfiguration: RestorationArchitecture {
  /// Any; the helper is on by default where the paper uses it.
  public var task: RestorationTask
  /// Channels of a feature map, C.
  public var dim = 64
  /// D-RAMiT blocks in each of the four stages, K.
  public var depths = [6, 4, 4, 6]
  /// Attention heads of a block, L.
  public var heads = 4
  /// Heads that attend over channels, L_ch; the others attend over space. 0 is pure spatial, `heads` pure channel
  /// attention. Alternating blocks have all heads of one kind each, whatever this is.
  public var channelHeads = 1
  /// Side of a local window, M.
  public var window = 8
  /// Hidden channels of the feed-forward network, in multiples of `dim`.
  public var hiddenRatio = 2.0
  /// Each kind of attention scales the other's values in the next block (Sec. 3.2); nothing where a block has one kind.
  public var helper: Bool
  /// Where the two kinds of attention are, and what they are made of (Table A).
  public var arrangement = AttentionArrangement.parallel, similarity = AttentionSimilarity.cosine,
    positionEncoding = PositionEncoding.relativeBias, normalization = NormalizationOrder.post
  /// Whether the windows of every second spatial attention of a stage are shifted by half, cyclically.
  public var windowShift = true
  /// The mixing convolutions (Sec. A.1).
  public var mobivari = MobiVariConfiguration()
  /// Expansion and groups of the MobiVari in the bottleneck and in H-RAMi.
  public var wide = MobiVariWidth()
  /// MobiVari layers before the reconstruction's convolution.
  public var reconstructionLayers = 2
  /// Hierarchical reciprocal attention mixing (Sec. 3.3).
  public var hrami = true
  /// Chances of dropping an entry of an attention map, and a value after an attention's projection, while training.
  public var attentionDropout = 0.0, projectionDropout = 0.0
  /// The chance of skipping a residual branch in the last block, while training; it grows linearly from 0 in the first
  /// one.
  public var stochasticDepth = 0.0

  /// RAMiT as in Table H, with the helper where the paper uses it.
  public init(task: RestorationTask) {
    self.task = task
    helper = task.usesHelper
  }

  /// Inputs are padded to a multiple of this: a window at the coarsest of three scales.
  public var sizeMultiple: Int { 4 * window }
  /// Channels of one head, c.
  public var headDim: Int { dim / heads }
  package var spatialHeads: Int { heads - channelHeads }
  /// Whether all blocks have one kind of attention, the same.
  var isPure: Bool { arrangement == .parallel && (spatialHeads == 0 || channelHeads == 0) }
  /// Hidden channels of the feed-forward network.
  public var hiddenDim: Int { Int(Double(dim) * hiddenRatio) }

  /// At most 4096 channels, 100 blocks a stage and windows of 64.
  public var validationError: String? {
    sizeError
      ?? check((2...64).contains(window), "window must be 2 to 64, not \(window)")
      ?? hiddenRatioError(hiddenRatio, hiddenDim: hiddenDim)
      ?? check([1, 2].contains(mobivari.version), "mobivari.version must be 1 or 2, not \(mobivari.version)")
      ?? check(
        (0...100).contains(reconstructionLayers), "reconstructionLayers must be 0 to 100, not \(reconstructionLayers)")
      ?? (mobivari.version == 1 ? nil : widthError)
      ?? rateError
  }

  private var sizeError: String? {
    check(dim > 0 && dim <= 4096 && dim % 16 == 0, "dim must be a positive multiple of 16, not \(dim)")
      ?? check(
        depths.count == 4 && depths.allSatisfy { (1...100).contains($0) },
        "depths must be four numbers from 1 to 100, not \(depths)")
      ?? check(heads > 0 && dim % max(1, heads) == 0, "heads must divide dim \(dim), which \(heads) does not")
      ?? check(
        (0...max(0, heads)).contains(channelHeads), "channelHeads must be 0 to heads (\(heads)), not \(channelHeads)")
  }

  /// A rate is a probability below 1.
  private var rateError: String? {
    let rates = [
      ("attentionDropout", attentionDropout), ("projectionDropout", projectionDropout),
      ("stochasticDepth", stochasticDepth),
    ]
    for (name, rate) in rates where !(0..<1).contains(rate) { return "\(name) must be in [0, 1), not \(rate)" }
    return nil
  }

  /// Grouped expansions must divide the channels that they meet.
  private var widthError: String? {
    let narrow = [dim, 4 * dim], broad = [dim + dim / 4 + dim / 16, 2 * dim + dim / 4 + dim / 16]
    for (name, width, inputs) in [("mobivari.width", mobivari.width, narrow), ("wide", wide, broad)] {
      guard width.expansion >= 1, width.expansion <= 16 else {
        return "\(name).expansion must be 1 to 16, not \(width.expansion)"
      }
      guard width.groups > 0, inputs.allSatisfy({ $0 % width.groups == 0 }) else {
        return "\(name).groups must divide \(inputs), which \(width.groups) does not"
      }
    }
    return nil
  }
}
