import RAMiTAutograd
import RAMiTKernels
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  /// A shape operation on one operand.
  private static func moving(
    _ name: String, _ shape: Shape, _ operation: @escaping @Sendable (Variable) -> Variable,
    twin: @escaping @Sendable (DoubleTensor) -> DoubleTensor
  ) -> OperationCheck {
    OperationCheck("\(name) of \(shape)", [Operand("x", shape)]) {
      operation($0.x)
    } twin: {
      twin($0.x)
    }
  }

  static func reshaping(_ shape: Shape, _ sizes: [Int], to result: [Int]) -> OperationCheck {
    moving("reshaped to \(sizes)", shape) {
      $0.reshaped(sizes)
    } twin: {
      DoubleTensor($0.values, result)
    }
  }

  static func permuting(_ shape: Shape, _ axes: [Int]) -> OperationCheck {
    moving("permuted by \(axes)", shape) {
      $0.permuted(axes)
    } twin: {
      Twin.permuted($0, shape.normalized(axes: axes))
    }
  }

  static func flipping(_ shape: Shape, _ axes: [Int]) -> OperationCheck {
    moving("flipped on \(axes)", shape) {
      $0.flipped(axes: axes)
    } twin: {
      Twin.flipped($0, axes: shape.normalized(axes: axes))
    }
  }

  static func rolling(_ shape: Shape, _ shifts: [Int], _ axes: [Int]) -> OperationCheck {
    moving("rolled by \(shifts) on \(axes)", shape) {
      $0.rolled(shifts: shifts, axes: axes)
    } twin: {
      Twin.rolled($0, shifts: shifts, axes: shape.normalized(axes: axes))
    }
  }

  static func slicing(_ shape: Shape, axis: Int, _ range: Range<Int>) -> OperationCheck {
    moving("sliced \(range) on \(axis)", shape) {
      $0.sliced(axis: axis, range)
    } twin: {
      Twin.sliced($0, axis: axis, range)
    }
  }

  /// All parts, put together again the other way round.
  static func splitting(_ shape: Shape, axis: Int, sizes: [Int]) -> OperationCheck {
    moving("split \(sizes) on \(axis)", shape) {
      concatenate($0.split(axis: axis, sizes: sizes).reversed(), axis: axis)
    } twin: { x in
      var start = 0
      let parts = sizes.map { size in
        defer { start += size }
        return Twin.sliced(x, axis: axis, start..<start + size)
      }
      return Twin.concatenate(parts.reversed(), axis: axis)
    }
  }

  static func cropping(_ shape: Shape, top: Int, left: Int, height: Int, width: Int) -> OperationCheck {
    moving("cropped to \(height) x \(width) at (\(top), \(left))", shape) {
      $0.cropped(top: top, left: left, height: height, width: width)
    } twin: {
      Twin.sliced(Twin.sliced($0, axis: 1, top..<top + height), axis: 2, left..<left + width)
    }
  }

  static func concatenating(_ shapes: [Shape], axis: Int) -> OperationCheck {
    let operands = shapes.enumerated().map { Operand("part \($0)", $1) }
    return OperationCheck("concatenate \(shapes) on \(axis)", operands) {
      RAMiTAutograd.concatenate($0.values, axis: axis)
    } twin: {
      Twin.concatenate($0.values, axis: shapes[0].normalized(axis: axis))
    }
  }

  static func stacking(_ shape: Shape, _ count: Int, axis: Int) -> OperationCheck {
    let operands = (0..<count).map { Operand("part \($0)", shape) }
    return OperationCheck("stack \(count) of \(shape) on \(axis)", operands) {
      stack($0.values, axis: axis)
    } twin: { parts in
      var unsqueezed = shape.dimensions
      unsqueezed.insert(1, at: axis)
      return Twin.concatenate(parts.values.map { DoubleTensor($0.values, unsqueezed) }, axis: axis)
    }
  }

  static func padding(
    _ shape: Shape, top: Int = 0, bottom: Int = 0, left: Int = 0, right: Int = 0, _ mode: PaddingMode
  ) -> OperationCheck {
    moving("pad \(mode) by \([top, bottom, left, right])", shape) {
      pad($0, top: top, bottom: bottom, left: left, right: right, mode: mode)
    } twin: {
      Twin.pad($0, top: top, bottom: bottom, left: left, right: right, mode: mode)
    }
  }

  static func partition(_ shape: Shape, height: Int, width: Int) -> OperationCheck {
    moving("windowPartition \(height) x \(width)", shape) {
      windowPartition($0, height: height, width: width)
    } twin: {
      Twin.windowPartition($0, height: height, width: width)
    }
  }

  static func merging(_ shape: Shape, window: (height: Int, width: Int), height: Int, width: Int) -> OperationCheck {
    moving("windowMerge to \(height) x \(width)", shape) {
      windowMerge($0, window: window, height: height, width: width)
    } twin: {
      Twin.windowMerge($0, window: window, height: height, width: width)
    }
  }

  static func unshuffle(_ shape: Shape, _ factor: Int) -> OperationCheck {
    moving("pixelUnshuffle by \(factor)", shape) {
      pixelUnshuffle($0, factor)
    } twin: {
      Twin.pixelUnshuffle($0, factor)
    }
  }

  static func gathering(_ shape: Shape, axis: Int, indices: [Int]) -> OperationCheck {
    moving("gather \(indices.prefix(8)) on \(axis)", shape) {
      $0.gather(axis: axis, indices: indices)
    } twin: {
      Twin.gather($0, axis: shape.normalized(axis: axis), indices: indices)
    }
  }

  static func repeating(_ shape: Shape, to result: Shape) -> OperationCheck {
    moving("broadcast to \(result)", shape) {
      $0.broadcast(to: result)
    } twin: {
      Twin.broadcast($0, to: result.dimensions)
    }
  }

  /// Cut into many pieces of work, by every way in which elements are copied.
  static let largeShapes: [OperationCheck] = [
    repeating([12], to: [3, 90, 91, 12]), repeating([3, 1, 91, 1], to: [3, 90, 91, 12]),
    permuting([2, 70, 50, 3, 11], [0, 3, 1, 2, 4]), permuting([2, 97, 101, 20], [0, 3, 1, 2]),
    permuting([2, 20, 97, 101], [0, 2, 3, 1]), permuting([3, 301, 303], [0, 2, 1]),
    permuting([97, 3, 2, 301], [3, 2, 0, 1]),
    flipping([2, 90, 91, 12], [1, 2]), flipping([5, 70_001], [1]), rolling([2, 90, 91, 12], [-4, 3], [1, 2]),
    slicing([2, 90, 91, 20], axis: 3, 3..<17), slicing([2, 90, 91, 20], axis: 1, 5..<83),
    slicing([9, 70_003], axis: 0, 2..<7),
    splitting([2, 90, 91, 21], axis: 3, sizes: [3, 17, 1]),
    cropping([2, 90, 91, 12], top: 3, left: 5, height: 80, width: 77),
    concatenating([[2, 60, 61, 17], [2, 60, 61, 3], [2, 60, 61, 20]], axis: -1),
    concatenating([[2, 70_003], [1, 70_003]], axis: 0),
    padding([3, 70, 71, 12], top: 3, bottom: 5, left: 7, right: 1, .reflect),
    padding([3, 70, 71, 12], top: 80, bottom: 5, left: 7, right: 150, .symmetric),
    padding([3, 70, 71, 12], bottom: 26, right: 25, .constant(2)), partition([2, 64, 72, 20], height: 8, width: 8),
    merging([72, 64, 20], window: (8, 8), height: 48, width: 48), unshuffle([2, 90, 92, 12], 2),
    gathering([225, 6], axis: 0, indices: (0..<4096).map { $0 * 7919 % 225 }),
    gathering([3, 50, 3001], axis: 1, indices: [49, 0, 3, 3, 17, 49]),
  ]
}
