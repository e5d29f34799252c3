/// Which elements of a contiguous tensor are reduced to which result.
///
/// Axes of size 1 are left out, and neighbours that are both reduced or both not are joined, so that the others
/// alternate.
package struct ReductionPlan: Sendable {
  struct Axis: Sendable {
    let size, stride: Int
  }

  /// The axes that stay, without an innermost one, outermost first.
  let outer: [Axis]
  /// The reduced axes without an innermost one, outermost first.
  let reduced: [Axis]
  /// The length of the innermost axis, whose elements follow each other, and whether it is reduced.
  let inner: Int
  let isInnerReduced: Bool
  /// The number of results, in the order of the axes that stay.
  package let results: Int
  /// The number of elements that each result combines.
  package let terms: Int

  /// - Parameters:
  ///   - dimensions: of the tensor.
  ///   - axes: those that are reduced, from 0.
  package init(_ dimensions: [Int], axes: [Int]) {
    var joined: [(size: Int, isReduced: Bool)] = []
    for (axis, size) in dimensions.enumerated() where size != 1 {
      let isReduced = axes.contains(axis)
      if let last = joined.last, last.isReduced == isReduced {
        joined[joined.count - 1].size *= size
      } else {
        joined.append((size, isReduced))
      }
    }
    results = joined.reduce(1) { $0 * ($1.isReduced ? 1 : $1.size) }
    terms = joined.reduce(1) { $0 * ($1.isReduced ? $1.size : 1) }
    let last = joined.popLast() ?? (1, true)
    (inner, isInnerReduced) = (last.size, last.isReduced)
    var stride = inner, outer: [Axis] = [], reduced: [Axis] = []
    for axis in joined.reversed() {
      if axis.isReduced {
        reduced.append(Axis(size: axis.size, stride: stride))
      } else {
        outer.append(Axis(size: axis.size, stride: stride))
      }
      stride *= axis.size
    }
    self.outer = outer.reversed()
    self.reduced = reduced.reversed()
  }

  /// Where the elements of the index-th combination of outer axes that stay begin.
  @inline(__always)
  func outerOffset(_ index: Int) -> Int { Self.offset(index, outer) }

  /// How far the index-th combination of outer reduced axes is from the first one.
  @inline(__always)
  func reducedOffset(_ index: Int) -> Int { Self.offset(index, reduced) }

  @inline(__always)
  private static func offset(_ index: Int, _ axes: [Axis]) -> Int {
    if axes.count == 1 { return index &* axes[0].stride }
    var rest = index, offset = 0
    for axis in axes.reversed() {
      offset &+= rest % axis.size &* axis.stride
      rest /= axis.size
    }
    return offset
  }
}
