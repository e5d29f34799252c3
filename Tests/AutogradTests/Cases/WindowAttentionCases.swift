import RAMiTAutograd
import RAMiTKernels
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  /// Window attention of one group of heads, in the layout of a linear layer.
  static func windowAttention(
    batch: Int = 1, height: Int, width: Int, heads: Int, headDim: Int, window: Int, shift: Int = 0,
    masks: Bool = true, bias: Bool = true, cosine: Bool = false, dropout: Double? = nil
  ) -> OperationCheck {
    let channels = heads * headDim, tokens = window * window
    var operands = [Operand("qkv", [batch, height, width, 3 * channels])]
    if bias { operands.append(Operand("bias", [heads, tokens, tokens], spread: 0.5)) }
    if cosine { operands.append(Operand("scale", [heads, 1, 1], spread: 0.5, centre: 4)) }
    let mask = dropout.map { DropoutMask(rate: $0, key: 0x1234_5678_9abc) }
    let features = [
      masks ? "" : ", no mask", bias ? ", bias" : "", cosine ? ", cosine" : "", mask == nil ? "" : ", dropout",
    ]
    let title =
      "windowAttention \(batch) x \(height) x \(width), \(heads) heads of \(headDim), window \(window), shift \(shift)"
      + features.joined()
    let group = Twin.AttentionGroup(
      heads: heads, headDim: headDim, queries: 0, keys: channels, values: 2 * channels, headStep: headDim,
      window: (window, window), shift: (shift, shift), masksRegions: masks)
    return OperationCheck(title, operands) { v in
      RAMiTAutograd.windowAttention(
        v.qkv, heads: heads, window: window, shift: shift, masksRegions: masks, positionBias: v.optional("bias"),
        scale: v.optional("scale").map { .cosine($0) }, dropout: mask)
    } twin: { v in
      let kept = mask.map {
        keptEntries($0, maps: batch * height * width / tokens * heads, tokens: tokens, heads: heads)
      }
      return Twin.windowAttention(
        v.qkv, values: v.qkv, groups: [group], bias: v.optional("bias"),
        factor: { head in cosine ? v.scale.values[head] : 1 / Double(headDim).squareRoot() }, isCosine: cosine,
        kept: kept ?? { _ in 1 })
    }
  }

  /// What a mask multiplies the entry of a window, a head, a key and a query with.
  private static func keptEntries(
    _ mask: DropoutMask, maps: Int, tokens: Int, heads: Int
  ) -> ([Int]) -> Double {
    let stride = paddedToVector(tokens), count = maps * tokens * stride
    let factors = Tensor([count]) { pointer in
      pointer.update(repeating: 1, count: count)
      mask.apply(pointer, pointer, count: count, accumulate: false)
    }
    return { place in Double(factors.pointer[((place[1] * heads + place[2]) * tokens + place[3]) * stride + place[4]]) }
  }

  /// Group-wise attention as ELAN's: keys are the queries; windows of several sizes, shifted by half a window without a
  /// mask. With other values, which take the attention of the first map.
  /// - Parameter unread: channels of the other values that no head reads.
  static func groupAttention(
    batch: Int = 1, height: Int, width: Int, headDim: Int, windows: [Int], isShifted: Bool = false,
    others: Bool = false, unread: Int = 0, cosine: Bool = false
  ) -> OperationCheck {
    let count = windows.count
    var operands = [Operand("features", [batch, height, width, 2 * headDim * count], spread: 0.6)]
    if others { operands.append(Operand("values", [batch, height, width, headDim * count + unread])) }
    if cosine { operands.append(Operand("scale", [count], spread: 0.5, centre: 4)) }
    let title =
      "windowAttention \(batch) x \(height) x \(width), groups of \(headDim), windows \(windows)"
      + (isShifted ? ", shifted" : "") + (others ? ", other values" : "") + (cosine ? ", cosine" : "")
    return OperationCheck(title, operands) { v in
      let groups = windows.enumerated().map { index, window in
        AttentionGroup(
          heads: 1, headDim: headDim, queries: 2 * index * headDim, keys: 2 * index * headDim,
          values: others ? index * headDim : (2 * index + 1) * headDim, windowHeight: window, windowWidth: window,
          shiftDown: isShifted ? window / 2 : 0, shiftRight: isShifted ? window / 2 : 0)
      }
      return RAMiTAutograd.windowAttention(
        v.features, values: v.optional("values"), groups: groups, scale: cosine ? .cosine(v.scale) : .constant(1))
    } twin: { v in
      let groups = windows.enumerated().map { index, window in
        let shift = isShifted ? window / 2 : 0
        return Twin.AttentionGroup(
          heads: 1, headDim: headDim, queries: 2 * index * headDim, keys: 2 * index * headDim,
          values: others ? index * headDim : (2 * index + 1) * headDim, headStep: headDim, window: (window, window),
          shift: (shift, shift), masksRegions: false)
      }
      return Twin.windowAttention(
        v.features, values: others ? v["values"] : v.features, groups: groups, bias: nil,
        factor: { cosine ? v.scale.values[$0] : 1 }, isCosine: cosine)
    }
  }

  /// Two groups in any order of channels: heads one after the other, as RAMiT's; windows that are not square, shifted
  /// otherwise in each direction; some channels that nobody reads, and some that both groups do.
  static func mixedAttention(height: Int, width: Int) -> OperationCheck {
    OperationCheck("windowAttention \(height) x \(width), mixed groups", [Operand("features", [2, height, width, 27])])
    { v in
      RAMiTAutograd.windowAttention(
        v.features,
        groups: [
          AttentionGroup(
            heads: 2, headDim: 3, queries: 0, keys: 3, values: 6, headStep: 9, windowHeight: 2, windowWidth: 5,
            shiftDown: 1, shiftRight: -2),
          AttentionGroup(
            heads: 1, headDim: 7, queries: 19, keys: 12, values: 4, windowHeight: 3, windowWidth: 1, shiftDown: 2,
            shiftRight: 0, masksRegions: true),
        ], scale: .constant(0.7))
    } twin: { v in
      Twin.windowAttention(
        v.features, values: v.features,
        groups: [
          Twin.AttentionGroup(
            heads: 2, headDim: 3, queries: 0, keys: 3, values: 6, headStep: 9, window: (2, 5), shift: (1, -2),
            masksRegions: false),
          Twin.AttentionGroup(
            heads: 1, headDim: 7, queries: 19, keys: 12, values: 4, headStep: 7, window: (3, 1), shift: (2, 0),
            masksRegions: true),
        ], bias: nil, factor: { _ in 0.7 }, isCosine: false)
    }
  }

  /// Window attention at sizes that are cut into many pieces of work.
  static let largeWindowAttention: [OperationCheck] = [
    windowAttention(batch: 2, height: 40, width: 48, heads: 3, headDim: 10, window: 8, shift: 4),
    windowAttention(
      batch: 1, height: 30, width: 36, heads: 2, headDim: 16, window: 6, bias: false, cosine: true, dropout: 0.2),
    groupAttention(batch: 2, height: 48, width: 32, headDim: 20, windows: [4, 8, 16], isShifted: true),
    groupAttention(batch: 3, height: 24, width: 40, headDim: 5, windows: [2, 4], others: true),
    mixedAttention(height: 30, width: 35),
  ]
}
