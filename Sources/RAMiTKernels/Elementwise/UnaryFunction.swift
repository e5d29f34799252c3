/// A function of one number and its derivative, side by side.
protocol UnaryElementFunction: Sendable {
  /// What the derivative is computed from.
  static var saves: UnaryFunction.Saved { get }
  func value(_ x: Vector) -> Vector
  /// The derivative, from x or from the value, as `saves` says.
  func derivative(_ saved: Vector) -> Vector
}

extension UnaryElementFunction {
  static var saves: UnaryFunction.Saved { .input }
}

/// A function of each element of a tensor.
///
/// Each is a type of its own within this module, so that its loops are compiled for it alone.
package struct UnaryFunction: Sendable {
  /// What a pullback saves.
  package enum Saved: Sendable { case nothing, input, result }

  package let saves: Saved
  private let value: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, _ count: Int) -> Void
  private let gradient:
    @Sendable (
      _ saved: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, _ count: Int,
      _ accumulate: Bool
    ) -> Void

  init<Function: UnaryElementFunction>(_ function: Function) {
    saves = Function.saves
    value = { x, y, count in
      var i = 0
      while i < count {
        store(function.value(load(x + i)), y + i, count: count &- i)
        i &+= vectorWidth
      }
    }
    gradient = { saved, dy, dx, count, accumulate in
      var i = 0
      while i < count {
        let value = load(dy + i) * function.derivative(load(saved + i))
        store(accumulate ? load(dx + i) + value : value, dx + i, count: count &- i)
        i &+= vectorWidth
      }
    }
  }

  /// y = f(x) over `count` elements; overwrites y, which may be x.
  package func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
    forEachRange(of: count, grain: streamingGrain) { value(x + $0.lowerBound, y + $0.lowerBound, $0.count) }
  }

  /// dx = dy times the derivative; overwrites dx, or adds to it.
  /// - Parameter saved: x or y, as `saves` says; for `nothing`, a pointer to any `count` elements.
  package func backward(
    _ saved: UnsafePointer<Float>, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, count: Int,
    accumulate: Bool
  ) {
    forEachRange(of: count, grain: streamingGrain) { range in
      let start = range.lowerBound
      gradient(saved + start, dy + start, dx + start, range.count, accumulate)
    }
  }
}
