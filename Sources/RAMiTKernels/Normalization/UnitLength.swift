/// x / max(|x|, epsilon) along an axis, where |x| is the Euclidean length.
package struct UnitLength: Sendable {
  let lines: AxisLines
  let epsilon: Float

  package init(_ lines: AxisLines, epsilon: Float) {
    self.lines = lines
    self.epsilon = epsilon
  }

  /// Overwrites y, which may be x.
  package func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    lines.forEachGroup(Forward(x: x, y: y, epsilon: epsilon))
  }

  /// Overwrites dx, or adds to it.
  package func backward(
    _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    lines.forEachGroup(Backward(x: x, dy: dy, dx: dx, epsilon: epsilon, accumulate: accumulate))
  }

  private struct Forward: AxisLines.Body {
    let x: UnsafePointer<Float>
    let y: UnsafeMutablePointer<Float>
    let epsilon: Float

    @inline(__always)
    func callAsFunction<Group: LineGroup>(_ group: Group) {
      let square = group.sum { place, _ in load(x + place) * load(x + place) }
      let scale = group.map(square) { 1 / max(squareRoot($0), epsilon) }
      group.forEach { place, lanes, line in
        store(load(x + place) * group.spread(scale, line), y + place, count: lanes)
      }
    }
  }

  /// With s = 1 / |x|: dx = s (dy - x s^2 sum(x dy)); where epsilon holds, dx = dy / epsilon.
  private struct Backward: AxisLines.Body {
    let x: UnsafePointer<Float>
    let dy: UnsafePointer<Float>
    let dx: UnsafeMutablePointer<Float>
    let epsilon: Float
    let accumulate: Bool

    @inline(__always)
    func callAsFunction<Group: LineGroup>(_ group: Group) {
      let square = group.sum { place, _ in load(x + place) * load(x + place) }
      let product = group.sum { place, _ in load(x + place) * load(dy + place) }
      let scale = group.map(square) { 1 / max(squareRoot($0), epsilon) }
      let isLong = group.map(square) { squareRoot($0) > epsilon ? 1 : 0 }
      let share = product * scale * scale * isLong
      group.forEach { place, lanes, line in
        var value = load(dy + place) - load(x + place) * group.spread(share, line)
        value *= group.spread(scale, line)
        if accumulate { value += load(dx + place) }
        store(value, dx + place, count: lanes)
      }
    }
  }
}
