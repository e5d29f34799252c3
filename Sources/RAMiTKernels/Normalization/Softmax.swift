import Foundation

/// exp(x) / sum exp(x) along an axis, or its logarithm: x - log(sum exp(x)). The largest value is subtracted first, so
/// that nothing overflows.
package struct Softmax: Sendable {
  let lines: AxisLines
  let isLogarithm: Bool

  package init(_ lines: AxisLines, logarithm: Bool) {
    self.lines = lines
    isLogarithm = logarithm
  }

  /// Overwrites y, which may be x.
  package func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    if isLogarithm {
      lines.forEachGroup(LogarithmForward(x: x, y: y))
    } else {
      lines.forEachGroup(Forward(x: x, y: y))
    }
  }

  /// Overwrites dx, or adds to it; `y` is the result.
  package func backward(
    y: UnsafePointer<Float>, dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    if isLogarithm {
      lines.forEachGroup(LogarithmBackward(y: y, dy: dy, dx: dx, accumulate: accumulate))
    } else {
      lines.forEachGroup(Backward(y: y, dy: dy, dx: dx, accumulate: accumulate))
    }
  }

  private struct Forward: AxisLines.Body {
    let x: UnsafePointer<Float>
    let y: UnsafeMutablePointer<Float>

    @inline(__always)
    func callAsFunction<Group: LineGroup>(_ group: Group) {
      let peak = group.maximum { load(x + $0) }
      group.forEach { place, lanes, line in
        store(weight(load(x + place) - group.spread(peak, line)), y + place, count: lanes)
      }
      let factor = 1 / group.sum { place, _ in load(y + place) }
      group.forEach { place, lanes, line in
        store(load(y + place) * group.spread(factor, line), y + place, count: lanes)
      }
    }
  }

  private struct LogarithmForward: AxisLines.Body {
    let x: UnsafePointer<Float>
    let y: UnsafeMutablePointer<Float>

    @inline(__always)
    func callAsFunction<Group: LineGroup>(_ group: Group) {
      let peak = group.maximum { load(x + $0) }
      let sum = group.sum { place, line in weight(load(x + place) - group.spread(peak, line)) }
      // Of sums between 1 and the line's length.
      let logarithm = group.map(sum) { Float(Foundation.log(Double($0))) }
      group.forEach { place, lanes, line in
        let value = load(x + place) - group.spread(peak, line) - group.spread(logarithm, line)
        store(value, y + place, count: lanes)
      }
    }
  }

  /// dx = y (dy - sum(y dy)).
  private struct Backward: AxisLines.Body {
    let y: UnsafePointer<Float>
    let dy: UnsafePointer<Float>
    let dx: UnsafeMutablePointer<Float>
    let accumulate: Bool

    @inline(__always)
    func callAsFunction<Group: LineGroup>(_ group: Group) {
      let product = group.sum { place, _ in load(y + place) * load(dy + place) }
      group.forEach { place, lanes, line in
        var value = load(y + place) * (load(dy + place) - group.spread(product, line))
        if accumulate { value += load(dx + place) }
        store(value, dx + place, count: lanes)
      }
    }
  }

  /// dx = dy - exp(y) sum(dy).
  private struct LogarithmBackward: AxisLines.Body {
    let y: UnsafePointer<Float>
    let dy: UnsafePointer<Float>
    let dx: UnsafeMutablePointer<Float>
    let accumulate: Bool

    @inline(__always)
    func callAsFunction<Group: LineGroup>(_ group: Group) {
      let sum = group.sum { place, _ in load(dy + place) }
      group.forEach { place, lanes, line in
        var value = load(dy + place) - weight(load(y + place)) * group.spread(sum, line)
        if accumulate { value += load(dx + place) }
        store(value, dx + place, count: lanes)
      }
    }
  }
}

/// exp(x) for x up to 0; 0 below -87, since arithmetic with subnormal numbers takes many times as long. NaN stays.
@inline(__always)
private func weight(_ x: Vector) -> Vector {
  expOfNegative(x).replacing(with: 0, where: x .< Vector(repeating: -87))
}
