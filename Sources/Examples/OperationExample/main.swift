// An operation of one's own: value and pullback together, and its gradient checked by finite differences.

import RAMiTAutograd
import RAMiTTensorCore

/// x^3, element by element.
func cube(_ x: Variable) -> Variable {
  let y = Tensor(x.shape) { y in
    for i in 0..<x.shape.count { y[i] = x.value.pointer[i] * x.value.pointer[i] * x.value.pointer[i] }
  }
  // The capture list says what is kept for the backward pass: here x with its value.
  return Variable(y, from: [x]) { [x = x.saved] dy, gradients in
    gradients.add(
      Tensor(dy.shape) { dx in
        for i in 0..<dy.count { dx[i] = 3 * x.value.pointer[i] * x.value.pointer[i] * dy.pointer[i] }
      }, to: x)
  }
}

let x = Tensor([0.5, -1, 2], [3]), gradient = Tensor(zeros: [3])
let tape = Tape()
tape.backward(from: tape.record { cube(Variable(leaf: x, gradient: gradient)) })

for i in 0..<x.count {
  func value(at distance: Float) -> Float {
    let moved = x.copy()
    moved.pointer[i] += distance
    return cube(Variable(constant: moved)).value.pointer[i]
  }
  let slope = (value(at: 1e-2) - value(at: -1e-2)) / 2e-2
  print("gradient \(gradient.pointer[i]), measured \(slope)")
  require(abs(gradient.pointer[i] - slope) < 1e-2, "the pullback is wrong")
}
