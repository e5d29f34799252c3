import RAMiTAutograd
import RAMiTKernels
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// Every operation against its twin in double precision. The shapes are odd on purpose: channels that fill no whole
/// vectors, widths that fill no whole tiles, maps of one pixel or one window.
@Suite struct OperationTests {
  @Test(arguments: [
    OperationCheck.attention(height: 8, width: 8, spatial: 3, channel: 1, headDim: 16, window: 8),
    .attention(height: 8, width: 16, spatial: 3, channel: 1, headDim: 4, window: 8, shift: 4, helper: true),
    .attention(batch: 3, height: 8, width: 8, spatial: 2, channel: 2, headDim: 4, window: 4, shift: 2, helper: true),
    .attention(height: 4, width: 20, spatial: 3, channel: 1, headDim: 12, window: 4),
    .attention(height: 12, width: 4, spatial: 3, channel: 1, headDim: 8, window: 4, shift: 2, helper: true),
    .attention(batch: 3, height: 4, width: 4, spatial: 4, channel: 0, headDim: 8, window: 4),
    .attention(height: 8, width: 12, spatial: 4, channel: 0, headDim: 4, window: 4, shift: 2),
    .attention(height: 4, width: 4, spatial: 0, channel: 4, headDim: 8, window: 4),
    .attention(batch: 3, height: 4, width: 12, spatial: 0, channel: 4, headDim: 4, window: 4, shift: 2),
    .attention(height: 8, width: 4, spatial: 2, channel: 2, headDim: 16, window: 4),
    .attention(height: 8, width: 8, spatial: 1, channel: 1, headDim: 20, window: 4, helper: true),
    .attention(height: 6, width: 9, spatial: 1, channel: 2, headDim: 5, window: 3, shift: 1, helper: true),
    .attention(height: 4, width: 4, spatial: 3, channel: 1, headDim: 4, window: 4, helper: true, logitScale: 6),
  ])
  func attention(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.mobiVari(height: 5, width: 7, inputs: 20, outputs: 20),
    .mobiVari(batch: 3, height: 3, width: 4, inputs: 36, outputs: 16),
    .mobiVari(height: 1, width: 1, inputs: 16, outputs: 16),
    .mobiVari(height: 1, width: 19, inputs: 5, outputs: 3),
    .mobiVari(height: 5, width: 7, inputs: 20, outputs: 20, expanded: 28, groups: 4),
    .mobiVari(batch: 3, height: 3, width: 5, inputs: 36, outputs: 36, expanded: 45, groups: 3),
    .mobiVari(height: 18, width: 3, inputs: 16, outputs: 16, expanded: 20, groups: 4),
    .mobiVari(height: 35, width: 2, inputs: 6, outputs: 4, expanded: 9, groups: 3),
    .mobiVari(height: 4, width: 6, inputs: 77, outputs: 20, expanded: 93, groups: 1),
    .mobiVari(height: 1, width: 1, inputs: 12, outputs: 12, expanded: 15, groups: 3),
    .mobiVari(height: 2, width: 1, inputs: 64, outputs: 16, expanded: 80, groups: 4),
    .mobiVari(height: 3, width: 131, inputs: 6, outputs: 6, expanded: 9, groups: 3),
    .mobiVari(batch: 2, height: 2, width: 257, inputs: 4, outputs: 3),
    .joinedMobiVari(height: 8, width: 12, parts: [(6, 1), (4, 2), (2, 4)], outputs: 12, expanded: 16, groups: 4),
    .joinedMobiVari(batch: 2, height: 4, width: 8, parts: [(8, 1), (1, 4), (8, 1)], outputs: 5),
    .joinedMobiVari(height: 35, width: 3, parts: [(5, 1), (3, 1)], outputs: 8, expanded: 12, groups: 2),
  ])
  func mobiVari(_ check: OperationCheck) { #expect(check.faults() == []) }

  /// One kernel without a tape, two operations on one, with the same bits: maps of a part of a row, of many rows that
  /// go on together, and of rows that several strips have.
  @Test(arguments: [
    OperationCheck.mixedFeedForward(height: 1, width: 1, channels: 16, hidden: 32),
    .mixedFeedForward(batch: 2, height: 5, width: 7, channels: 20, expanded: 28, groups: 4, hidden: 36),
    .mixedFeedForward(height: 35, width: 9, channels: 6, expanded: 9, groups: 3, hidden: 5),
    .mixedFeedForward(height: 2, width: 135, channels: 5, hidden: 7),
    .mixedFeedForward(batch: 2, height: 3, width: 131, channels: 12, expanded: 16, groups: 4, hidden: 20),
  ])
  func mixedFeedForward(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: Activation.allCases)
  func mobiVariActivations(_ activation: Activation) {
    let versions = [
      OperationCheck.mobiVari(height: 4, width: 5, inputs: 12, outputs: 12, activation: activation),
      .mobiVari(height: 4, width: 5, inputs: 12, outputs: 12, expanded: 16, groups: 4, activation: activation),
    ]
    for check in versions { #expect(check.faults() == [], "\(check)") }
  }

  @Test(arguments: [
    OperationCheck.layerNorm([1, 3, 5, 20], residual: true), .layerNorm([3, 2, 2, 77], residual: false),
    .layerNorm([1, 1, 1, 16], residual: true), .layerNorm([1, 2, 1, 3], residual: false),
    .layerNorm([2, 16, 17, 5], residual: true), .layerNorm([37, 64], residual: false),
    .layerNorm([1, 3, 5, 20], residual: true, spread: 5e-3),
  ])
  func layerNorm(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.feedForward([1, 3, 5, 20], hidden: 40), .feedForward([3, 2, 3, 36], hidden: 77),
    .feedForward([1, 1, 1, 16], hidden: 32), .feedForward([1, 7, 11, 12], hidden: 5),
    .feedForward([131, 16], hidden: 24), .feedForward([131, 16], hidden: 24, keeps: true),
    .feedForward([1, 3, 5, 20], hidden: 40, branch: true),
    .feedForward([3, 2, 3, 36], hidden: 77, branch: true, keeps: true),
    .feedForward([131, 16], hidden: 24, branch: true, keeps: true),
    .feedForward([2, 3, 3, 20], hidden: 40, branch: true, epsilon: (0.3, 0.1)),
    .feedForward([5, 12], hidden: 24, branch: true, keeps: true, subtractsMean: (false, true)),
    .feedForward([5, 12], hidden: 24, branch: true, subtractsMean: (true, false)),
  ])
  func feedForward(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.sum([3, 5, 7]), .product([3, 5, 7]), .scaleAndShift([2, 3, 4, 3]), .scaleAndShift([1, 1, 1, 1]),
    .scaleAndShift([5, 20]), .shuffle([2, 3, 4, 12], 2), .shuffle([1, 1, 1, 27], 3), .shuffle([1, 2, 3, 16], 4),
    .shuffle([1, 2, 2, 5], 1), .cells([2, 4, 6, 5]), .cells([1, 2, 2, 16]),
    .dropping([2, 3, 5, 7], rate: 0.3), .dropping([37], rate: 0),
    .depth([3, 2, 5, 7], factors: [0, 1.25, 1]), .depth([1, 3], factors: [2]),
  ])
  func smallOperations(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: Activation.allCases)
  func activations(_ activation: Activation) {
    for shape in [OperationCheck.activation(activation, [77]), .activation(activation, [2, 3, 5, 16])] {
      #expect(shape.faults() == [])
    }
  }
}
