import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// Group-wise multi-scale self-attention (GMSA): a third of the channels each attends within windows of its own size.
///
/// It is accelerated (ASA): keys are the queries, a batch norm, which is part of the projection in inference, takes the
/// place of layer norms, and shifted windows are cyclic without a mask. Attention maps are used again by the blocks
/// that follow; those project values only.
struct GMSA {
  /// C to 2 C: for each group its queries, then its values; to C where the maps are another's.
  private let projectIn: Conv2d
  private let norm: BatchNorm2d
  private let projectOut: Conv2d
  private let groups: [AttentionGroup]

  /// - Parameters:
  ///   - isShifted: whether windows are moved by half of their side.
  ///   - sharesMaps: whether the attention maps are those of another.
  init(_ scope: ParameterScope, _ configuration: ELANConfiguration, isShifted: Bool, sharesMaps: Bool) {
    let dim = configuration.dim, width = dim / 3, outputs = sharesMaps ? dim : 2 * dim
    projectIn = Conv2d(scope / "project_inp" / "0", inputs: dim, outputs: outputs, kernelSize: 1)
    norm = BatchNorm2d(scope / "project_inp" / "1", channels: outputs)
    projectOut = Conv2d(scope / "project_out", inputs: dim, outputs: dim, kernelSize: 1)
    groups = configuration.windows.enumerated().map { index, window in
      let shift = isShifted ? window / 2 : 0, queries = index * 2 * width
      return AttentionGroup(
        heads: 1, headDim: width, queries: queries, keys: queries,
        values: sharesMaps ? index * width : queries + width, windowHeight: window, windowWidth: window,
        shiftDown: shift, shiftRight: shift)
    }
  }

  /// What attention takes: N x H x W x C to N x H x W x 2 C, or to N x H x W x C where the maps are another's.
  func project(_ x: Variable, context: TrainingContext?) -> Variable {
    guard let context else { return fusedLinear(x, norm.folded(into: projectIn)) }
    return norm(fusedLinear(x, PointwiseParameters(projectIn)), context: context)
  }

  /// The input, and the attention projected.
  /// - Parameters:
  ///   - x: N x H x W x C.
  ///   - features: what `project` returns.
  ///   - queries: N x H x W x 2 C, where the maps are of these instead of the features.
  func callAsFunction(_ x: consuming Variable, features: consuming Variable, queries: Variable?) -> Variable {
    let attended =
      queries.map { windowAttention($0, values: features, groups: groups, scale: .constant(1)) }
      ?? windowAttention(features, groups: groups, scale: .constant(1))
    return fusedLinear(consume attended, PointwiseParameters(projectOut), adding: consume x)
  }

  /// The definition from small operations.
  /// - Parameter maps: those to use again; nil computes them from the features.
  /// - Returns: the result, and the maps: for each group windows x T x T.
  func composed(_ x: Variable, maps: [Variable]?, context: TrainingContext?) -> (y: Variable, maps: [Variable]) {
    let features = norm(projectIn(x), context: context)
    var used: [Variable] = []
    let attended = groups.enumerated().map { index, group in
      let window = group.windowHeight, shift = group.shiftDown
      func tokens(from channel: Int) -> Variable {
        let part = features.sliced(axis: 3, channel..<channel + group.headDim)
        return windowPartition(part.rolled(shifts: [-shift, -shift], axes: [1, 2]), window: window)
      }
      func map() -> Variable {
        let q = tokens(from: group.queries)
        return softmax(matmul(q, q, transposeB: true))
      }
      used.append(maps?[index] ?? map())
      let mixed = matmul(used[index], tokens(from: group.values))
      return windowMerge(mixed, window: window, height: x.shape[1], width: x.shape[2])
        .rolled(shifts: [shift, shift], axes: [1, 2])
    }
    return (projectOut(concatenate(attended, axis: 3)) + x, used)
  }
}
