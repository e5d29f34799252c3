import RAMiTAutograd
import RAMiTNN

/// D-RAMiT blocks at one resolution.
final class Stage {
  private let blocks: [DRAMiTBlock]

  /// - Parameter stage: its number, from 0.
  init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration, stage: Int) {
    let first = configuration.depths[..<stage].reduce(0, +)
    let positions = WindowAttention.relativePositionIndex(window: configuration.window)
    blocks = (0..<configuration.depths[stage]).map { index in
      let scope = scope / "blocks" / "block\(index)", spatial = scope / "sp_attn"
      let configuration = configuration.ofBlock(index)
      // Published files have the index of spatial attention; earlier ones a mask.
      if configuration.spatialHeads > 0, configuration.positionEncoding == .relativeBias {
        _ = spatial.buffer("relative_position_index", positions, isOptional: true, isInteger: true)
      }
      for scope in [scope, spatial] { scope.ignore("attn_mask") }
      return DRAMiTBlock(scope, configuration, index: first + index, shift: configuration.shift(ofBlock: index))
    }
  }

  /// - Returns: the features and the last block's mixed attention, both of the shape of x.
  func callAsFunction(
    _ x: consuming Variable, context: TrainingContext?
  ) -> (x: Variable, attention: Variable) {
    guard let context, context.checkpointing == .stages else { return run(consume x, context: context) }
    let results = checkpointed([x]) { [self] inputs in
      let (x, attention) = run(inputs[0], context: context.with(.blocks))
      return [x, attention]
    }
    return (results[0], results[1])
  }

  private func run(
    _ x: consuming Variable, context: TrainingContext?
  ) -> (x: Variable, attention: Variable) {
    // Each block consumes what the one before gave, whose memory then serves the next.
    var x = consume x
    var heads: Variable?
    for block in blocks.dropLast() {
      (x, heads) = block.withoutAttention(consume x, previous: heads.take(), context: context)
    }
    let result = blocks[blocks.count - 1](consume x, previous: heads.take(), context: context)
    return (result.x, result.attention)
  }
}
