/// The relative position bias of window attention (Liu et al., 2021): one learned number for each head and each offset
/// between two tokens of an M x M window.
package struct RelativePosition {
  let window: Int
  let heads: Int

  package init(window: Int, heads: Int) {
    self.window = window
    self.heads = heads
  }

  private var tokens: Int { window * window }
  /// Floats of the expanded bias [S x T x padded T]: a row for each key, a column for each query.
  package var count: Int { heads * tokens * paddedToVector(tokens) }

  /// bias [S x T x padded T] = log2(e) times the entries of table [(2 M - 1)^2 x S], for the softmax by powers of two;
  /// zeros in the padding.
  package func expand(_ table: UnsafePointer<Float>, into bias: UnsafeMutablePointer<Float>) {
    bias.update(repeating: 0, count: count)
    forEach { place, entry in bias[place] = log2OfE * table[entry] }
  }

  /// table += the gradient of what was expanded, without the factor.
  package func addGradient(_ bias: UnsafePointer<Float>, to table: UnsafeMutablePointer<Float>) {
    forEach { place, entry in table[entry] += bias[place] }
  }

  @inline(__always)
  private func forEach(_ body: (_ place: Int, _ entry: Int) -> Void) {
    let side = 2 * window - 1, stride = paddedToVector(tokens)
    for head in 0..<heads {
      for key in 0..<tokens {
        let row = (head * tokens + key) * stride
        // Of the query in the window's first place.
        let first = (window - 1 - key / window) * side + window - 1 - key % window
        for y in 0..<window {
          for x in 0..<window { body(row + y * window + x, (first + y * side + x) * heads + head) }
        }
      }
    }
  }
}
