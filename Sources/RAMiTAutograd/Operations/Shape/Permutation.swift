import RAMiTKernels
import RAMiTTensorCore

extension Variable {
  /// Axis i of the result is axis `axes[i]`.
  /// - Precondition: every axis comes once.
  public func permuted(_ axes: [Int]) -> Variable {
    let order = shape.normalized(axes: axes)
    require(order.count == shape.rank, "\(shape) cannot be permuted by \(axes)")
    if order == Array(0..<shape.rank) { return self }
    let result = Shape(order.map { shape[$0] }), strides = shape.strides
    // When only axes of one element move, nothing moves in memory.
    let moved = order.filter { shape[$0] != 1 }
    if moved == moved.sorted(), !GraphTrace.isRecording { return reshaped(result) }
    return Variable(
      rearranging: self, into: result,
      by: [StridedCopy(sizes: result.dimensions, from: order.map { strides[$0] }, to: result.strides)],
      as: GraphDescription(.permutation(order)))
  }

  /// Axes `a` and `b` change places.
  public func transposed(_ a: Int, _ b: Int) -> Variable {
    var order = Array(0..<shape.rank)
    order.swapAt(shape.normalized(axis: a), shape.normalized(axis: b))
    return permuted(order)
  }

  /// Reverses the order of the elements on these axes.
  public func flipped(axes: [Int]) -> Variable {
    let axes = shape.normalized(axes: axes)
    var from = shape.strides, offset = 0
    for axis in axes {
      offset += Swift.max(0, shape[axis] - 1) * from[axis]
      from[axis] = -from[axis]
    }
    return Variable(
      rearranging: self, into: shape,
      by: [StridedCopy(sizes: shape.dimensions, from: from, to: shape.strides, fromOffset: offset)],
      as: GraphDescription(.flip(axes: axes)))
  }

  /// Element i of axis `axes[k]` moves to i + `shifts[k]`; what leaves at one end comes back at the other
  /// (`torch.roll`).
  /// - Parameter shifts: one for each axis; any whole numbers.
  public func rolled(shifts: [Int], axes: [Int]) -> Variable {
    require(shifts.count == axes.count, "\(shifts.count) shifts for \(axes.count) axes")
    let strides = shape.strides
    var parts = [StridedBox(sizes: shape.dimensions)]
    for (axis, shift) in zip(shape.normalized(axes: axes), shifts) where shape[axis] > 0 {
      let size = shape[axis]
      let forward = (shift % size + size) % size
      if forward > 0 { parts = parts.flatMap { $0.rolled(axis, of: size, by: forward, stride: strides[axis]) } }
    }
    if parts.count == 1, !GraphTrace.isRecording { return self }
    let copies = parts.map {
      StridedCopy(sizes: $0.sizes, from: strides, to: strides, fromOffset: $0.from, toOffset: $0.to)
    }
    return Variable(
      rearranging: self, into: shape, by: copies,
      as: GraphDescription(.roll(axes: shape.normalized(axes: axes)), sizes: shifts))
  }
}

/// A part of a tensor that a roll moves as a whole.
private struct StridedBox {
  var sizes: [Int]
  var from = 0
  var to = 0

  /// The parts of it that stay before the end of an axis and that come back at its start.
  func rolled(_ axis: Int, of size: Int, by shift: Int, stride: Int) -> [StridedBox] {
    var (head, tail) = (self, self)
    head.sizes[axis] = size - shift
    head.to += shift * stride
    tail.sizes[axis] = shift
    tail.from += (size - shift) * stride
    return [head, tail]
  }
}
