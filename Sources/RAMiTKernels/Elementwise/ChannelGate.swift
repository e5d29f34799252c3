/// The product of the two halves of each row's channels, the first of them through a function:
///
///     y = f(a) b,  [a b] = x
///
/// Sizes: x is R rows of 2 C channels, y has C.
public struct ChannelGate: Sendable {
  /// What f is.
  public enum Function: Sendable, CaseIterable {
    /// a itself: the simple gate of NAFNet (Chen et al., 2022).
    case identity
    /// The gate of Restormer's feed-forward network (Zamir et al., 2022).
    case gelu
  }

  private let channels: Int
  private let function: Function

  /// - Parameter channels: C.
  package init(channels: Int, function: Function) {
    self.channels = channels
    self.function = function
  }

  /// Overwrites y.
  package func forward(rows: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
    switch function {
    case .identity: forward(rows, x, y) { $0 }
    case .gelu: forward(rows, x, y) { gelu($0) }
    }
  }

  /// Overwrites dx [R x 2 C], or adds to it.
  package func backward(
    rows: Int, _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    switch function {
    case .identity: backward(rows, x, dy, dx, accumulate) { ($0, Vector(repeating: 1)) }
    case .gelu: backward(rows, x, dy, dx, accumulate) { geluAndDerivative($0) }
    }
  }

  private var grain: Int { max(1, streamingGrain / max(1, channels)) }

  @inline(__always)
  private func forward(
    _ rows: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ f: @Sendable (Vector) -> Vector
  ) {
    forEachRange(of: rows, grain: grain) { range in
      for row in range {
        let a = x + 2 &* row &* channels, b = a + channels, y = y + row &* channels
        var c = 0
        while c < channels {
          store(f(load(a + c)) * load(b + c), y + c, count: channels &- c)
          c &+= vectorWidth
        }
      }
    }
  }

  @inline(__always)
  private func backward(
    _ rows: Int, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ accumulate: Bool, _ f: @Sendable (Vector) -> (value: Vector, derivative: Vector)
  ) {
    forEachRange(of: rows, grain: grain) { range in
      for row in range {
        let place = 2 &* row &* channels, a = x + place, b = a + channels
        let da = dx + place, db = da + channels, dy = dy + row &* channels
        var c = 0
        while c < channels {
          let lanes = channels &- c, gradient = load(dy + c)
          let (value, derivative) = f(load(a + c))
          var first = gradient * load(b + c) * derivative, second = gradient * value
          if accumulate {
            first += load(da + c)
            second += load(db + c)
          }
          store(first, da + c, count: lanes)
          store(second, db + c, count: lanes)
          c &+= vectorWidth
        }
      }
    }
  }
}
