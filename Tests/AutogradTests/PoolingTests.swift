import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// Pooling and resizing against their twins.
@Suite struct PoolingTests {
  @Test(arguments: [
    OperationCheck.maxPool2d([2, 4, 6, 5], kernelSize: IntPair(2)), .maxPool2d([1, 4, 8, 20], kernelSize: IntPair(4)),
    .maxPool2d([1, 3, 3, 1], kernelSize: IntPair(3)), .maxPool2d([1, 2, 2, 3], kernelSize: IntPair(1)),
    .maxPool2d([2, 7, 9, 18], kernelSize: IntPair(3), stride: IntPair(2), padding: IntPair(1)),
    .maxPool2d([1, 5, 6, 3], kernelSize: IntPair(3), stride: IntPair(1), padding: IntPair(1)),
    .maxPool2d([1, 8, 7, 4], kernelSize: IntPair(2, 3), stride: IntPair(3, 1), padding: IntPair(0, 1)),
    .maxPool2d([1, 5, 5, 2], kernelSize: IntPair(1), stride: IntPair(2)),
    .maxPool2d([1, 5, 7, 2], kernelSize: IntPair(2)),
  ])
  func maxPool2d(_ check: OperationCheck) { #expect(check.faults() == [], "\(check)") }

  @Test(arguments: [
    OperationCheck.avgPool2d([2, 4, 6, 5], kernelSize: IntPair(2)),
    .avgPool2d([1, 7, 9, 18], kernelSize: IntPair(3), stride: IntPair(2), padding: IntPair(1)),
    .avgPool2d([1, 7, 9, 18], kernelSize: IntPair(3), stride: IntPair(2), padding: IntPair(1), counts: false),
    .avgPool2d([1, 8, 7, 4], kernelSize: IntPair(2, 3), stride: IntPair(3, 1), padding: IntPair(1, 0), counts: false),
    .avgPool2d([1, 5, 5, 2], kernelSize: IntPair(1), stride: IntPair(2)),
    .adaptiveAvgPool2d([2, 7, 9, 5], height: 3, width: 4), .adaptiveAvgPool2d([1, 3, 2, 17], height: 5, width: 4),
    .adaptiveAvgPool2d([1, 8, 6, 3], height: 4, width: 2), .adaptiveAvgPool2d([2, 5, 3, 4], height: 1, width: 1),
    .globalAvgPool2d([3, 5, 7, 20]), .globalAvgPool2d([1, 1, 1, 1]),
  ])
  func avgPool2d(_ check: OperationCheck) { #expect(check.faults() == [], "\(check)") }

  @Test(arguments: [
    OperationCheck.interpolate([2, 5, 7, 3], height: 10, width: 14, .nearest),
    .interpolate([1, 7, 5, 18], height: 3, width: 11, .nearest), .interpolate([1, 7, 5, 4], scale: 1.5, .nearest),
    .interpolate([2, 5, 7, 3], height: 10, width: 14, .bilinear), .interpolate([1, 7, 5, 4], scale: 0.6, .bilinear),
    .interpolate([1, 2, 14, 2], scale: 1.3, .nearest), .interpolate([1, 2, 14, 2], scale: 1.3, .bilinear),
    .interpolate([1, 2, 14, 2], scale: 1.3, .bicubic), .interpolate([1, 7, 5, 18], height: 3, width: 11, .bilinear),
    .interpolate([1, 7, 5, 18], height: 3, width: 11, .bilinear, alignCorners: true),
    .interpolate([1, 4, 5, 2], height: 1, width: 1, .bilinear, alignCorners: true),
    .interpolate([1, 1, 1, 2], height: 3, width: 2, .bilinear),
    .interpolate([2, 5, 7, 3], height: 10, width: 14, .bicubic), .interpolate([1, 7, 5, 4], scale: 1.3, .bicubic),
    .interpolate([1, 7, 5, 18], height: 3, width: 11, .bicubic, alignCorners: true),
    .interpolate([1, 2, 1, 2], height: 3, width: 5, .bicubic),
    .interpolate([1, 17, 13, 3], height: 6, width: 20, .bilinear, antialias: true),
    .interpolate([1, 17, 13, 18], height: 6, width: 5, .bicubic, antialias: true),
  ])
  func interpolate(_ check: OperationCheck) { #expect(check.faults() == [], "\(check)") }

  /// As in PyTorch: of equal largest elements the first one gets the whole gradient.
  @Test func theFirstLargestGetsTheGradient() {
    let (_, gradient) = maxPooled([0, 7, 5, 5, 7, 7, 5, 5], stride: 2, seed: [2, 3])
    #expect(gradient == [0, 2, 3, 0, 0, 0, 0, 0])
  }

  /// Overlapping windows add up at their common largest element.
  @Test func gradientsOfOverlappingWindowsAddUp() {
    let (value, gradient) = maxPooled([0, 7, 5, 5, 1, 2, 5, 6], stride: 1, seed: [1, 2, 4])
    #expect(value == [7, 7, 6])
    #expect(gradient == [0, 3, 0, 0, 0, 0, 0, 4])
  }

  @Test func notANumberIsTheLargest() {
    let (value, _) = maxPooled([0, .nan, 5, 5, 7, 7, 5, 5], stride: 2, seed: [2, 3])
    #expect(value[0].isNaN && value[1] == 5)
  }

  /// Windows of 2 x 2 on a map of 2 x 4.
  private func maxPooled(_ values: [Float], stride: Int, seed: [Float]) -> (value: [Float], gradient: [Float]) {
    let tape = Tape(), gradient = Tensor(zeros: [1, 2, 4, 1])
    let x = Variable(leaf: Tensor(values, [1, 2, 4, 1]), gradient: gradient)
    let y = tape.record { RAMiTAutograd.maxPool2d(x, kernelSize: 2, stride: stride) }
    tape.backward(from: y, seed: Tensor(seed, y.shape))
    return (y.value.array, gradient.array)
  }
}
