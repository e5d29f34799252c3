import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// Convolutions against their twins: every parameter alone and together, kernels larger than the map, maps of one
/// pixel, channels that fill no vectors and rows that fill no tiles.
@Suite struct ConvolutionTests {
  @Test(arguments: [
    OperationCheck.conv2d([1, 5, 7, 3], to: 20, kernel: IntPair(3), Twin.Window(padding: IntPair(1))),
    .conv2d([2, 4, 9, 20], to: 12, kernel: IntPair(3)),
    .conv2d([3, 4, 3, 20], to: 12, kernel: IntPair(3), Twin.Window(padding: IntPair(1))),
    .conv2d([1, 3, 18, 36], to: 27, kernel: IntPair(3), Twin.Window(padding: IntPair(1))),
    .conv2d([1, 1, 1, 16], to: 3, kernel: IntPair(3), Twin.Window(padding: IntPair(1)), bias: false),
    .conv2d([1, 1, 37, 1], to: 1, kernel: IntPair(1, 5), Twin.Window(padding: IntPair(0, 2))),
    .conv2d([1, 18, 2, 5], to: 77, kernel: IntPair(3), Twin.Window(padding: IntPair(1))),
    .conv2d([2, 3, 5, 20], to: 7, kernel: IntPair(1)),
    .conv2d([1, 13, 11, 4], to: 33, kernel: IntPair(1), bias: false),
    .conv2d([1, 9, 11, 4], to: 6, kernel: IntPair(3), Twin.Window(stride: IntPair(2), padding: IntPair(1))),
    .conv2d([1, 9, 30, 4], to: 17, kernel: IntPair(1), Twin.Window(stride: IntPair(3, 2))),
    .conv2d([1, 9, 31, 3], to: 5, kernel: IntPair(2), Twin.Window(stride: IntPair(2)), bias: false),
    .conv2d([2, 12, 12, 5], to: 4, kernel: IntPair(4, 3), Twin.Window(stride: IntPair(3, 2), padding: IntPair(2, 1))),
    .conv2d([1, 9, 21, 4], to: 6, kernel: IntPair(3), Twin.Window(padding: IntPair(2), dilation: IntPair(2))),
    .conv2d(
      [1, 11, 12, 4], to: 6, kernel: IntPair(3, 2),
      Twin.Window(stride: IntPair(2), padding: IntPair(1, 3), dilation: IntPair(2, 3))),
    .conv2d([1, 6, 19, 8], to: 12, kernel: IntPair(3), Twin.Window(padding: IntPair(1), groups: 4)),
    .conv2d([2, 5, 5, 6], to: 70, kernel: IntPair(3), Twin.Window(padding: IntPair(1), groups: 2), bias: false),
    .conv2d([1, 6, 9, 6], to: 6, kernel: IntPair(3), Twin.Window(stride: IntPair(2), padding: IntPair(1), groups: 6)),
    .conv2d([1, 3, 2, 4], to: 6, kernel: IntPair(7), Twin.Window(padding: IntPair(3))),
    .conv2d([1, 4, 10, 2], to: 3, kernel: IntPair(2), Twin.Window(padding: IntPair(4))),
    .conv2d([1, 2, 3, 65], to: 130, kernel: IntPair(2), Twin.Window(padding: IntPair(1))),
    .conv2d([1, 3, 20, 48], to: 64, kernel: IntPair(3), Twin.Window(padding: IntPair(1))),
  ])
  func conv2d(_ check: OperationCheck) { #expect(check.faults() == [], "\(check)") }

  /// 3x3 with so many channels goes by Winograd's tiles: odd sizes leave half tiles, short rows only the forward pass.
  @Test(arguments: [
    OperationCheck.conv2d([1, 3, 13, 48], to: 33, kernel: IntPair(3), Twin.Window(padding: IntPair(1))),
    .conv2d([2, 4, 12, 33], to: 50, kernel: IntPair(3), Twin.Window(padding: IntPair(2)), bias: false),
    .conv2d([1, 1, 35, 48], to: 32, kernel: IntPair(3), Twin.Window(padding: IntPair(1))),
    .conv2d([2, 4, 38, 32], to: 70, kernel: IntPair(3), Twin.Window(padding: IntPair(0, 1))),
  ])
  func conv2dOfManyChannels(_ check: OperationCheck) { #expect(check.faults() == [], "\(check)") }

  @Test(arguments: [
    OperationCheck.convTranspose2d([1, 5, 7, 3], to: 20, kernel: IntPair(2), Twin.Window(stride: IntPair(2))),
    .convTranspose2d([2, 4, 9, 20], to: 12, kernel: IntPair(3), Twin.Window(padding: IntPair(1))),
    .convTranspose2d([1, 1, 1, 3], to: 2, kernel: IntPair(3), bias: false),
    .convTranspose2d([1, 4, 13, 6], to: 5, kernel: IntPair(4), Twin.Window(stride: IntPair(2), padding: IntPair(1))),
    .convTranspose2d(
      [1, 4, 5, 6], to: 4, kernel: IntPair(3), Twin.Window(stride: IntPair(2), padding: IntPair(1)),
      outputPadding: IntPair(1)),
    .convTranspose2d(
      [2, 3, 5, 6], to: 9, kernel: IntPair(3, 2),
      Twin.Window(stride: IntPair(3, 1), dilation: IntPair(1, 3), groups: 3),
      outputPadding: IntPair(2, 1), bias: false),
    .convTranspose2d([1, 3, 4, 5], to: 3, kernel: IntPair(1), Twin.Window(stride: IntPair(3))),
  ])
  func convTranspose2d(_ check: OperationCheck) { #expect(check.faults() == [], "\(check)") }

  @Test(arguments: [
    OperationCheck.depthwiseConv2d([1, 5, 7, 3], kernel: IntPair(3), Twin.Window(padding: IntPair(1))),
    .depthwiseConv2d([2, 4, 19, 20], kernel: IntPair(3)),
    .depthwiseConv2d([1, 1, 1, 16], kernel: IntPair(3), Twin.Window(padding: IntPair(1)), bias: false),
    .depthwiseConv2d([1, 9, 27, 17], kernel: IntPair(5, 3), Twin.Window(stride: IntPair(2), padding: IntPair(2, 1))),
    .depthwiseConv2d([1, 12, 30, 4], kernel: IntPair(3), Twin.Window(padding: IntPair(3), dilation: IntPair(3))),
    .depthwiseConv2d([1, 7, 9, 5], kernel: IntPair(1), Twin.Window(stride: IntPair(2)), bias: false),
    .depthwiseConv2d([1, 3, 2, 4], kernel: IntPair(7), Twin.Window(padding: IntPair(3))),
    .depthwiseConv2d(
      [1, 11, 12, 4], kernel: IntPair(3, 2),
      Twin.Window(stride: IntPair(2), padding: IntPair(1, 3), dilation: IntPair(2, 3))),
  ])
  func depthwiseConv2d(_ check: OperationCheck) { #expect(check.faults() == [], "\(check)") }

  @Test func metaTensorsHaveShapes() {
    Tensor.withMetaTensors {
      func meta(_ shape: Shape) -> Variable { Variable(constant: Tensor(zeros: shape)) }
      let x = meta([8, 512, 512, 64])
      #expect(RAMiTAutograd.conv2d(x, weight: meta([64, 3, 3, 64]), bias: meta([64]), padding: 1).shape == x.shape)
      #expect(RAMiTAutograd.depthwiseConv2d(x, weight: meta([3, 3, 64]), stride: 2).shape == [8, 255, 255, 64])
      #expect(RAMiTAutograd.convTranspose2d(x, weight: meta([64, 2, 2, 8]), stride: 2).shape == [8, 1024, 1024, 8])
      #expect(globalAvgPool2d(avgPool2d(x, kernelSize: 2)).shape == [8, 1, 1, 64])
      #expect(interpolate(x, scale: 0.5, mode: .bicubic).shape == [8, 256, 256, 64])
    }
  }

  /// Stride, padding and dilation may be numbers where both axes have the same.
  @Test func numbersStandForBothAxes() {
    let x = Variable(constant: Tensor((0..<25).map(Float.init), [1, 5, 5, 1]))
    let weight = Variable(constant: Tensor(repeating: 1, [1, 3, 3, 1]))
    #expect(
      RAMiTAutograd.conv2d(x, weight: weight, stride: 2, padding: 1).value.array == [
        12, 27, 24, 63, 108, 81, 72, 117, 84,
      ])
    #expect(RAMiTAutograd.conv2d(x, weight: weight, dilation: 2).value.array == [108])
  }
}
