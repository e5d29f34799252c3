import RAMiTAutograd
import RAMiTKernels
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// Gates of one half of the channels by the other.
@Suite struct GateTests {
  @Test(arguments: ChannelGate.Function.allCases)
  func gates(_ function: ChannelGate.Function) {
    for shape in [[2, 3, 5, 34], [1, 1, 1, 2], [7, 64], [6]] as [Shape] {
      #expect(OperationCheck.channelGate(function, shape).faults() == [], "\(shape)")
    }
  }
}
