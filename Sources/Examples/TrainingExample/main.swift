// A model of two convolutions that learns to enlarge images which the program draws.
//
//     swift run -c release -Xcc -march=native TrainingExample

import RAMiTAutograd
import RAMiTDatasets
import RAMiTNN
import RAMiTOptimizers

let scope = ParameterScope(seed: 1)
let head = Conv2d(scope / "head", inputs: 3, outputs: 32, kernelSize: 5, padding: 2)
let tail = Conv2d(scope / "tail", inputs: 32, outputs: 3 * 2 * 2, kernelSize: 3, padding: 1)
let parameters = ParameterStore(scope)
let optimizer = Adam(count: parameters.count)

let patches = PatchSampler(
  ProceduralPairs(seed: 1, width: 96, height: 96, scale: 2, channels: 3), PatchSettings(patch: 32, scale: 2), seed: 1)
let samples = TrainingSamples(patches, samplesPerEpoch: 1600, batch: 8, seed: 1)

for iteration in 0..<200 {
  let batch = try samples.batch(iteration: iteration)  // tensors, N x H x W x C in [0, 1]
  parameters.zeroGradients()
  let tape = Tape()
  let loss = tape.record { l1Loss(pixelShuffle(tail(relu(head(Variable(constant: batch.input)))), 2), batch.target) }
  tape.backward(from: loss)
  optimizer.step(parameters.values, gradients: parameters.gradients, learningRate: 2e-3)
  print("iteration \(iteration)  loss \(loss.value.scalar)")
}
