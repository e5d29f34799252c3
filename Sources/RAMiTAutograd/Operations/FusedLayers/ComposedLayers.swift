import RAMiTKernels
import RAMiTTensorCore

// The fused layers from general operations, which take their places in a traced graph.

extension PointwiseParameters {
  /// ... x I to ... x O; N x H x W x I where there are groups.
  func composed(_ x: Variable) -> Variable {
    if groups == 1 {
      return linear(x, weight: weight.shape.rank == 2 ? weight : weight.reshaped([outputs, inputs]), bias: bias)
    }
    let kernel = weight.shape.rank == 4 ? weight : weight.reshaped([outputs, 1, 1, inputs / groups])
    return conv2d(x, weight: kernel, bias: bias, groups: groups)
  }
}

extension DepthwiseParameters {
  /// N x H x W x C to the same.
  func composed(_ x: Variable) -> Variable { depthwiseConv2d(x, weight: weight, bias: bias, padding: 1) }
}

extension NormParameters {
  /// ... x C to the same.
  func composed(_ x: Variable) -> Variable {
    layerNorm(x, weight: weight, bias: bias, epsilon: epsilon, subtractsMean: subtractsMean)
  }
}

/// `fusedLinear` from general operations.
func composedLinear(
  _ x: Variable, norm: NormParameters?, _ layer: PointwiseParameters, adding residual: Variable?
) -> Variable {
  let y = layer.composed(norm?.composed(x) ?? x)
  return residual.map { y + $0 } ?? y
}

/// `mlp` from general operations.
func composedMLP(
  _ x: Variable, norm: NormParameters?, hidden: PointwiseParameters, out: PointwiseParameters, activation: Activation,
  addsInput: Bool
) -> Variable {
  let y = out.composed(activation(hidden.composed(norm?.composed(x) ?? x)))
  return addsInput ? x + y : y
}

/// `feedForward` from general operations.
func composedFeedForward(
  _ x: Variable, adding branch: NormedBranch?, hidden: PointwiseParameters, out: PointwiseParameters,
  norm: NormParameters
) -> Variable {
  let sum = branch.map { x + $0.norm.composed($0.value) } ?? x
  return sum + norm.composed(out.composed(gelu(hidden.composed(sum))))
}

extension MobiVariParameters {
  /// `mobiVari` from general operations.
  func composed(_ parts: [Variable], activation: Activation) -> Variable {
    let height = parts[0].shape[1]
    let x = concatenate(parts.map { pixelShuffle($0, height / $0.shape[1]) }, axis: -1)
    let y: Variable
    if let expand {
      let wide = activation(expand.composed(x))
      y = pointwise.composed(activation(depthwise.composed(wide) + wide))
    } else {
      y = activation(pointwise.composed(activation(depthwise.composed(x)) + x))
    }
    return pointwise.outputs == x.shape.last ? y + x : y
  }
}

/// `shiftConv2d` from general operations.
func composedShiftConv2d(
  _ x: Variable, _ layer: PointwiseParameters, rectifies: Bool, adding residual: Variable?
) -> Variable {
  let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3]), fifth = channels / 5
  func part(_ number: Int) -> Variable { x.sliced(axis: 3, number * fifth..<(number + 1) * fifth) }
  var shifted = x
  if fifth > 0 {
    shifted = concatenate(
      [
        pad(part(0), right: 1).sliced(axis: 2, 1..<width + 1), pad(part(1), left: 1).sliced(axis: 2, 0..<width),
        pad(part(2), bottom: 1).sliced(axis: 1, 1..<height + 1), pad(part(3), top: 1).sliced(axis: 1, 0..<height),
        x.sliced(axis: 3, 4 * fifth..<channels),
      ], axis: 3)
  }
  let y = layer.composed(shifted)
  return rectifies ? relu(y) : residual.map { y + $0 } ?? y
}
