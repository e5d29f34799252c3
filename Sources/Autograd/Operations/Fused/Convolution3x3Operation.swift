import Kernels
import TensorCore

/// A 3x3 convolution with zero padding.
///
/// - Parameters:
///   - x: N x H x W x C.
///   - weight: O x 3 x 3 x C.
///   - bias: O.
/// - Returns: N x H x W x O.
public func convolution3x3(_ x: Variable, weight: Variable, bias: Variable) -> Variable {
  let (inputs, outputs) = (x.shape.last, weight.shape[0])
  precondition(x.shape.rank == 4, "a feature map is N x H x W x C, not \(x.shape)")
  precondition(weight.shape == [outputs, 3, 3, inputs], "the weight \(weight.shape) does not fit \(x.shape)")
  let size = MapSize(images: x.shape[0], height: x.shape[1], width: x.shape[2])
  let y = Tensor(x.shape.replacing(-1, with: outputs)) { y in
    convolve(
      Convolution3x3(size: size, inputs: inputs, outputs: outputs), x.value, weight: weight.value, bias: bias.value,
      into: y, adds: false)
  }
  return Variable(
    y, from: [x, weight, bias], multiplyAdds: x.shape.rows * weight.value.count
  ) { [x = x.saved] dy, gradients in
    let kernel = Convolution3x3(size: size, inputs: inputs, outputs: outputs)
    let memory = KernelMemory(scratch: kernel.scratchCount, pieces: kernel.pieces)
    let sums = GradientSums(count: kernel.gradientCount)
    kernel.backward(x.value.pointer, dy: dy.pointer, scratch: memory.scratch, sums: sums.sums)
    withExtendedLifetime(memory) {}
    var cursor = sums.results
    cursor.add(to: weight, gradients)
    cursor.add(to: bias, gradients)
    gradients.write(to: x) { dx, accumulate in
      let transposed = Tensor(uninitialized: [inputs, 3, 3, outputs])
      kernel.transpose(weight.value.pointer, into: transposed.pointer)
      convolve(
        Convolution3x3(size: size, inputs: outputs, outputs: inputs), dy, weight: transposed, bias: nil, into: dx,
        adds: accumulate)
    }
  }
}

private func convolve(
  _ kernel: Convolution3x3, _ x: Tensor, weight: Tensor, bias: Tensor?, into y: UnsafeMutablePointer<Float>, adds: Bool
) {
  let packed = Tensor(uninitialized: [kernel.packedCount])
  kernel.pack(weight.pointer, bias: bias?.pointer, into: packed.pointer)
  let memory = KernelMemory(scratch: kernel.scratchCount, pieces: kernel.pieces)
  kernel.forward(x.pointer, packed: packed.pointer, y, adds: adds, scratch: memory.scratch)
  withExtendedLifetime((packed, memory)) {}
}
