import Foundation
import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// The two kinds of attention one after the other, for what the fused operation does not have: scaled dot products, and
/// spatial attention without a bias.
extension ReciprocalAttentionLayer {
  /// - Parameters: as those of `callAsFunction`.
  func separate(_ x: Variable, norm: LayerNorm?, previous: Variable?, context: TrainingContext?) -> Variable {
    // The channels' operation drops nothing.
    if mask(context) != nil { return composed(norm?(x) ?? x, previous: previous, context: context) }
    var results: [Variable] = []
    if let spatial {
      let qkv = helped(projected(x, norm: norm, heads: 0..<spatialHeads), by: previous.map(channelHelp))
      let attended = windowAttention(
        qkv, heads: spatialHeads, window: window, shift: shift, masksRegions: false,
        positionBias: positionBias(spatial), scale: scale(spatial.logitScale))
      results.append(fusedLinear(attended, PointwiseParameters(spatial.projection)))
    }
    if let channel {
      let heads = spatialHeads..<spatialHeads + channelHeads
      let qkv = helped(projected(x, norm: norm, heads: heads), by: previous.map(spatialHelp))
      let attended = channelAttention(qkv, heads: channelHeads, scale: scale(channel.logitScale))
      results.append(fusedLinear(attended, PointwiseParameters(channel.projection)))
    }
    return results.count == 1 ? results[0] : concatenate(results, axis: -1)
  }

  /// The queries of some heads, then their keys, then their values: N x H x W x 3 h c. The layer's rows, which lie head
  /// by head, are put into this order: they are few.
  private func projected(_ x: Variable, norm: LayerNorm?, heads: Range<Int>) -> Variable {
    let parameters = PointwiseParameters(qkv)
    /// 3 h c x columns.
    func chosen(_ rows: Variable, columns: Int) -> Variable {
      rows.reshaped([spatialHeads + channelHeads, 3, headDim, columns]).sliced(axis: 0, heads)
        .permuted([1, 0, 2, 3]).reshaped([3 * heads.count * headDim, columns])
    }
    let weight = chosen(parameters.weight, columns: x.shape.last), bias = chosen(parameters.bias, columns: 1)
    return fusedLinear(
      x, norm: norm.map(NormParameters.init),
      PointwiseParameters(weight: weight, bias: bias.reshaped([weight.shape[0]])))
  }

  /// - Parameters:
  ///   - qkv: N x H x W x 3 h c.
  ///   - helper: multiplies the values; N x H x W x 1 x c or 1.
  private func helped(_ qkv: Variable, by helper: Variable?) -> Variable {
    guard let helper else { return qkv }
    let shape = qkv.shape, width = shape.last / 3
    let values = qkv.sliced(axis: 3, 2 * width..<3 * width)
      .reshaped([shape[0], shape[1], shape[2], width / headDim, headDim])
    let scaled = (values * helper).reshaped([shape[0], shape[1], shape[2], width])
    return concatenate([qkv.sliced(axis: 3, 0..<2 * width), scaled], axis: -1)
  }

  /// What similarities are multiplied with.
  private func scale(_ logitScale: Parameter?) -> AttentionScale {
    logitScale.map { .cosine(factors($0)) } ?? .constant(1 / Float(headDim).squareRoot())
  }

  /// exp(min(logit scale, log 100)), h x 1 x 1.
  func factors(_ logitScale: Parameter) -> Variable { logitScale.variable.clamp(max: Float(log(100.0))).exp() }

  /// S x M^2 x M^2: head, query, key; nil without relative positions.
  func positionBias(_ spatial: Spatial) -> Variable? {
    let tokens = window * window
    return spatial.biasTable.map { table in
      table.variable.gather(axis: 0, indices: WindowAttention.relativePositions(window: window))
        .reshaped([tokens, tokens, spatialHeads]).permuted([2, 0, 1])
    }
  }
}
