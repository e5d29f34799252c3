import RAMiTKernels
import RAMiTParallel
import RAMiTTensorCore

/// Memory that a fused kernel borrows from the pool for the time of a call.
struct KernelMemory {
  let scratch: Scratch
  private let tensor: Tensor

  /// - Parameters:
  ///   - count: floats for each worker.
  ///   - pieces: the pieces of work.
  init(scratch count: Int, pieces: Int) {
    let padded = paddedToVector(count)
    // Enough workers for any kernel with this many pieces, or with groups of them.
    tensor = Tensor(uninitialized: [max(1, workerCount(for: pieces)) * padded])
    scratch = Scratch(tensor.pointer, count: padded)
  }
}

/// The sums of a kernel's parameter gradients.
struct GradientSums {
  let sums: PartialSums
  private let tensor: Tensor

  init(count: Int) {
    tensor = Tensor(uninitialized: [PartialSums.groups * count])
    sums = PartialSums(tensor.pointer, count: count)
  }

  /// Hands out the sums when the kernel has run, parameter by parameter, in the kernel's order.
  var results: Cursor { Cursor(tensor: tensor, next: 0) }

  struct Cursor {
    let tensor: Tensor
    var next: Int

    /// Adds the sums that come next to the gradient of `parameter`.
    mutating func add(to parameter: some Operand, _ gradients: Gradients) {
      let count = parameter.shape.count
      gradients.add(tensor.slice(next..<next + count).reshaped(parameter.shape), to: parameter)
      next += count
    }
  }

  /// Adds the sums to the gradients of all parameters, in the kernel's order.
  func add(to parameters: [some Operand], _ gradients: Gradients) {
    var cursor = results
    for parameter in parameters { cursor.add(to: parameter, gradients) }
  }
}

extension Gradients {
  /// Adds the gradient of a bias that was added to each row of a result: the sums of the columns of `dy`.
  func addColumnSums(of dy: Tensor, to bias: (some Operand)?) {
    guard let bias, bias.requiresGradient else { return }
    let sums = GradientSums(count: dy.shape.last)
    RAMiTKernels.addColumnSums(dy.pointer, rows: dy.shape.rows, columns: dy.shape.last, sums: sums.sums)
    sums.add(to: [bias], self)
  }
}
