import RAMiTKernels
import RAMiTTensorCore

/// Heads of window attention that share a window's size: where a pixel's channels hold their queries, keys and values,
/// and where the windows lie.
public struct AttentionGroup: Sendable, Equatable {
  /// The number of heads, and c: the channels of each.
  public let heads, headDim: Int
  /// The first channel of the first head's queries, keys and values. Keys may be the queries (Zhang et al., ELAN, ECCV
  /// 2022).
  public let queries, keys, values: Int
  /// Channels from one head's queries, keys or values to the next one's.
  public let headStep: Int
  /// Pixels of a window.
  public let windowHeight, windowWidth: Int
  /// The pixels by which windows are shifted, cyclically.
  public let shiftDown, shiftRight: Int
  /// Whether -100 is added between pixels that only the cyclic shift has brought into one window (Liu et al., 2021,
  /// Sec. 3.2).
  public let masksRegions: Bool

  /// - Parameter headStep: c by default: the heads' queries lie side by side, as do their keys and values.
  public init(
    heads: Int, headDim: Int, queries: Int, keys: Int, values: Int, headStep: Int? = nil, windowHeight: Int,
    windowWidth: Int, shiftDown: Int = 0, shiftRight: Int = 0, masksRegions: Bool = false
  ) {
    require(heads > 0 && headDim > 0, "attention needs heads and channels, not \(heads) heads of \(headDim)")
    require(
      windowHeight > 0 && windowWidth > 0, "a window has pixels, not \(windowHeight) x \(windowWidth)")
    require(
      !masksRegions || (0..<windowHeight ~= shiftDown && 0..<windowWidth ~= shiftRight),
      "masked windows of \(windowHeight) x \(windowWidth) cannot be shifted by \(shiftDown), \(shiftRight)")
    self.heads = heads
    self.headDim = headDim
    self.queries = queries
    self.keys = keys
    self.values = values
    self.headStep = headStep ?? headDim
    self.windowHeight = windowHeight
    self.windowWidth = windowWidth
    self.shiftDown = shiftDown
    self.shiftRight = shiftRight
    self.masksRegions = masksRegions
  }

  /// T, the pixels of a window.
  var tokens: Int { windowHeight * windowWidth }
  /// Channels of the result.
  var width: Int { heads * headDim }

  /// The channels that start at `first`, head by head.
  func spans(from first: Int) -> [Range<Int>] {
    (0..<heads).map { first + $0 * headStep..<first + $0 * headStep + headDim }
  }

  var featureSpans: [Range<Int>] { spans(from: queries) + (keys == queries ? [] : spans(from: keys)) }
  var valueSpans: [Range<Int>] { spans(from: values) }

  func kernel(
    _ map: Shape, features: Int, values channels: Int, result: Int, resultChannels: Int, isCosine: Bool,
    dropout: DropoutMask?
  ) -> WindowAttentionKernel {
    /// The shift, from 0 to the side of the map.
    func wrapped(_ shift: Int, _ size: Int) -> Int { (shift % size + size) % size }
    return WindowAttentionKernel(
      map: MapSize(images: map[0], height: map[1], width: map[2]),
      windows: .init(
        height: windowHeight, width: windowWidth, down: wrapped(shiftDown, map[1]),
        right: wrapped(shiftRight, map[2]), masksRegions: masksRegions),
      layout: .init(
        featureChannels: features, valueChannels: channels, resultChannels: resultChannels, queries: queries,
        keys: keys, values: values, result: result, headStep: headStep),
      heads: heads, headDim: headDim, isCosine: isCosine, dropout: dropout)
  }
}

/// What attention multiplies the products of queries and keys with.
public enum AttentionScale {
  /// One number for all heads, such as 1 / sqrt(c).
  case constant(Float)
  /// Queries and keys have length 1 (x / max(|x|, 1e-12)); a number for each head, in any shape.
  case cosine(Variable)

  var isCosine: Bool { if case .cosine = self { true } else { false } }

  /// A number for each head.
  func factors(heads: Int) -> Variable {
    switch self {
    case .constant(let number): Variable(constant: Tensor(repeating: number, [heads]))
    case .cosine(let factors): factors
    }
  }
}

extension [AttentionGroup] {
  /// What an observer gets of groups that attend on the same features.
  func observed(_ features: Variable, positionBias: Variable?, scale: AttentionScale) -> [ObservedAttention] {
    var firstHead = 0
    return map { group in
      let first = firstHead
      firstHead += group.heads
      return ObservedAttention(
        kind: .spatial(
          windowHeight: group.windowHeight, windowWidth: group.windowWidth, shiftDown: group.shiftDown,
          shiftRight: group.shiftRight),
        heads: group.heads, headDim: group.headDim, height: features.shape[1], width: features.shape[2],
        features: features.value.channels,
        queries: { group.queries + $0 * group.headStep }, keys: { group.keys + $0 * group.headStep },
        scale: { head in
          switch scale {
          case .constant(let number): Double(number)
          case .cosine(let factors): Double(factors.value.pointer[first + head])
          }
        },
        isCosine: scale.isCosine,
        bias: positionBias.map { bias in
          { head, query, key in Double(bias.value.pointer[(head * group.tokens + query) * group.tokens + key]) }
        },
        masksRegions: group.masksRegions)
    }
  }
}
