// A tensor and its gradient: the slope of a sum of squares.

import RAMiTAutograd
import RAMiTTensorCore

let x = Tensor([1, -2, 3], [3]), gradient = Tensor(zeros: [3])

let tape = Tape()
let loss = tape.record { Variable(leaf: x, gradient: gradient).square().sum() }
tape.backward(from: loss)

print("loss", loss.value)  // 14
print("gradient", gradient)  // 2 x
