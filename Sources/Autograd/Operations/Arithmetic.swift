import Kernels
import TensorCore

/// a + b, of one shape.
public func add(_ a: consuming Variable, _ b: Variable) -> Variable {
  precondition(a.shape == b.shape, "\(a.shape) and \(b.shape) cannot be added")
  var a = a
  let sum = a.memoryForResult()
  Kernels.add(a.value.pointer, b.value.pointer, into: sum.pointer, count: sum.count)
  return Variable(sum, from: [a, b]) { [a = a.place, b = b.place] gradient, gradients in
    gradients.add(gradient, to: a)
    gradients.add(gradient, to: b)
  }
}

/// a times b, element by element, of one shape.
public func multiply(_ a: consuming Variable, _ b: Variable) -> Variable {
  precondition(a.shape == b.shape, "\(a.shape) and \(b.shape) cannot be multiplied")
  var a = a
  let product = a.memoryForResult()
  Kernels.multiply(a.value.pointer, b.value.pointer, into: product.pointer, count: product.count)
  return Variable(product, from: [a, b]) { [a = a.saved, b = b.saved] gradient, gradients in
    for (variable, other) in [(a, b), (b, a)] {
      gradients.write(to: variable) { target, adds in
        Kernels.multiply(
          gradient.pointer, other.value.pointer, into: target, count: gradient.count, adds: adds)
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
  var x = x
  let result = x.memoryForResult()
  scaleRows(x.value.pointer, factor: factor, offset: offset, into: result.pointer, rows: x.shape.rows)
  return Variable(result, from: [x]) { [x = x.place] gradient, gradients in
    gradients.write(to: x) { target, adds in
      let none = [Float](repeating: 0, count: factor.count)
      scaleRows(gradient.pointer, factor: factor, offset: none, into: target, rows: gradient.shape.rows, adds: adds)
    }
  }
}

/// The activation of every element.
public func activate(_ x: consuming Variable, _ activation: Activation) -> Variable {
  var x = x
  let y = x.memoryForResult()
  activation.forward(x.value.pointer, y.pointer, count: y.count)
  return Variable(y, from: [x]) { [x = x.saved] dy, gradients in
    gradients.write(to: x) { dx, adds in
      activation.backward(x.value.pointer, dy: dy.pointer, dx: dx, count: dy.count, adds: adds)
    }
  }
}
