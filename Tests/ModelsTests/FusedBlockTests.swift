import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTModels

/// Blocks with two bodies: the fast one does what the definition says.
struct FusedBlockTests {
  @Test(arguments: [0, 4])
  func swinTransformerLayer(shift: Int) {
    var configuration = SwinIRConfiguration(task: .x2)
    configuration.dim = 18
    check([2, 16, 24, 18]) {
      SwinTransformerLayer($0, configuration, heads: 3, shift: shift, layer: 0, dropRate: 0)
    }
  }

  @Test(arguments: [(0, 2), (2, 2), (2, 3)])
  func nstb(shift: Int, ngram: Int) {
    var configuration = NGswinConfiguration(task: .x2)
    (configuration.dim, configuration.window, configuration.heads[0], configuration.ngrams[0]) = (16, 4, 3, ngram)
    check([2, 16, 8, 16]) { NSTB($0, configuration, stage: 0, shift: shift, block: 0) }
  }

  /// With many pixels and with few.
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

  /// Branches are skipped in both bodies alike.
  @Test func skippedBranches() {
    let configuration = SwinIRConfiguration(task: .x2)
    let context = TrainingContext(seed: 1, iteration: 2)
    check([3, 8, 8, 60], context: context) {
      SwinTransformerLayer($0, configuration, heads: 6, shift: 4, layer: 1, dropRate: 0.5)
    }
    var ngswin = NGswinConfiguration(task: .x2)
    ngswin.stochasticDepth = 0.5
    check([3, 16, 8, 64], context: context) { NSTB($0, ngswin, stage: 3, shift: 4, block: 19) }
  }

  private func check(
    _ shape: Shape, context: TrainingContext? = nil, _ make: (ParameterScope) -> any FusedLayer
  ) {
    let scope = ParameterScope(seed: 1), block = make(scope), store = ParameterStore(scope)
    var random = RandomNumbers(seed: 2)
    for i in 0..<store.count { store.values.pointer[i] += 0.4 * (random.uniform() - 0.5) }
    let x = Tensor((0..<shape.count).map { _ in 2 * random.uniform() - 1 }, shape)
    let difference = largestDifference(
      between: { block($0, context: context) }, and: { block.composed($0, context: context) }, at: x,
      gradients: store.parameters.map(\.gradient))
    #expect(difference < 1e-4)
  }
}
