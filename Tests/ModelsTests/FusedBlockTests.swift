import RAMiTAutograd
import RAMiTNN
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

@testable import RAMiTModels

/// Blocks with two bodies: the fast one does what the definition says.
struct FusedBlockTests {
  /// A body of a block: from feature maps to feature maps.
  typealias Body = (_ maps: [Variable], TrainingContext?) -> [Variable]

  struct Case: Sendable, CustomStringConvertible {
    let description: String
    /// Of the maps that both bodies take.
    let shapes: [Shape]
    /// Of the training steps in which they are compared, beside inference.
    let contexts: [TrainingContext]
    let make: @Sendable (ParameterScope) -> (fast: Body, composed: Body)

    init(
      _ name: String, _ shapes: [Shape], contexts: [TrainingContext] = [],
      bodies make: @escaping @Sendable (ParameterScope) -> (fast: Body, composed: Body)
    ) {
      (description, self.shapes, self.contexts, self.make) = (name, shapes, contexts, make)
    }

    init(
      _ name: String, _ shape: Shape, contexts: [TrainingContext] = [],
      _ make: @escaping @Sendable (ParameterScope) -> any FusedLayer
    ) {
      self.init(name, [shape], contexts: contexts) { scope in
        let layer = make(scope)
        return ({ [layer($0[0], context: $1)] }, { [layer.composed($0[0], context: $1)] })
      }
    }
  }

  @Test(
    arguments: swinTransformerLayers + nstbs + nafBlocks + transformerBlocks + mobiVariLayers + reciprocalAttentions
      + separateAttentions + dramitBlocks + hierarchy)
  func bothBodiesAgree(_ block: Case) {
    let scope = ParameterScope(seed: 1), (fast, composed) = block.make(scope), store = ParameterStore(scope)
    var random = RandomNumbers(seed: 2)
    for i in 0..<store.count { store.values.pointer[i] += 0.4 * (random.uniform() - 0.5) }
    let maps = block.shapes.map { shape in Tensor((0..<shape.count).map { _ in 2 * random.uniform() - 1 }, shape) }
    for context in [nil] + block.contexts.map(Optional.some) {
      let difference = largestDifference(
        between: { fast($0, context) }, and: { composed($0, context) }, at: maps,
        gradients: store.parameters.map(\.gradient))
      #expect(difference < 1e-4, "\(context.map { "\($0.checkpointing)" } ?? "inference")")
    }
  }

  /// Steps in which something is dropped, with all intermediates saved and with those of the blocks computed again.
  static let steps = [ActivationCheckpointing.none, .blocks].map {
    TrainingContext(seed: 1, iteration: 2, checkpointing: $0)
  }

  private static let swinTransformerLayers =
    [0, 4].map { shift in
      Case("Swin Transformer layer, shift \(shift)", [2, 16, 24, 18]) {
        var configuration = SwinIRConfiguration(task: .x2)
        configuration.dim = 18
        return SwinTransformerLayer($0, configuration, heads: 3, shift: shift, layer: 0, dropRate: 0)
      }
    } + [
      Case("Swin Transformer layer, skipped branches", [3, 8, 8, 60], contexts: steps) {
        SwinTransformerLayer(
          $0, SwinIRConfiguration(task: .x2), heads: 6, shift: 4, layer: 1, dropRate: 0.5)
      }
    ]

  private static let nstbs =
    [(0, 2), (2, 2), (2, 3)].map { shift, ngram in
      Case("NSTB, shift \(shift), \(ngram)-gram", [2, 16, 8, 16]) {
        var configuration = NGswinConfiguration(task: .x2)
        (configuration.dim, configuration.window, configuration.heads[0], configuration.ngrams[0]) = (16, 4, 3, ngram)
        return NSTB($0, configuration, stage: 0, shift: shift, block: 0)
      }
    } + [
      Case("NSTB, skipped branches", [3, 16, 8, 64], contexts: steps) {
        var configuration = NGswinConfiguration(task: .x2)
        configuration.stochasticDepth = 0.5
        return NSTB($0, configuration, stage: 3, shift: 4, block: 19)
      }
    ]

  /// With many pixels and with few.
  private static let nafBlocks = ([[2, 5, 7, 12], [1, 40, 33, 10], [2, 32, 32, 5]] as [Shape]).map { shape in
    Case("NAFBlock, \(shape)", shape) { NAFBlock($0, channels: shape.last) }
  }

  private static let transformerBlocks = ([[2, 5, 7, 12], [1, 40, 33, 8]] as [Shape]).flatMap { shape in
    [true, false].map { hasBias in
      Case("Restormer's block, \(shape), \(hasBias ? "with" : "without") biases", shape) {
        var configuration = RestormerConfiguration(task: hasBias ? .dr : .dn)
        configuration.bias = hasBias
        return TransformerBlock($0, configuration, channels: shape.last, heads: 2)
      }
    }
  }
}
