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
    merged(embed(x)) { attention($0, context: context) }
  }

  func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    merged(unigramEmbedding(x)) { attention.composed($0, context: context) }
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
  private func merged(_ unigrams: Variable, _ attention: (Variable) -> Variable) -> Variable {
    let contexts = [false, true].map { isBackward in
      let slides = unigrams.gather(axis: 1, indices: slide(over: unigrams.shape[1], isBackward: isBackward))
        .gather(axis: 2, indices: slide(over: unigrams.shape[2], isBackward: isBackward))
      return avgPool2d(attention(slides), kernelSize: ngram)
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
}
