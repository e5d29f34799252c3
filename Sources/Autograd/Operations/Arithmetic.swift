import Kernels
import TensorCore

/// a + b, of one shape.
public func add(_ a: consuming Variable, _ b: Variable) -> Variable {
  precondition(a.shape == b.shape, "\(a.shape) and \(b.shape) cannot be added")
  var a = consume a
  let sum = a.memoryForResult()
  sum.initialize { Kernels.add(a.value.pointer, b.value.pointer, into: $0, count: sum.count) }
  return Variable(sum, from: [a, b]) { [a = a.gradientSlot, b = b.gradientSlot] gradient, gradients in
    gradients.add(gradient, to: a)
    gradients.add(gradient, to: b)
  }
}

/// a times b, element by element, of one shape.
public func multiply(_ a: consuming Variable, _ b: Variable) -> Variable {
  precondition(a.shape == b.shape, "\(a.shape) and \(b.shape) cannot be multiplied")
  var a = consume a
  let product = a.memoryForResult()
  product.initialize { Kernels.multiply(a.value.pointer, b.value.pointer, into: $0, count: product.count) }
  return Variable(product, from: [a, b]) { [a = a.saved, b = b.saved] gradient, gradients in
    for (variable, other) in [(a, b), (b, a)] {
      gradients.write(to: variable) { target, accumulate in
        Kernels.multiply(
          gradient.pointer, other.value.pointer, into: target, count: gradient.count, adds: accumulate)
      }
    }
  }
}

/// x * factor + offset, per channel.
///
/// - Parameters:
///   - x: ... x C.
///   - factor, offset: C numbers.
public func affine(_ x: consuming Variable, factor: [Float], offset: [Float]) -> Variable {
  precondition(factor.count == x.shape.last && offset.count == factor.count, "\(x.shape) has \(x.shape.last) channels")
  var x = consume x
  let result = x.memoryForResult()
  result.initialize { scaleRows(x.value.pointer, factor: factor, offset: offset, into: $0, rows: x.shape.rows) }
  return Variable(result, from: [x]) { [x = x.gradientSlot] gradient, gradients in
    gradients.write(to: x) { target, accumulate in
      let none = [Float](repeating: 0, count: factor.count)
      scaleRows(
        gradient.pointer, factor: factor, offset: none, into: target, rows: gradient.shape.rows, adds: accumulate)
    }
  }
}

/// The activation of every element.
public func activate(_ x: consuming Variable, _ activation: Activation) -> Variable {
  var x = consume x
  let y = x.memoryForResult()
  y.initialize { activation.forward(x.value.pointer, $0, count: y.count) }
  return Variable(y, from: [x]) { [x = x.saved] dy, gradients in
    gradients.write(to: x) { dx, accumulate in
      activation.backward(x.value.pointer, dy: dy.pointer, dx: dx, count: dy.count, adds: accumulate)
    }
  }
}
