import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  static func conv2d(
    _ map: Shape, to outputs: Int, kernel: IntPair, _ window: Twin.Window = Twin.Window(), bias: Bool = true
  ) -> OperationCheck {
    let each = map[3] / window.groups
    let operands = [
      Operand("x", map),
      Operand(
        "weight", [outputs, kernel.height, kernel.width, each],
        spread: 1 / Float(kernel.height * kernel.width * each).squareRoot()),
    ]
    return OperationCheck(
      "conv2d \(map) to \(outputs), kernel \(kernel), \(window)", operands + (bias ? [Operand("bias", [outputs])] : [])
    ) { v in
      RAMiTAutograd.conv2d(
        v.x, weight: v.weight, bias: v.optional("bias"), stride: window.stride, padding: window.padding,
        dilation: window.dilation, groups: window.groups)
    } twin: { v in
      Twin.conv2d(v.x, weight: v.weight, bias: v.optional("bias"), window)
    }
  }

  static func convTranspose2d(
    _ map: Shape, to outputs: Int, kernel: IntPair, _ window: Twin.Window = Twin.Window(),
    outputPadding: IntPair = IntPair(0), bias: Bool = true
  ) -> OperationCheck {
    let each = outputs / window.groups
    let operands = [
      Operand("x", map),
      Operand("weight", [map[3], kernel.height, kernel.width, each], spread: 1 / Float(map[3]).squareRoot()),
    ]
    return OperationCheck(
      "convTranspose2d \(map) to \(outputs), kernel \(kernel), \(window), output padding \(outputPadding)",
      operands + (bias ? [Operand("bias", [outputs])] : [])
    ) { v in
      RAMiTAutograd.convTranspose2d(
        v.x, weight: v.weight, bias: v.optional("bias"), stride: window.stride, padding: window.padding,
        outputPadding: outputPadding, dilation: window.dilation, groups: window.groups)
    } twin: { v in
      Twin.convTranspose2d(v.x, weight: v.weight, bias: v.optional("bias"), window, outputPadding: outputPadding)
    }
  }

  static func depthwiseConv2d(
    _ map: Shape, kernel: IntPair, _ window: Twin.Window = Twin.Window(), bias: Bool = true
  ) -> OperationCheck {
    let operands = [
      Operand("x", map),
      Operand(
        "weight", [kernel.height, kernel.width, map[3]], spread: 1 / Float(kernel.height * kernel.width).squareRoot()),
    ]
    return OperationCheck(
      "depthwiseConv2d \(map), kernel \(kernel), \(window)", operands + (bias ? [Operand("bias", [map[3]])] : [])
    ) { v in
      RAMiTAutograd.depthwiseConv2d(
        v.x, weight: v.weight, bias: v.optional("bias"), stride: window.stride, padding: window.padding,
        dilation: window.dilation)
    } twin: { v in
      Twin.depthwiseConv2d(v.x, weight: v.weight, bias: v.optional("bias"), window)
    }
  }

  /// At sizes that are cut into many pieces of work.
  static let largeConvolutions: [OperationCheck] = [
    conv2d([2, 37, 40, 20], to: 36, kernel: IntPair(3), Twin.Window(padding: IntPair(1))),
    conv2d([1, 66, 21, 6], to: 70, kernel: IntPair(5, 3), Twin.Window(stride: IntPair(2), padding: IntPair(2, 0))),
    conv2d([3, 20, 23, 12], to: 18, kernel: IntPair(3), Twin.Window(dilation: IntPair(2), groups: 3)),
    conv2d([2, 35, 30, 20], to: 33, kernel: IntPair(1)),
    conv2d([2, 37, 39, 33], to: 70, kernel: IntPair(3), Twin.Window(padding: IntPair(1))),
    convTranspose2d([2, 20, 23, 12], to: 20, kernel: IntPair(4), Twin.Window(stride: IntPair(2), padding: IntPair(1))),
    depthwiseConv2d([2, 70, 61, 20], kernel: IntPair(3), Twin.Window(padding: IntPair(1))),
    depthwiseConv2d([1, 66, 65, 33], kernel: IntPair(5), Twin.Window(stride: IntPair(2), padding: IntPair(2))),
  ]
}
