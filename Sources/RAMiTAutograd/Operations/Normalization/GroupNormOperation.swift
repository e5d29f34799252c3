import RAMiTKernels
import RAMiTTensorCore

/// Each channel of each image normalised over its pixels: (x - mean) / sqrt(variance + epsilon) * weight + bias
/// (Ulyanov et al., "Instance Normalization", 2016).
///
/// - Parameters:
///   - x: N x ... x C.
///   - weight: C, or nil for ones.
///   - bias: C, or nil for zeros.
public func instanceNorm(
  _ x: Variable, weight: Variable? = nil, bias: Variable? = nil, epsilon: Float = 1e-5
) -> Variable {
  groupNorm(x, groups: x.shape.last, weight: weight, bias: bias, epsilon: epsilon, operation: "instanceNorm")
}

/// Groups of neighbouring channels of each image normalised together over their pixels (Wu and He, "Group
/// Normalization", 2018).
///
/// - Parameters:
///   - x: N x ... x C.
///   - groups: how many; C is a multiple.
///   - weight: C, or nil for ones.
///   - bias: C, or nil for zeros.
public func groupNorm(
  _ x: Variable, groups: Int, weight: Variable? = nil, bias: Variable? = nil, epsilon: Float = 1e-5
) -> Variable {
  groupNorm(x, groups: groups, weight: weight, bias: bias, epsilon: epsilon, operation: "groupNorm")
}

private func groupNorm(
  _ x: Variable, groups: Int, weight: Variable?, bias: Variable?, epsilon: Float, operation: String
) -> Variable {
  require(x.shape.rank >= 2, "normalisation over pixels takes N x ... x C, not \(x.shape)")
  require(
    groups > 0 && x.shape.last % groups == 0 || x.shape.last == 0,
    "\(groups) groups do not divide the channels of \(x.shape)")
  let samples = x.shape[0]
  let statistics = GroupStatistics(
    samples: samples, pixels: x.shape.rows / max(1, samples), channels: x.shape.last, groups: groups, epsilon: epsilon)
  let description = GraphDescription(
    .groupNorm(groups: groups, epsilon: epsilon, hasWeight: weight != nil, hasBias: bias != nil))
  return normalizeGroups(x, statistics, weight: weight, bias: bias, operation: operation, as: description).y
}

/// (x - mean) / sqrt(variance + epsilon) * weight + bias, with statistics of groups of channels of each sample.
/// - Parameters:
///   - statistics: not measured yet.
///   - graph: what a traced graph has of the operation.
/// - Returns: the result, and the measured statistics; none for a meta tensor.
func normalizeGroups(
  _ x: Variable, _ statistics: GroupStatistics, weight: Variable?, bias: Variable?, operation: String,
  as graph: GraphDescription? = nil
) -> (y: Variable, statistics: GroupStatistics) {
  requireParameters(weight, bias, of: x.shape)
  let channels = x.shape.last, pixels = statistics.pixels
  var statistics = statistics
  let y = Tensor(x.shape) { y in
    statistics.find(x.value.pointer)
    let weights = parameterValues(weight?.value, channels: channels, default: 1)
    let biases = parameterValues(bias?.value, channels: channels, default: 0)
    pixels.normalize(
      x.value.pointer, mean: statistics.mean.map { Float($0) },
      scale: statistics.perSample(weights) { Float($0 * Double($1)) },
      shift: statistics.perSample(biases) { $1 }, into: y)
  }
  let operands = [x, weight, bias].compactMap { $0 }
  let result = Variable(y, from: operands, multiplyAdds: y.count, operation: operation, as: graph) {
    [x = x.saved, weight = weight?.saved, bias = bias?.gradientSlot, statistics] dy, gradients in
    let mean = statistics.mean.map { Float($0) }
    let sums = pixels.gradientSums(x.value.pointer, mean: mean, dy: dy.pointer)
    gradients.write(to: x) { dx, accumulate in
      let weights = parameterValues(weight?.value, channels: channels, default: 1)
      let (slope, shift) = statistics.backward(weights: weights, sums: sums)
      pixels.gradient(
        x.value.pointer, mean: mean, dy: dy.pointer,
        scale: statistics.perSample(weights) { Float($0 * Double($1)) }, slope: slope, shift: shift, into: dx,
        accumulate: accumulate)
    }
    if let bias { gradients.add(statistics.channelSums(sums.dy), to: bias) }
    if let weight {
      gradients.add(statistics.channelSums(zip(sums.product, statistics.scale).map { $0 * $1 }), to: weight)
    }
  }
  return (result, statistics)
}
