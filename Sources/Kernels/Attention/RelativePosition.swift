/// The relative position bias of window attention (Liu et al., 2021): one learned number for each head and each offset between two
/// tokens of an M x M window.
public struct RelativePosition {
  let window: Int
  let heads: Int

  public init(window: Int, heads: Int) {
    self.window = window
    self.heads = heads
  }

  private var tokens: Int { window * window }
  /// Floats of the expanded bias [S x T x padded T].
  public var count: Int { heads * tokens * paddedToVector(tokens) }

  /// bias [S x T x padded T] from table [(2 M - 1)^2 x S]; the padding excludes itself from the softmax.
  public func expand(_ table: UnsafePointer<Float>, into bias: UnsafeMutablePointer<Float>) {
    bias.update(repeating: ReciprocalAttention.paddingBias, count: count)
    forEach { place, entry in bias[place] = table[entry] }
  }

  /// table += the gradient of the expanded bias.
  public func addGradient(_ bias: UnsafePointer<Float>, to table: UnsafeMutablePointer<Float>) {
    forEach { place, entry in table[entry] += bias[place] }
  }

  private func forEach(_ body: (_ place: Int, _ entry: Int) -> Void) {
    let side = 2 * window - 1
    for head in 0..<heads {
      for a in 0..<tokens {
        for b in 0..<tokens {
          let y = a / window - b / window + window - 1, x = a % window - b % window + window - 1
          body((head * tokens + a) * paddedToVector(tokens) + b, (y * side + x) * heads + head)
        }
      }
    }
  }
}
