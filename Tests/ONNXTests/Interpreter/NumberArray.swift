/// An array of any rank, of numbers or of integers; both are held in double precision.
struct NumberArray {
  var shape: [Int]
  var values: [Double]
  var isInteger = false

  var count: Int { values.count }
  var rank: Int { shape.count }
  /// The values as integers; what is too large for one becomes the largest.
  var integers: [Int] { values.map { $0 >= 0x1p62 ? 1 << 62 : $0 <= -0x1p62 ? -1 << 62 : Int($0) } }

  /// How far neighbours on each axis lie apart.
  var strides: [Int] { Self.strides(shape) }

  static func strides(_ shape: [Int]) -> [Int] {
    var strides = shape, stride = 1
    for axis in shape.indices.reversed() { (strides[axis], stride) = (stride, stride * shape[axis]) }
    return strides
  }

  /// The array whose element at each place is what this one has at `source(place)`.
  func gathered(_ shape: [Int], _ source: ([Int]) -> Int?) -> NumberArray {
    var place = Array(repeating: 0, count: shape.count), result: [Double] = []
    let count = shape.reduce(1, *)
    result.reserveCapacity(count)
    for _ in 0..<count {
      result.append(source(place).map { values[$0] } ?? 0)
      for axis in shape.indices.reversed() {
        place[axis] += 1
        if place[axis] < shape[axis] { break }
        place[axis] = 0
      }
    }
    return NumberArray(shape: shape, values: result, isInteger: isInteger)
  }

  /// Repeated to another shape, by NumPy's rule.
  func broadcast(to shape: [Int]) -> NumberArray {
    if shape == self.shape { return self }
    let missing = shape.count - rank, strides = strides
    return gathered(shape) { place in
      (0..<rank).reduce(0) { $0 + (self.shape[$1] == 1 ? 0 : place[$1 + missing] * strides[$1]) }
    }
  }

  static func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int] {
    let rank = max(a.count, b.count)
    func size(_ shape: [Int], _ axis: Int) -> Int {
      let place = axis - (rank - shape.count)
      return place < 0 ? 1 : shape[place]
    }
    return (0..<rank).map { axis in size(a, axis) == 1 ? size(b, axis) : size(a, axis) }
  }

  func transposed(_ axes: [Int]) -> NumberArray {
    let strides = axes.map { self.strides[$0] }
    return gathered(axes.map { shape[$0] }) { place in zip(place, strides).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// f of each line along an axis, which may change its length.
  func lines(along axis: Int, _ f: ([Double]) -> [Double]) -> NumberArray {
    let axis = axis < 0 ? rank + axis : axis, last = Array(0..<rank).filter { $0 != axis } + [axis]
    let moved = transposed(last), length = shape[axis]
    let results = stride(from: 0, to: moved.count, by: max(1, length)).map { f(Array(moved.values[$0..<$0 + length])) }
    var shape = moved.shape
    shape[rank - 1] = results.first?.count ?? length
    var back = Array(0..<rank)
    for (place, axis) in last.enumerated() { back[axis] = place }
    return NumberArray(shape: shape, values: results.flatMap { $0 }, isInteger: isInteger).transposed(back)
  }
}
