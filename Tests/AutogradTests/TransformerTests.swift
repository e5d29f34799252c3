import RAMiTAutograd
import RAMiTKernels
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// Channel attention, the two layers of a transformer's second half and shift convolutions, against their twins in
/// double precision.
@Suite struct TransformerTests {
  @Test(arguments: [
    OperationCheck.channelAttention([1, 4, 5], heads: 2, headDim: 3), .channelAttention([3, 7], heads: 1, headDim: 1),
    .channelAttention([2, 3, 3], heads: 2, headDim: 16), .channelAttention([1, 13, 11], heads: 1, headDim: 17),
    .channelAttention([2, 12, 12], heads: 3, headDim: 8), .channelAttention([1, 1], heads: 2, headDim: 5),
    .channelAttention([1, 6, 9], heads: 1, headDim: 48),
    .channelDotAttention([1, 4, 5], heads: 2, headDim: 3, scale: 0.3),
    .channelDotAttention([2, 12, 12], heads: 3, headDim: 17, scale: 0.1),
    .channelDotAttention([3, 7], heads: 1, headDim: 1, scale: 0.5),
  ])
  func channelAttention(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.mlp([1, 3, 5, 20], hidden: 40), .mlp([3, 2, 3, 36], hidden: 77, norm: true),
    .mlp([7, 12], hidden: 5, addsInput: true), .mlp([131, 16], hidden: 24, norm: true, addsInput: true),
    .mlp([2, 3, 9], hidden: 30, outputs: 5), .mlp([130, 10], hidden: 17, outputs: 33, norm: true),
    .mlp([1, 1], hidden: 1, addsInput: true),
  ])
  func mlp(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.fusedLinear([1, 3, 5, 20], to: 40), .fusedLinear([131, 12], to: 5, norm: true),
    .fusedLinear([3, 2, 9], to: 9, residual: true), .fusedLinear([2, 70, 33], to: 17, norm: true, residual: true),
    .fusedLinear([1], to: 1, residual: true), .fusedLinear([2, 5, 20], to: 7, norm: true, epsilon: 0.3),
    .fusedLinear([131, 12], to: 5, norm: true, subtractsMean: false, residual: true),
  ])
  func fusedLinear(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.shiftConv2d([1, 3, 5, 20], to: 40), .shiftConv2d([2, 9, 16, 33], to: 5, rectifies: true),
    .shiftConv2d([1, 1, 1, 9], to: 9, residual: true), .shiftConv2d([3, 1, 7, 4], to: 6, rectifies: true),
    .shiftConv2d([2, 12, 11, 60], to: 17, residual: true), .shiftConv2d([2, 3, 4, 9], to: 9, residual: true),
    .shiftConv2d([1, 131, 1, 85], to: 20),
  ])
  func shiftConv2d(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: Activation.allCases)
  func mlpActivations(_ activation: Activation) {
    let check = OperationCheck.mlp([2, 3, 12], hidden: 20, norm: true, addsInput: true, activation: activation)
    #expect(check.faults() == [])
  }

  /// Plain inference overwrites what was given away.
  @Test func theInputIsOverwrittenWhereItWasGivenAway() {
    let x = Variable(constant: Tensor(repeating: 2, [3, 8])), place = x.value.pointer
    func zeros(_ shape: Shape) -> Variable { Variable(constant: Tensor(zeros: shape)) }
    let hidden = PointwiseParameters(weight: zeros([4, 8]), bias: zeros([4]))
    let out = PointwiseParameters(weight: zeros([8, 4]), bias: zeros([8]))
    let kept = RAMiTAutograd.mlp(x, hidden: hidden, out: out, addsInput: true)
    #expect(kept.value.pointer != place && kept.value.array == x.value.array)
    let y = RAMiTAutograd.mlp(consume x, hidden: hidden, out: out, addsInput: true)
    #expect(y.value.pointer == place && y.value.array.allSatisfy { $0 == 2 })
    let sum = RAMiTAutograd.fusedLinear(zeros([3, 4]), out, adding: consume y)
    #expect(sum.value.pointer == place && sum.value.array.allSatisfy { $0 == 2 })
    let map = sum.reshaped([1, 1, 3, 8])
    _ = consume sum
    let shifted = RAMiTAutograd.shiftConv2d(zeros([1, 1, 3, 4]), out, adding: consume map)
    #expect(shifted.value.pointer == place && shifted.value.array.allSatisfy { $0 == 2 })
  }

  /// A model is counted without computing.
  @Test func metaTensorsHaveShapesAlone() {
    Tensor.withMetaTensors {
      func zeros(_ shape: Shape) -> Variable { Variable(constant: Tensor(uninitialized: shape)) }
      let qkv = zeros([1, 16, 16, 24])
      #expect(windowAttention(qkv, heads: 2, window: 8).shape == [1, 16, 16, 8])
      #expect(RAMiTAutograd.channelAttention(qkv, heads: 2, scale: zeros([2])).shape == [1, 16, 16, 8])
      let layers = (
        PointwiseParameters(weight: zeros([30, 24]), bias: zeros([30])),
        PointwiseParameters(weight: zeros([5, 30]), bias: zeros([5]))
      )
      #expect(RAMiTAutograd.mlp(qkv, hidden: layers.0, out: layers.1).shape == [1, 16, 16, 5])
      #expect(RAMiTAutograd.shiftConv2d(qkv, layers.0, rectifies: true).shape == [1, 16, 16, 30])
    }
  }
}
