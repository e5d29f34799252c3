import RAMiTKernels
import RAMiTTensorCore

/// What batch normalisation has found in a batch, for the running statistics.
public struct BatchStatistics {
  /// C.
  public let mean: Tensor
  /// C; over one less than the values of a channel, as PyTorch's running variance is.
  public let variance: Tensor

  /// Moves running statistics towards these: running = (1 - momentum) running + momentum batch. Meta tensors
  /// stay as they are.
  public func update(mean runningMean: Tensor, variance runningVariance: Tensor, momentum: Float = 0.1) {
    for (running, batch) in [(runningMean, mean), (runningVariance, variance)] {
      requireShape(running.shape, batch.shape, of: "the running statistics")
      if batch.isMeta { continue }
      running.initialize { running in
        for c in 0..<batch.count { running[c] = (1 - momentum) * running[c] + momentum * batch.pointer[c] }
      }
    }
  }
}

/// Each channel normalised over the whole batch, as in training (Ioffe and Szegedy, "Batch Normalization", 2015).
///
/// - Parameters:
///   - x: ... x C.
///   - weight: C, or nil for ones.
///   - bias: C, or nil for zeros.
/// - Returns: the shape of x, and the batch's own statistics.
public func batchNorm(
  _ x: Variable, weight: Variable? = nil, bias: Variable? = nil, epsilon: Float = 1e-5
) -> (y: Variable, statistics: BatchStatistics) {
  let (y, batch) = normalizeGroups(
    x,
    GroupStatistics(samples: 1, pixels: x.shape.rows, channels: x.shape.last, groups: x.shape.last, epsilon: epsilon),
    weight: weight, bias: bias, operation: "batchNorm")
  let count = Double(x.shape.rows)
  let statistics = BatchStatistics(
    mean: Tensor(batch.mean.map { Float($0) }, [x.shape.last]),
    variance: Tensor(batch.variance.map { Float($0 * count / max(1, count - 1)) }, [x.shape.last]))
  return (y, statistics)
}

/// Each channel normalised by running statistics, as in evaluation: (x - mean) / sqrt(variance + epsilon) * weight +
/// bias.
///
/// - Parameters:
///   - x: ... x C.
///   - mean: C.
///   - variance: C.
///   - weight: C, or nil for ones.
///   - bias: C, or nil for zeros.
public func batchNorm(
  _ x: consuming Variable, mean: Tensor, variance: Tensor, weight: Variable? = nil, bias: Variable? = nil,
  epsilon: Float = 1e-5
) -> Variable {
  var x = x
  let channels = x.shape.last
  requireParameters(weight, bias, of: x.shape)
  requireShape(mean.shape, [channels], of: "the mean for \(x.shape)")
  requireShape(variance.shape, [channels], of: "the variance for \(x.shape)")
  let pixels = ChannelPixels(samples: 1, pixels: x.shape.rows, channels: channels)
  let y = x.memoryForResult()
  /// 1 / sqrt(variance + epsilon), and times the weight.
  func scales(_ variance: Tensor, _ weight: Tensor?) -> (plain: [Float], weighted: [Float]) {
    let plain = variance.array.map { Float(1 / (Double($0) + Double(epsilon)).squareRoot()) }
    let weight = weight?.array
    return (plain, weight.map { zip(plain, $0).map { $0 * $1 } } ?? plain)
  }
  y.initialize { y in
    pixels.normalize(
      x.value.pointer, mean: mean.array, scale: scales(variance, weight?.value).weighted,
      shift: parameterValues(bias?.value, channels: channels, default: 0), into: y)
  }
  let operands = [x, weight, bias].compactMap { $0 }
  let description = GraphDescription(
    .batchNorm(epsilon: epsilon, hasWeight: weight != nil, hasBias: bias != nil),
    operands: [x.value, mean, variance] + [weight, bias].compactMap { $0?.value })
  return Variable(y, from: operands, multiplyAdds: y.count, as: description) {
    [x = x.saved, weight = weight?.saved, bias = bias?.gradientSlot, mean, variance] dy, gradients in
    let (plain, weighted) = scales(variance, weight?.value), mean = mean.array
    let none = [Float](repeating: 0, count: channels)
    gradients.write(to: x) { dx, accumulate in
      pixels.gradient(
        x.value.pointer, mean: mean, dy: dy.pointer, scale: weighted, slope: none, shift: none, into: dx,
        accumulate: accumulate)
    }
    if weight?.requiresGradient != true && bias?.requiresGradient != true { return }
    let sums = pixels.gradientSums(x.value.pointer, mean: mean, dy: dy.pointer)
    if let bias { gradients.add(Tensor(sums.dy.map { Float($0) }, [channels]), to: bias) }
    if let weight {
      gradients.add(Tensor(zip(sums.product, plain).map { Float($0 * Double($1)) }, [channels]), to: weight)
    }
  }
}
