/// The sizes of a tensor, outermost first. Feature maps are N x H x W x C (channels last).
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// At least 0 each; a tensor of any rank may have no elements.
  public let dimensions: [Int]

  /// - Precondition: no dimension is negative.
  public init(_ dimensions: [Int]) {
    require(dimensions.allSatisfy { $0 >= 0 }, "a dimension is negative: \(dimensions)")
    self.dimensions = dimensions
  }

  /// `[2, 3]` is a shape of rank 2, `[]` that of a scalar.
  public init(arrayLiteral dimensions: Int...) { self.init(dimensions) }

  /// The number of axes; 0 for a scalar.
  public var rank: Int { dimensions.count }
  /// The number of elements; 1 for a scalar (rank 0).
  public var count: Int { dimensions.reduce(1, *) }
  /// The innermost size: a feature map's channels.
  public var last: Int { dimensions.last ?? 1 }
  /// Elements divided by `last`: a feature map's pixels, over the whole batch.
  public var rows: Int { dimensions.dropLast().reduce(1, *) }

  /// Negative axes count from the end.
  public subscript(axis: Int) -> Int { dimensions[normalized(axis: axis)] }

  /// The shape with another size on one axis; negative axes count from the end.
  public func replacing(_ axis: Int, with size: Int) -> Shape {
    var changed = dimensions
    changed[normalized(axis: axis)] = size
    return Shape(changed)
  }

  /// "2 x 3", or "scalar" for rank 0.
  public var description: String {
    rank == 0 ? "scalar" : dimensions.map(String.init).joined(separator: " x ")
  }
}

extension Shape {
  /// The axis counted from the front; negative axes count from the end.
  /// - Precondition: there is such an axis.
  public func normalized(axis: Int) -> Int {
    require(axis >= -rank && axis < rank, "\(self) has no axis \(axis)")
    return axis < 0 ? rank + axis : axis
  }

  /// The axes counted from the front.
  /// - Precondition: there are such axes, and none comes twice.
  public func normalized(axes: [Int]) -> [Int] {
    let all = axes.map { normalized(axis: $0) }
    require(Set(all).count == all.count, "an axis of \(self) comes twice in \(axes)")
    return all
  }

  /// How far neighbours on each axis lie apart in row-major order.
  public var strides: [Int] {
    var strides = dimensions, stride = 1
    for axis in dimensions.indices.reversed() {
      strides[axis] = stride
      stride *= dimensions[axis]
    }
    return strides
  }
}
