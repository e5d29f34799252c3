import Autograd
import Foundation
import Models
import Optimizers
import TensorCore

// Times RAMiT x2 on random images and prints JSON lines: infer:HxW is one image, train:BxP one Adam step of B patches of P x P.
// Seconds are the minimum, median and maximum of three runs after one warm-up.

func timed(_ name: String, _ step: () -> Void) {
  step()
  let seconds = (0..<3).map { _ in
    let start = Date()
    step()
    return Date().timeIntervalSince(start)
  }.sorted()
  print(#"{"case": "\#(name)", "seconds": {"min": \#(seconds[0]), "median": \#(seconds[1]), "max": \#(seconds[2])}}"#)
}

func image(_ shape: Shape) -> Tensor {
  var random = RandomNumbers(seed: 0)
  return Tensor((0..<shape.count).map { _ in random.uniform() }, shape)
}

for name in CommandLine.arguments.count > 1 ? Array(CommandLine.arguments.dropFirst()) : ["infer:128x128", "train:4x64"] {
  let parts = name.split(separator: ":")
  let sizes = parts.last?.split(separator: "x").compactMap { Int($0) } ?? []
  guard parts.count == 2, sizes.count == 2, sizes.allSatisfy({ (1...8192).contains($0) }) else {
    print("\(name): expected infer:HxW or train:BxP")
    exit(64)
  }
  let model = RAMiT(RAMiTVariant.ramit.configuration(for: .x2))
  if parts[0] == "infer" {
    let x = Variable(constant: image([1, sizes[0], sizes[1], 3]))
    timed(name) { _ = model(x) }
  } else {
    let x = image([sizes[0], sizes[1], sizes[1], 3]), target = image([sizes[0], 2 * sizes[1], 2 * sizes[1], 3])
    let adam = Adam(count: model.parameters.count)
    timed(name) {
      model.parameters.zeroGradients()
      let tape = Tape()
      tape.backward(from: l1Loss(model(tape.constant(x)), target))
      adam.step(model.parameters.values, gradients: model.parameters.gradients, rate: 4e-4)
    }
  }
}
