extension Activation {
  /// y = activation(x) over `count` elements; overwrites y.
  public func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
    forEachRange(of: count, grain: streamingGrain) { range in
      for i in stride(from: range.lowerBound, to: range.upperBound, by: vectorWidth) {
        let lanes = range.upperBound - i
        store(self(load(x + i, count: lanes)), y + i, count: lanes)
      }
    }
  }

  /// dx = dy * derivative at x; overwrites dx, or adds to it.
  public func backward(
    _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, count: Int, adds: Bool
  ) {
    forEachRange(of: count, grain: streamingGrain) { range in
      for i in stride(from: range.lowerBound, to: range.upperBound, by: vectorWidth) {
        let lanes = range.upperBound - i
        var value = load(dy + i, count: lanes) * derivative(load(x + i, count: lanes))
        if adds { value += load(dx + i, count: lanes) }
        store(value, dx + i, count: lanes)
      }
    }
  }
}
