import RAMiTAutograd
import RAMiTNN

/// An efficient long-range attention block (ELAB): local feature extraction and attention in turn, with the same
/// attention maps.
final class ELAB: FusedLayer {
  private let extractions: [LFE]
  private let attentions: [GMSA]

  /// - Parameter isShifted: whether the windows are moved by half of their side.
  init(_ scope: ParameterScope, _ configuration: ELANConfiguration, isShifted: Bool) {
    extractions = (0...configuration.sharing).map { LFE(scope / "modules_lfe" / "lfe_\($0)", configuration) }
    attentions = (0...configuration.sharing).map {
      GMSA(scope / "modules_gmsa" / "gmsa_\($0)", configuration, isShifted: isShifted, sharesMaps: $0 > 0)
    }
  }

  /// N x H x W x C to the same, H and W multiples of the windows.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    // A graph has the attention maps once.
    if GraphTrace.isRecording { return composed(x, context: context) }
    guard let context, context.checkpointing == .stages else { return run(consume x, context: context) }
    return checkpointed([x]) { [self] inputs in [run(inputs[0], context: context.with(.blocks))] }[0]
  }

  /// Attention maps are computed again where they are used again: from the first attention's queries, which are small
  /// beside them.
  private func run(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    var x = consume x
    var queries: Variable?
    for (index, attention) in attentions.enumerated() {
      x = extractions[index](consume x, context: context)
      let features = attention.project(x, context: context)
      if index == 0, attentions.count > 1 { queries = features }
      x = attention(consume x, features: consume features, queries: index > 0 ? queries : nil)
    }
    return x
  }

  func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    var y = x
    var maps: [Variable]?
    for (extraction, attention) in zip(extractions, attentions) {
      let (attended, used) = attention.composed(
        extraction.composed(y, context: context), maps: maps, context: context)
      (y, maps) = (attended, used)
    }
    return y
  }
}
