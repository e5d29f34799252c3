import Foundation
import RAMiTKernels

extension Twin {
  /// The activation of every element.
  package static func activate(_ x: DoubleTensor, _ activation: Activation) -> DoubleTensor {
    var y = x
    let kinks = KinkDistance.current
    for place in x.values.indices {
      let v = x.values[place]
      switch activation {
      case .leakyReLU, .relu: kinks?.note(v)
      case .relu6: kinks?.note(min(abs(v), abs(v - 6)))
      case .gelu, .silu: break
      }
      y.values[place] = value(of: activation, at: v)
    }
    return y
  }

  /// An activation's value.
  package static func value(of activation: Activation, at x: Double) -> Double {
    switch activation {
    case .leakyReLU: x > 0 ? x : 0.01 * x
    case .relu: x > 0 ? x : 0
    case .relu6: min(max(x, 0), 6)
    // erfc, not 1 + erf: below zero the sum would cancel.
    case .gelu: x * 0.5 * erfc(-x / 2.0.squareRoot())
    case .silu: x / (1 + exp(-x))
    }
  }

  /// An activation's derivative; at a kink the lower side's.
  package static func derivative(of activation: Activation, at x: Double) -> Double {
    switch activation {
    case .leakyReLU: return x > 0 ? 1 : 0.01
    case .relu: return x > 0 ? 1 : 0
    case .relu6: return x > 0 && x < 6 ? 1 : 0
    case .gelu: return 0.5 * erfc(-x / 2.0.squareRoot()) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    case .silu:
      let sigmoid = 1 / (1 + exp(-x))
      return sigmoid + x * sigmoid * (1 - sigmoid)
    }
  }

  /// exp(l) / sum exp(l) of one row of logits.
  static func softmax(_ logits: [Double]) -> [Double] {
    let largest = logits.max() ?? 0
    let exponentials = logits.map { exp($0 - largest) }
    let total = exponentials.reduce(0, +)
    return exponentials.map { $0 / total }
  }
}
