import Foundation
import RAMiTAutograd
import RAMiTTensorCore

/// Multi-head self-attention inside of the windows of a feature map, with a trained bias for each relative position
/// (Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", 2021):
///
///     softmax(similarity(q, k) + bias) v, projected
///
/// Shifted windows are those of the map rolled to the top and to the left; tokens that are neighbours only because the
/// map was rolled do not see each other.
public struct WindowAttention: FusedLayer {
  /// How queries and keys are compared.
  public enum Similarity: Sendable {
    /// q . k / sqrt(c), with c channels in a head.
    case scaledDotProduct
    /// s cos(q, k), with s = exp(min(`logit_scale`, log 100)) for each head, 10 at first (Liu et al., "Swin Transformer
    /// V2", 2022).
    case cosine
  }

  /// Channels C that come in and go out, heads S, and channels c of each of them.
  public let channels, heads, headDim: Int
  /// Sides of a window, M, and how far the windows are shifted: 0 to M - 1.
  public let window, shift: Int
  let similarity: Similarity
  /// S x 1 x 1; nil with scaled dot products.
  public let logitScale: Parameter?
  /// (2 M - 1)^2 x S.
  public let biasTable: Parameter
  /// The table's row for each query and key: `relativePositions`.
  private let positions: [Int]
  /// The same numbers as files hold them beside the table, M^2 x M^2.
  private let positionIndex: Buffer
  /// C to 3 S c: q, k and v, each with one head after the other; S c to C.
  public let qkv, projection: Linear

  /// - Parameters:
  ///   - headDim: c; by default C / S, rounded down.
  ///   - shift: how far the windows are shifted, in pixels.
  /// - Precondition: channels, heads and window are positive; the shift is 0 to M - 1.
  public init(
    _ scope: ParameterScope, channels: Int, heads: Int, headDim: Int? = nil, window: Int, shift: Int = 0,
    similarity: Similarity = .scaledDotProduct, initialWeight: Initializer = .truncatedNormal(standardDeviation: 0.02)
  ) {
    let headDim = headDim ?? channels / max(1, heads)
    require(
      heads > 0 && headDim > 0 && window > 0 && (0..<window).contains(shift),
      "no attention has \(heads) heads of \(headDim) channels, windows of \(window) and a shift of \(shift)")
    (self.channels, self.heads, self.headDim) = (channels, heads, headDim)
    (self.window, self.shift, self.similarity) = (window, shift, similarity)
    logitScale =
      similarity == .cosine
      ? scope.parameter("logit_scale", [heads, 1, 1], start: .constant(Float(log(10.0)))) : nil
    biasTable = scope.parameter(
      "relative_position_bias_table", [(2 * window - 1) * (2 * window - 1), heads],
      start: .truncatedNormal(standardDeviation: 0.02))
    positions = Self.relativePositions(window: window)
    positionIndex = scope.buffer(
      "relative_position_index", Self.relativePositionIndex(window: window), isOptional: true, isInteger: true)
    qkv = Linear(
      scope / "qkv", inputs: channels, outputs: 3 * heads * headDim, initialWeight: initialWeight,
      initialBias: .constant(0))
    projection = Linear(
      scope / "proj", inputs: heads * headDim, outputs: channels, initialWeight: initialWeight,
      initialBias: .constant(0))
  }

  /// N x H x W x C to the same, H and W multiples of M.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    fused(x, norm: nil, addsInput: false)
  }

  /// The attention and what surrounds it in a block: `x + attention(norm(x))`, without the normalised values in memory.
  /// - Parameters:
  ///   - x: N x H x W x C, H and W multiples of M; plain inference overwrites it where it was consumed.
  ///   - norm: nil normalises nothing.
  ///   - addsInput: whether x is added.
  public func fused(_ x: consuming Variable, norm: LayerNorm?, addsInput: Bool) -> Variable {
    let x = consume x
    let input = addsInput ? x : nil
    let queries = fusedLinear(consume x, norm: norm.map(NormParameters.init), PointwiseParameters(qkv))
    let mixed = windowAttention(
      consume queries, heads: heads, window: window, shift: shift, positionBias: positionBias,
      scale: logitScale.map { .cosine(factors($0)) })
    return fusedLinear(consume mixed, PointwiseParameters(projection), adding: consume input)
  }

  /// The attention in steps: shifted, cut into windows, attended, merged.
  public func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    let (height, width) = (x.shape[1], x.shape[2])
    let shifted = shift > 0 ? x.rolled(shifts: [-shift, -shift], axes: [1, 2]) : x
    let mask =
      shift > 0
      ? regionMask(height: height, width: width, window: IntPair(window), shift: IntPair(shift)).value : nil
    let attended = attend(windowPartition(shifted, window: window), mask: mask)
    let merged = windowMerge(attended, window: window, height: height, width: width)
    return shift > 0 ? merged.rolled(shifts: [shift, shift], axes: [1, 2]) : merged
  }

  /// Attention within windows that are cut already.
  /// - Parameters:
  ///   - tokens: windows x M^2 x C; the windows of several images follow each other.
  ///   - mask: windows of an image x M^2 x M^2, added to the similarities; nil adds nothing.
  /// - Returns: the shape of `tokens`.
  public func attend(_ tokens: Variable, mask: Tensor? = nil) -> Variable {
    let (windows, count) = (tokens.shape[0], window * window)
    requireShape(tokens.shape, [windows, count, channels], of: "the tokens of windows of \(window) x \(window)")
    let parts = qkv(tokens).reshaped([windows, count, 3, heads, headDim]).permuted([2, 0, 3, 1, 4])
      .split(axis: 0, parts: 3).map { $0.squeezed(axis: 0) }
    var logits = compare(parts[0], parts[1]) + positionBias
    if let mask {
      let grid = mask.shape[0]
      let perImage = logits.reshaped([windows / grid, grid, heads, count, count])
      let added = Variable(constant: mask).reshaped([grid, 1, count, count])
      logits = (perImage + added).reshaped([windows, heads, count, count])
    }
    let mixed = matmul(softmax(logits), parts[2])
    return projection(mixed.permuted([0, 2, 1, 3]).reshaped([windows, count, heads * headDim]))
  }

  /// windows x S x M^2 x c each to windows x S x M^2 x M^2: a row for each query.
  private func compare(_ q: Variable, _ k: Variable) -> Variable {
    guard let logitScale else { return matmul(q * (1 / Float(headDim).squareRoot()), k, transposeB: true) }
    return matmul(l2Normalize(q), l2Normalize(k), transposeB: true) * factors(logitScale)
  }

  /// What cosines are multiplied with, S x 1 x 1: at most 100.
  private func factors(_ logitScale: Parameter) -> Variable {
    logitScale.variable.clamp(max: Float(log(100.0))).exp()
  }

  /// S x M^2 x M^2.
  private var positionBias: Variable {
    let count = window * window
    return biasTable.variable.gather(axis: 0, indices: positions)
      .reshaped([count, count, heads]).permuted([2, 0, 1])
  }

  /// The row of the table of relative positions that each query takes for each key of a window, query by query.
  ///
  /// Tokens are counted row by row; rows of the table by the difference of rows, then of columns, each from -(M - 1) to
  /// M - 1.
  public static func relativePositions(window: Int) -> [Int] {
    let tokens = window * window, side = 2 * window - 1
    return (0..<tokens).flatMap { query in
      (0..<tokens).map { key in
        let rows = query / window - key / window + window - 1, columns = query % window - key % window + window - 1
        return rows * side + columns
      }
    }
  }

  /// `relativePositions` as weight files hold them, M^2 x M^2.
  public static func relativePositionIndex(window: Int) -> Tensor {
    Tensor([window * window, window * window]) { index in
      for (place, row) in relativePositions(window: window).enumerated() { index[place] = Float(row) }
    }
  }

  /// What keeps tokens of shifted windows apart that are not neighbours in the map: -100 for them, 0 for the others.
  /// - Returns: windows x M^2 x M^2.
  public static func shiftMask(height: Int, width: Int, window: Int, shift: Int) -> Tensor {
    let (rows, columns, tokens) = (height / window, width / window, window * window)
    let result = Tensor(zeros: [rows * columns, tokens, tokens])
    if result.isMeta { return result }
    // The regions of the rolled map's rows, and of its columns: up to the last window, up to the seam, beyond it.
    func region(_ place: Int, _ size: Int) -> Int { place < size - window ? 0 : place < size - shift ? 1 : 2 }
    for y in 0..<rows {
      for x in 0..<columns where y == rows - 1 || x == columns - 1 {
        let regions = (0..<tokens).map { token in
          3 * region(y * window + token / window, height) + region(x * window + token % window, width)
        }
        let map = result.pointer + (y * columns + x) * tokens * tokens
        for query in 0..<tokens {
          for key in 0..<tokens where regions[query] != regions[key] { map[query * tokens + key] = -100 }
        }
      }
    }
    return result
  }
}
