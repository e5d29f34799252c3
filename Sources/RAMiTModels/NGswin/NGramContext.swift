import RAMiTAutograd
import RAMiTNN

/// N-Gram context: what the windows around each window look like, at both sides of it.
///
/// Each window is embedded as one uni-gram. Attention slides over n x n neighbouring uni-grams, once over those that
/// follow a window (to the right and below) and once over those that come before it; the averages of both are merged.
struct NGramContext {
  private let ngram: Int
  private let unigramEmbedding: Conv2d
  private let attention: WindowAttention
  private let merge: Conv2d

  /// - Parameters:
  ///   - dim: D.
  ///   - heads: the heads of the attention between uni-grams.
  ///   - window: side of the windows of the feature map, M.
  ///   - ngram: n.
  init(_ scope: ParameterScope, dim: Int, heads: Int, window: Int, ngram: Int) {
    self.ngram = ngram
    unigramEmbedding = Conv2d(
      scope / "unigram_embed", inputs: dim, outputs: dim / 2, kernelSize: window, stride: window, groups: dim / 2)
    attention = WindowAttention(
      scope / "ngram_attn", channels: dim / 2, heads: heads, window: ngram, similarity: .cosine)
    merge = Conv2d(scope / "merge", inputs: dim, outputs: dim, kernelSize: 1)
  }

  /// N x H x W x D to N x H/M x W/M x D: a context for each window.
  func callAsFunction(_ x: Variable, context: TrainingContext?) -> Variable {
    if GraphTrace.isRecording { return composed(x, context: context) }
    return merged(
      embed(x),
      slides: { unigrams, axis, isBackward in
        unigrams.gather(axis: axis, indices: slide(over: unigrams.shape[axis], isBackward: isBackward))
      }, attention: { attention($0, context: context) })
  }

  func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    merged(unigramEmbedding(x), slides: composedSlides, attention: { attention.composed($0, context: context) })
  }

  /// The uni-grams by a depth-wise convolution, which runs along the channels, and the sums of its neighbouring
  /// channels: each group of the embedding has two channels and one output.
  private func embed(_ x: Variable) -> Variable {
    let weight = unigramEmbedding.weight.variable
    let (outputs, window) = (weight.shape[0], weight.shape[1])
    let taps = weight.permuted([1, 2, 0, 3]).reshaped([window, window, 2 * outputs])
    let products = depthwiseConv2d(x, weight: taps, stride: window)
    let (images, rows, columns) = (products.shape[0], products.shape[1], products.shape[2])
    let sums = products.reshaped([images, rows, columns, outputs, 2]).sum(axes: [-1])
    return sums + unigramEmbedding.bias!.variable
  }

  /// N x H/M x W/M x D/2 to N x H/M x W/M x D.
  /// - Parameter slides: gives the uni-grams of each n-gram along an axis, n for each.
  private func merged(
    _ unigrams: Variable, slides: (_ unigrams: Variable, _ axis: Int, _ isBackward: Bool) -> Variable,
    attention: (Variable) -> Variable
  ) -> Variable {
    let contexts = [false, true].map { isBackward in
      avgPool2d(attention(slides(slides(unigrams, 1, isBackward), 2, isBackward)), kernelSize: ngram)
    }
    return merge(concatenate(contexts, axis: -1))
  }

  /// The uni-grams that each n-gram along a side is made of: for each of `count` windows n places, itself and those
  /// after it or, backward, those before it and itself.
  ///
  /// Past an edge the uni-grams before the edge's follow in their own order ("sequentially reflected window padding");
  /// where there are too few windows, the outermost is repeated.
  private func slide(over count: Int, isBackward: Bool) -> [Int] {
    let missing = ngram - 1
    let padding = isBackward ? Array(1..<1 + missing) : Array(count - 1 - missing..<count - 1)
    let known = padding.map { min(max($0, 0), count - 1) }
    let padded = isBackward ? known + Array(0..<count) : Array(0..<count) + known
    return (0..<count).flatMap { padded[$0..<$0 + ngram] }
  }

  /// The uni-grams that `slide` lists, by slices, whose places a graph can tell for any number of windows.
  private func composedSlides(_ unigrams: Variable, _ axis: Int, _ isBackward: Bool) -> Variable {
    let missing = ngram - 1, count = unigrams.shape[axis]
    if missing == 0 { return unigrams }
    // Place i of the side is place i + `missing` here; the outermost are repeated beyond it.
    let repeated =
      axis == 1
      ? pad(unigrams, top: missing, bottom: missing, mode: .replicate)
      : pad(unigrams, left: missing, right: missing, mode: .replicate)
    let first = isBackward ? missing + 1 : count - 1
    let beyond = repeated.sliced(axis: axis, first..<first + missing)
    let padded = concatenate(isBackward ? [beyond, unigrams] : [unigrams, beyond], axis: axis)
    let shape = unigrams.shape.replacing(axis, with: count * ngram)
    return stack((0..<ngram).map { padded.sliced(axis: axis, $0..<$0 + count) }, axis: axis + 1).reshaped(shape)
  }
}
