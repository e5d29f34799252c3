import RAMiTKernels
import RAMiTTensorCore

/// The product of the two halves of the channels, the first of them through a function: f(a) b, where x is [a b].
///
/// - Parameters:
///   - x: ... x 2C.
///   - function: f; the halves themselves are multiplied by default.
/// - Returns: ... x C.
/// - Precondition: the channels are an even number.
public func channelGate(_ x: Variable, _ function: ChannelGate.Function = .identity) -> Variable {
  require(
    x.shape.rank >= 1 && x.shape.last % 2 == 0, "two halves are an even number of channels, not those of \(x.shape)")
  if GraphTrace.isRecording { return composedGate(x, function) }
  let rows = x.shape.rows, channels = x.shape.last / 2
  let kernel = ChannelGate(channels: channels, function: function)
  let y = Tensor(x.shape.replacing(-1, with: channels)) { kernel.forward(rows: rows, x.value.pointer, into: $0) }
  return Variable(y, from: [x]) { [x = x.saved] dy, gradients in
    gradients.write(to: x) { dx, accumulate in
      kernel.backward(rows: rows, x.value.pointer, dy: dy.pointer, dx: dx, accumulate: accumulate)
    }
  }
}

/// The gate from general operations.
private func composedGate(_ x: Variable, _ function: ChannelGate.Function) -> Variable {
  let halves = x.split(axis: -1, parts: 2)
  return switch function {
  case .identity: halves[0] * halves[1]
  case .gelu: gelu(halves[0]) * halves[1]
  }
}
