import RAMiTKernels
import RAMiTTensorCore

/// The edges' Charbonnier loss of MPRNet (Zamir et al., "Multi-Stage Progressive Image Restoration", 2021): the mean of
/// sqrt(L(output - target)^2 + epsilon^2), as a scalar.
///
/// L subtracts from an image what a Gaussian pyramid keeps of it: L x = x - G M G x. G is the blur by (1, 5, 8, 5, 1) /
/// 20 along both axes, with the edge repeated beyond the map; M keeps the pixels of even rows and columns, four times,
/// and no others.
/// - Parameters:
///   - output: N x H x W x C.
///   - target: the same shape.
public func edgeLoss(_ output: Variable, _ target: Tensor, epsilon: Double = 1e-3) -> Variable {
  let shape = output.shape
  requireMap(shape)
  let kernel = Laplacian(images: shape[0], height: shape[1], width: shape[2], channels: shape[3])
  let term = ErrorTerm.charbonnier(epsilon: epsilon), count = shape.count
  /// Calls `body` with the edges of both images' difference, zeros to compare them with, and as much memory to
  /// overwrite.
  @Sendable func withEdges<Result>(
    _ output: UnsafePointer<Float>, _ target: UnsafePointer<Float>,
    _ body: (_ edges: Tensor, _ zeros: Tensor, _ scratch: Tensor) -> Result
  ) -> Result {
    let scratch = Tensor(uninitialized: shape), edges = Tensor(uninitialized: shape)
    let difference = Tensor(uninitialized: shape)
    subtract(output, target, into: difference.pointer, count: count)
    kernel.apply(difference.pointer, transposed: false, scratch: scratch.pointer, into: edges.pointer)
    difference.pointer.update(repeating: 0, count: count)
    return body(edges, difference, scratch)
  }
  return Variable(
    loss: output, target, operation: "edgeLoss",
    value: { output, target in
      withEdges(output, target) { edges, zeros, _ in
        term.sum(edges.pointer, zeros.pointer, count: count) / Double(count)
      }
    },
    gradient: { output, target, factor, gradient, accumulate in
      withEdges(output, target) { edges, zeros, scratch in
        let slopes = Tensor(uninitialized: shape)
        term.gradient(
          edges.pointer, zeros.pointer, times: factor / Float(count), into: slopes.pointer, count: count,
          accumulate: false)
        kernel.apply(slopes.pointer, transposed: true, scratch: scratch.pointer, into: edges.pointer)
        if accumulate {
          addInPlace(gradient, edges.pointer, count: count)
        } else {
          gradient.update(from: edges.pointer, count: count)
        }
      }
    })
}
