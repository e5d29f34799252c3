import Foundation
import RAMiTAutograd
import RAMiTKernels
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  static func channelGate(_ function: ChannelGate.Function, _ shape: Shape) -> OperationCheck {
    OperationCheck("channelGate \(function) \(shape)", [Operand("x", shape)]) {
      RAMiTAutograd.channelGate($0.x, function)
    } twin: { v in
      let channels = shape.last / 2
      var y = DoubleTensor(zeros: Array(shape.dimensions.dropLast()) + [channels])
      for place in y.values.indices {
        let first = place / channels * 2 * channels + place % channels
        let a = v.x.values[first], b = v.x.values[first + channels]
        y.values[place] = (function == .gelu ? 0.5 * a * erfc(-a / 2.0.squareRoot()) : a) * b
      }
      return y
    }
  }

  static let largeGates = ChannelGate.Function.allCases.map { channelGate($0, [3, 90, 91, 26]) }
}
