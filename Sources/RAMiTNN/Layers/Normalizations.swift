import RAMiTAutograd
import RAMiTTensorCore

extension ParameterScope {
  /// The scale and shift of a normalisation, C each, which begin as 1 and 0.
  fileprivate func affine(channels: Int, hasWeight: Bool, hasBias: Bool) -> (Parameter?, Parameter?) {
    let weight = hasWeight ? parameter("weight", [channels], start: .constant(1)) : nil
    return (weight, hasBias ? parameter("bias", [channels], start: .constant(0)) : nil)
  }
}

/// Layer normalisation over the channels of each pixel (PyTorch's `nn.LayerNorm` over the last axis).
public struct LayerNorm: UnaryLayer {
  /// C.
  public let channels: Int
  /// C each; nil where the norm has none.
  public let weight, bias: Parameter?
  let epsilon: Float
  let subtractsMean: Bool

  /// - Parameters:
  ///   - subtractsMean: false for the "BiasFree" norm of Restormer, which divides by the deviation only.
  ///   - epsilon: added to the variance.
  public init(
    _ scope: ParameterScope, channels: Int, epsilon: Float = 1e-5, hasWeight: Bool = true, hasBias: Bool = true,
    subtractsMean: Bool = true
  ) {
    (weight, bias) = scope.affine(channels: channels, hasWeight: hasWeight, hasBias: hasBias)
    self.channels = channels
    self.epsilon = epsilon
    self.subtractsMean = subtractsMean
  }

  /// ... x C to ... x C.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    layerNorm(
      consume x, weight: weight?.variable, bias: bias?.variable, epsilon: epsilon, subtractsMean: subtractsMean)
  }

  /// `norm(x) + residual` in one pass, both ... x C.
  public func fused(_ x: consuming Variable, adding residual: consuming Variable) -> Variable {
    layerNorm(
      consume x, weight: weight?.variable, bias: bias?.variable, epsilon: epsilon, subtractsMean: subtractsMean,
      residual: consume residual)
  }
}

/// Normalisation by the root mean square of each pixel's channels (PyTorch's `nn.RMSNorm`).
public struct RMSNorm: UnaryLayer {
  /// C.
  public let weight: Parameter
  private let epsilon: Float

  /// - Parameter epsilon: added to the mean square.
  public init(_ scope: ParameterScope, channels: Int, epsilon: Float = 1e-5) {
    weight = scope.parameter("weight", [channels], start: .constant(1))
    self.epsilon = epsilon
  }

  /// ... x C to ... x C.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    rmsNorm(consume x, weight: weight.variable, epsilon: epsilon)
  }
}

/// Normalisation of groups of channels of each image (PyTorch's `nn.GroupNorm`; one group for each channel is
/// `nn.InstanceNorm2d`).
public struct GroupNorm: UnaryLayer {
  /// C each; nil where the norm has none.
  public let weight, bias: Parameter?
  private let groups: Int
  private let epsilon: Float

  /// - Precondition: `groups` divides the channels.
  public init(_ scope: ParameterScope, groups: Int, channels: Int, epsilon: Float = 1e-5, isAffine: Bool = true) {
    require(groups > 0 && channels % groups == 0, "\(groups) groups do not divide \(channels) channels")
    (weight, bias) = scope.affine(channels: channels, hasWeight: isAffine, hasBias: isAffine)
    self.groups = groups
    self.epsilon = epsilon
  }

  /// N x H x W x C to the same.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    groupNorm(x, groups: groups, weight: weight?.variable, bias: bias?.variable, epsilon: epsilon)
  }
}

/// Normalisation of each channel over a batch while training, and by running statistics after that (PyTorch's
/// `nn.BatchNorm2d`).
public struct BatchNorm2d: UnaryLayer {
  /// C each; nil where the norm has none.
  public let weight, bias: Parameter?
  /// C each: what inference normalises by. A training step moves them towards its batch's statistics.
  public let runningMean, runningVariance: Buffer
  private let batches: Buffer
  private let epsilon, momentum: Float

  /// - Parameter momentum: the share of a batch in the running statistics.
  public init(
    _ scope: ParameterScope, channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1, isAffine: Bool = true
  ) {
    (weight, bias) = scope.affine(channels: channels, hasWeight: isAffine, hasBias: isAffine)
    runningMean = scope.buffer("running_mean", Tensor(zeros: [channels]))
    runningVariance = scope.buffer("running_var", Tensor(repeating: 1, [channels]))
    batches = scope.buffer("num_batches_tracked", Tensor(0), isOptional: true, isInteger: true)
    self.epsilon = epsilon
    self.momentum = momentum
  }

  /// N x H x W x C to the same.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    guard context != nil else {
      return batchNorm(
        x, mean: runningMean.value, variance: runningVariance.value, weight: weight?.variable, bias: bias?.variable,
        epsilon: epsilon)
    }
    let (y, statistics) = batchNorm(x, weight: weight?.variable, bias: bias?.variable, epsilon: epsilon)
    // A checkpointed segment runs twice; its first run, which is not recorded as a whole, has counted the batch
    // already.
    if !Tape.isRecomputing {
      statistics.update(mean: runningMean.value, variance: runningVariance.value, momentum: momentum)
      batches.value.initialize { $0[0] += 1 }
    }
    return y
  }
}

extension BatchNorm2d {
  /// The 1 x 1 convolution before the norm with the norm in its weight and bias, for inference: the same as both by the
  /// running statistics. Gradients flow through to the parameters of both.
  /// - Precondition: the convolution is a 1 x 1 convolution of one group with a bias, and its outputs are the norm's
  ///   channels.
  public func folded(into convolution: Conv2d) -> PointwiseParameters {
    let channels = runningMean.shape[0], shape = convolution.weight.shape
    guard let bias = convolution.bias, shape.rank == 2, shape[0] == channels else {
      fatalError("a norm of \(channels) channels cannot be part of a convolution of \(shape)")
    }
    var scale = (Variable(constant: runningVariance.value) + epsilon).rsqrt()
    if let weight { scale = consume scale * weight.variable }
    var shift = (bias.variable - Variable(constant: runningMean.value)) * scale
    if let bias = self.bias { shift = consume shift + bias.variable }
    return PointwiseParameters(
      weight: convolution.weight.variable * scale.reshaped([channels, 1]), bias: consume shift)
  }
}
