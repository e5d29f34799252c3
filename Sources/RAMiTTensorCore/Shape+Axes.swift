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
