/// How up to three operands are combined element by element, by NumPy's rule: shapes are aligned at their last axes,
/// and an axis that is missing or of size 1 is repeated.
///
/// Neighbouring axes that all operands run through alike are joined, so equal shapes are one run, and per-channel
/// numbers [C] against [..., C] are rows of C.
package struct Broadcast: Sendable {
  /// The result's joined sizes, innermost last; at least one.
  let sizes: [Int]
  /// How far each operand moves along a joined axis; 0 where it is repeated. Innermost it is 1 or 0.
  let strides: [SIMD4<Int>]
  /// Elements of the result.
  package let count: Int

  /// The dimensions of the result; nil when the operands' dimensions do not fit.
  package static func dimensions(_ operands: [[Int]]) -> [Int]? {
    let rank = operands.map { $0.count }.max() ?? 0
    var result = [Int](repeating: 1, count: rank)
    for operand in operands {
      for (axis, size) in zip((rank - operand.count)..<rank, operand) where size != 1 {
        guard result[axis] == 1 || result[axis] == size else { return nil }
        result[axis] = size
      }
    }
    return result
  }

  /// - Parameter operands: the dimensions of one to three contiguous operands.
  /// - Precondition: they fit.
  package init(_ operands: [[Int]]) {
    guard let dimensions = Self.dimensions(operands), operands.count <= 3 else {
      preconditionFailure("\(operands) cannot be broadcast")
    }
    count = dimensions.reduce(1, *)
    var steps = [Int](repeating: 1, count: operands.count)
    var sizes: [Int] = [], strides: [SIMD4<Int>] = []
    for axis in dimensions.indices.reversed() {
      let size = dimensions[axis]
      var stride = SIMD4<Int>.zero
      for (place, operand) in operands.enumerated() {
        let own = axis - (dimensions.count - operand.count)
        guard own >= 0, operand[own] != 1 else { continue }
        stride[place] = steps[place]
        steps[place] *= operand[own]
      }
      if size == 1 { continue }
      if let inner = sizes.last, strides[strides.count - 1] &* SIMD4(repeating: inner) == stride {
        sizes[sizes.count - 1] = inner * size
      } else {
        sizes.append(size)
        strides.append(stride)
      }
    }
    self.sizes = sizes.isEmpty ? [1] : sizes.reversed()
    self.strides = sizes.isEmpty ? [.zero] : strides.reversed()
  }

  /// The length of a row, when every operand is either whole or one row that repeats, [C] against [..., C], and rows
  /// are too short to be runs of their own.
  var shortRow: Int? {
    guard sizes.count == 2, sizes[1] < 64 else { return nil }
    let areRows = (0..<3).allSatisfy { operand in
      let (outer, inner) = (strides[0][operand], strides[1][operand])
      return inner == 1 && (outer == 0 || outer == sizes[1]) || inner == 0 && outer == 0
    }
    return areRows ? sizes[1] : nil
  }

  /// Calls `body` for the runs along the innermost axis that make up `range` of the result.
  /// - Parameter body: gets the place of the run's first element in the result, those in the operands, and the run's
  ///   length.
  @inline(__always)
  func forEachRun(in range: Range<Int>, _ body: (_ place: Int, _ offsets: SIMD4<Int>, _ count: Int) -> Void) {
    let last = sizes.count - 1
    var index = sizes, offsets = SIMD4<Int>.zero, rest = range.lowerBound
    for axis in sizes.indices.reversed() {
      index[axis] = rest % sizes[axis]
      rest /= sizes[axis]
      offsets &+= strides[axis] &* index[axis]
    }
    var place = range.lowerBound
    while place < range.upperBound {
      let count = min(sizes[last] &- index[last], range.upperBound &- place)
      body(place, offsets, count)
      place &+= count
      index[last] &+= count
      offsets &+= strides[last] &* count
      var axis = last
      while axis > 0, index[axis] == sizes[axis] {
        offsets &-= strides[axis] &* sizes[axis]
        index[axis] = 0
        axis &-= 1
        index[axis] &+= 1
        offsets &+= strides[axis]
      }
    }
  }
}
