import RAMiTKernels
import RAMiTTensorCore

// Activations of every element. At kinks the derivatives are PyTorch's.

/// max(x, 0). Its derivative at 0 is 0.
public func relu(_ x: consuming Variable) -> Variable { elementwise(x, .relu) }

/// Limits x to [0, 6]. Its derivative at both bounds is 0.
public func relu6(_ x: consuming Variable) -> Variable { elementwise(x, .relu6) }

/// x, and `slope` times x below 0.
public func leakyReLU(_ x: consuming Variable, slope: Float = 0.01) -> Variable {
  elementwise(x, .leakyReLU(slope: slope))
}

/// x, and alpha (exp(x) - 1) below 0 (Clevert et al., 2016).
public func elu(_ x: consuming Variable, alpha: Float = 1) -> Variable { elementwise(x, .elu(alpha: alpha)) }

/// How GELU is computed.
public enum GELUApproximation: String, Codable, CaseIterable, Sendable {
  /// By the error function.
  case none
  /// By 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
  case tanh
}

/// x times the standard normal distribution function (Hendrycks and Gimpel, 2016).
///
/// The error is below 4e-7 |x|.
public func gelu(_ x: consuming Variable, approximation: GELUApproximation = .none) -> Variable {
  elementwise(x, approximation == .none ? .gelu : .tanhGELU)
}

/// x sigmoid(x), also called swish (Elfwing et al., 2018).
public func silu(_ x: consuming Variable) -> Variable { elementwise(x, .silu) }

/// log(1 + exp(x)).
public func softplus(_ x: consuming Variable) -> Variable { elementwise(x, .softplus) }

/// x tanh(softplus(x)) (Misra, 2020).
public func mish(_ x: consuming Variable) -> Variable { elementwise(x, .mish) }

/// (x + 3) / 6, limited to [0, 1].
public func hardsigmoid(_ x: consuming Variable) -> Variable { elementwise(x, .hardsigmoid) }

/// x hardsigmoid(x) (Howard et al., 2019).
public func hardswish(_ x: consuming Variable) -> Variable { elementwise(x, .hardswish) }

/// 1 / (1 + exp(-x)).
public func sigmoid(_ x: consuming Variable) -> Variable { elementwise(x, .sigmoid) }

/// The hyperbolic tangent.
public func tanh(_ x: consuming Variable) -> Variable { elementwise(x, .tanh) }

extension Activation {
  /// The activation of every element.
  public func callAsFunction(_ x: consuming Variable) -> Variable {
    switch self {
    case .leakyReLU: RAMiTAutograd.leakyReLU(x, slope: Self.leakySlope)
    case .relu: RAMiTAutograd.relu(x)
    case .relu6: RAMiTAutograd.relu6(x)
    case .gelu: RAMiTAutograd.gelu(x)
    case .silu: RAMiTAutograd.silu(x)
    }
  }
}
