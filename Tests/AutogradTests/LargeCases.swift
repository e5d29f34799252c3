import RAMiTKernels
import RAMiTOperationTestSupport

extension OperationCheck {
  /// Every operation at sizes that are cut into many pieces of work, unequal ones among them.
  static let large =
    [
      largeBlocks, largeConvolutions, largeMatrixProducts, largeActivations, largeLosses, largeElementwise,
      largeReductions, largeShapes, largeNorms, largeWindowAttention, largeTransformerParts, largeGates,
    ].flatMap { $0 }

  private static let largeBlocks: [OperationCheck] =
    [
      attention(
        batch: 2, height: 40, width: 48, spatial: 3, channel: 1, headDim: 16, window: 8, shift: 4, helper: true),
      attention(batch: 3, height: 36, width: 20, spatial: 2, channel: 2, headDim: 8, window: 4),
      attention(batch: 1, height: 40, width: 8, spatial: 0, channel: 4, headDim: 4, window: 8),
      attention(batch: 1, height: 40, width: 16, spatial: 4, channel: 0, headDim: 12, window: 8, shift: 4),
      mobiVari(batch: 2, height: 70, width: 30, inputs: 36, outputs: 36, expanded: 44, groups: 4),
      mobiVari(batch: 3, height: 37, width: 20, inputs: 20, outputs: 16, activation: .gelu),
      mixedFeedForward(batch: 2, height: 37, width: 210, channels: 20, expanded: 28, groups: 4, hidden: 40),
      joinedMobiVari(
        batch: 2, height: 40, width: 24, parts: [(16, 1), (4, 2)], outputs: 20, expanded: 24, groups: 4),
      layerNorm([3, 37, 41, 20], residual: true), feedForward([3, 37, 41, 20], hidden: 40),
      feedForward([3, 37, 41, 20], hidden: 40, branch: true, keeps: true),
      sum([3, 90, 91, 12]), product([3, 90, 91, 12]), scaleAndShift([3, 210, 211, 3]), shuffle([3, 60, 61, 12], 2),
      cells([3, 60, 62, 12]),
      dropping([3, 90, 91, 12], rate: 0.3),
      depth([3, 90, 91, 12], factors: [0, 1.25, 1]),
    ]

  private static let largeActivations = Activation.allCases.map { activation($0, [3, 90, 91, 12]) }

  private static let largeLosses = Loss.allCases.map { loss($0, $0 == .fourier ? [3, 90, 77, 3] : [3, 210, 211, 3]) }
}
