import Foundation
import RAMiTTensorCore

/// How a parameter's initial values are drawn.
///
/// `Initializer { ... }` with a closure that draws the values defines a new one.
public struct Initializer: Sendable {
  /// What the initial values may depend on.
  public struct Context {
    /// PyTorch's shape, which defines the fans: O x I x kh x kw for a convolution.
    public let fileShape: Shape
    /// How many values there are.
    public var count: Int { fileShape.count }
    /// The parameter's own stream.
    public var random: RandomNumbers
  }

  let draw: @Sendable (inout Context) -> [Float]
  /// Whether the values come in the order of the file. The order does not matter where all are drawn alike.
  private let isInFileOrder: Bool

  /// - Parameters:
  ///   - isInFileOrder: whether the order of the values is the file's; otherwise it is that of memory, and costs
  ///     nothing.
  ///   - draw: returns one value for each element of the parameter.
  public init(isInFileOrder: Bool = false, _ draw: @escaping @Sendable (inout Context) -> [Float]) {
    self.isInFileOrder = isInFileOrder
    self.draw = draw
  }

  /// Draws the values and writes them into a parameter's memory.
  func write(to value: Tensor, layout: ParameterLayout, seed: UInt64, name: String) {
    if value.isMeta { return }
    let stream = name.utf8.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) }
    var context = Context(fileShape: layout.fileShape(of: value.shape), random: RandomNumbers(seed: seed, stream))
    let drawn = draw(&context)
    require(drawn.count == value.count, "\(drawn.count) initial values for \(name), \(value.shape)")
    if isInFileOrder {
      layout.load(Tensor(drawn, context.fileShape), into: value)
    } else {
      value.pointer.update(from: drawn, count: drawn.count)
    }
  }
}

extension Initializer {
  /// The same value everywhere.
  public static func constant(_ value: Float) -> Initializer {
    Initializer { Array(repeating: value, count: $0.count) }
  }

  /// Uniform within 1 / sqrt(fanIn) of zero, as PyTorch starts the weights and biases of its convolutions.
  public static func uniform(fanIn: Int) -> Initializer {
    .uniform(within: 1 / Float(fanIn).squareRoot())
  }

  /// Uniform within this distance of zero.
  static func uniform(within bound: Float) -> Initializer {
    Initializer { context in (0..<context.count).map { _ in (2 * context.random.uniform() - 1) * bound } }
  }

  /// Uniform in [low, high).
  public static func uniform(_ low: Float, _ high: Float) -> Initializer {
    Initializer { context in
      (0..<context.count).map { _ in low + (high - low) * context.random.uniform() }
    }
  }

  /// Normal with this mean and standard deviation.
  public static func normal(mean: Float = 0, standardDeviation: Float = 1) -> Initializer {
    Initializer { context in
      var values: [Float] = []
      values.reserveCapacity(context.count + 1)
      while values.count < context.count {
        let (first, second) = context.random.normalPair()
        values += [mean + standardDeviation * first, mean + standardDeviation * second]
      }
      return Array(values.prefix(context.count))
    }
  }

  /// Normal, but never outside of `low` ... `high`: PyTorch's `trunc_normal_`, whose bounds are values, not multiples
  /// of the standard deviation.
  /// - Precondition: the standard deviation is positive, and `low` is below `high`.
  public static func truncatedNormal(
    mean: Double = 0, standardDeviation: Double = 1, low: Double = -2, high: Double = 2
  ) -> Initializer {
    require(standardDeviation > 0 && low < high, "no normal values of \(standardDeviation) in \(low) ... \(high)")
    let bottom = normalShare(below: (low - mean) / standardDeviation)
    let top = normalShare(below: (high - mean) / standardDeviation)
    return Initializer { context in
      (0..<context.count).map { _ in
        let share = bottom + (top - bottom) * (Double(context.random.nextWord()) + 0.5) * 0x1p-32
        return Float(min(max(mean + standardDeviation * normalQuantile(share), low), high))
      }
    }
  }
}

/// The share of a standard normal distribution below x.
private func normalShare(below x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

/// The quantile of a standard normal distribution: bisection brackets it, Newton's method refines it.
private func normalQuantile(_ share: Double) -> Double {
  // The upper half mirrors the lower one: shares near 0 have more digits than shares near 1.
  if share > 0.5 { return -normalQuantile(1 - share) }
  var (low, high) = (-40.0, 0.0)
  while high - low > 0.25 {
    let middle = (low + high) / 2
    if normalShare(below: middle) < share { low = middle } else { high = middle }
  }
  var x = (low + high) / 2
  for _ in 0..<6 {
    let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    x = min(max(x - (normalShare(below: x) - share) / density, low), high)
  }
  return x
}
