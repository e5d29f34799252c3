import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTModels

/// Blocks of NAFNet and Restormer with two bodies: the fast one does what the definition says, with many pixels and
/// with few.
struct ConvolutionalBlockTests {
  @Test(arguments: [[2, 5, 7, 12], [1, 40, 33, 10], [2, 32, 32, 5]] as [Shape])
  func nafBlock(_ shape: Shape) {
    check(shape) { NAFBlock($0, channels: shape.last) }
  }

  @Test(arguments: [[2, 5, 7, 12], [1, 40, 33, 8]] as [Shape], [true, false])
  func transformerBlock(_ shape: Shape, hasBias: Bool) {
    var configuration = RestormerConfiguration(task: hasBias ? .dr : .dn)
    configuration.bias = hasBias
    check(shape) { [configuration] in TransformerBlock($0, configuration, channels: shape.last, heads: 2) }
  }

  private func check(_ shape: Shape, _ make: (ParameterScope) -> any FusedLayer) {
    let scope = ParameterScope(seed: 1), block = make(scope), store = ParameterStore(scope)
    var random = RandomNumbers(seed: 2)
    for i in 0..<store.count { store.values.pointer[i] += 0.4 * (random.uniform() - 0.5) }
    let x = Tensor((0..<shape.count).map { _ in 2 * random.uniform() - 1 }, shape)
    let difference = largestDifference(
      between: { block($0, context: nil) }, and: { block.composed($0, context: nil) }, at: x,
      gradients: store.parameters.map(\.gradient))
    #expect(difference < 1e-4)
  }
}
