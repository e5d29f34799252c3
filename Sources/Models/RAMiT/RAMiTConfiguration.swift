import Kernels

/// What defines a RAMiT: the sizes of Table H, and the choices of the ablations.
public struct RAMiTConfiguration: Codable, Equatable, Sendable {
  public var task: RestorationTask
  /// Channels of a feature map, C.
  public var dim = 64
  /// D-RAMiT blocks in each of the four stages, K.
  public var depths = [6, 4, 4, 6]
  /// Attention heads of a block, L.
  public var heads = 4
  /// Heads that attend over channels, L_ch; the others attend over space. 0 is pure spatial, `heads` pure channel attention.
  public var channelHeads = 1
  /// Side of a local window, M.
  public var window = 8
  /// Hidden channels of the feed-forward network, in multiples of `dim`.
  public var hiddenRatio = 2.0
  /// Each kind of attention scales the other's values in the next block (Sec. 3.2).
  public var helper: Bool
  /// The mixing convolutions (Sec. A.1).
  public var mobivari = MobiVariConfiguration()
  /// Expansion and groups of the MobiVari in the bottleneck and in H-RAMi.
  public var wide = MobiVariWidth()
  /// MobiVari layers before the reconstruction's convolution.
  public var reconstructionLayers = 2
  /// Hierarchical reciprocal attention mixing (Sec. 3.3).
  public var hrami = true
  /// Dropout of attention maps, of projected attentions, and of whole residual branches (stochastic depth, growing linearly
  /// with depth up to this rate). The paper uses none.
  public var attentionDropout = 0.0
  public var projectionDropout = 0.0
  public var stochasticDepth = 0.0

  /// RAMiT as in Table H, with the helper where the paper uses it.
  public init(task: RestorationTask) {
    self.task = task
    helper = task.usesHelper
  }

  /// Inputs are padded to a multiple of this: a window at the coarsest of three scales.
  public var unit: Int { 4 * window }
  /// Channels of one head, c.
  public var headDim: Int { dim / heads }
  public var spatialHeads: Int { heads - channelHeads }
}

/// Which MobiVari, and its hyper-parameters outside the bottleneck and H-RAMi.
public struct MobiVariConfiguration: Codable, Equatable, Sendable {
  /// 2 expands the channels first; 1 does not (RAMiT-1).
  public var version = 2
  public var width = MobiVariWidth()
  public var activation = Activation.leakyReLU

  public init() {}
}

/// How far MobiVari 2 expands, and in how many groups.
public struct MobiVariWidth: Codable, Equatable, Sendable {
  public var expansion = 1.2
  public var groups = 4

  public init() {}

  public init(expansion: Double, groups: Int) {
    self.expansion = expansion
    self.groups = groups
  }

  /// Channels after the expansion of `dim`: 1 to `groups` more than dim * expansion, to a multiple of `groups`.
  public func channels(_ dim: Int) -> Int {
    let wide = Int(Double(dim) * expansion)
    return wide + groups - wide % groups
  }
}
