import RAMiTKernels
import RAMiTTensorCore

extension Tensor {
  /// Adds another vector of gradients, element by element.
  /// - Precondition: it has as many elements.
  package func add(_ other: Tensor) {
    require(other.count == count, "\(other.count) gradients are added to \(count)")
    addInPlace(pointer, other.pointer, count: count)
  }
}
