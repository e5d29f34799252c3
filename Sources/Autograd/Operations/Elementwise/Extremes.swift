import Kernels

/// The larger of a and b, element by element, with broadcasting; NaN where either is.
///
/// Where both are equal, each gets half of the gradient.
/// - Precondition: the shapes can be broadcast.
public func maximum(_ a: consuming Variable, _ b: consuming Variable) -> Variable { elementwise(a, b, .maximum) }

/// The smaller of a and b, element by element, with broadcasting; NaN where either is.
///
/// Where both are equal, each gets half of the gradient.
/// - Precondition: the shapes can be broadcast.
public func minimum(_ a: consuming Variable, _ b: consuming Variable) -> Variable { elementwise(a, b, .minimum) }
