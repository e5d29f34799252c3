import RAMiTAutograd
import RAMiTTensorCore
import Testing

/// A NaN in a query reaches the result, where the loss shows it.
@Suite struct AttentionNaNTests {
  /// N x H x W x 3C with C = 2, and a NaN in the first channel of the first pixel's query.
  private static func spoiled(_ shape: Shape) -> Variable {
    var random = RandomNumbers(seed: 1), values = (0..<shape.count).map { _ in random.uniform() - 0.5 }
    values[0] = .nan
    return Variable(constant: Tensor(values, shape))
  }

  @Test(arguments: [false, true])
  func windowAttentionShowsIt(isCosine: Bool) {
    let scale = AttentionScale.cosine(Variable(constant: Tensor(repeating: 10, [1])))
    let y = windowAttention(Self.spoiled([1, 4, 4, 6]), heads: 1, window: 4, scale: isCosine ? scale : nil)
    #expect(y.value.array.map(\.isNaN) == (0..<32).map { $0 < 2 })
  }

  @Test func channelAttentionShowsIt() {
    let scale = Variable(constant: Tensor(repeating: 1, [1]))
    let y = channelAttention(Self.spoiled([1, 4, 4, 6]), heads: 1, scale: scale)
    #expect(y.value.array.map(\.isNaN) == (0..<32).map { $0 % 2 == 0 })
  }
}
