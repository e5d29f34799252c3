// Fine-tuning: the weights of a file trained further, in a training loop of one's own.
//
//     swift run -c release FineTuningExample RAMiT-1_X2.pth tuned.safetensors 100

import RAMiTAutograd
import RAMiTDatasets
import RAMiTModels
import RAMiTNN
import RAMiTOptimizers
import RAMiTTensorCore

guard CommandLine.arguments.count == 4, let iterations = Int(CommandLine.arguments[3]) else {
  fatalError("usage: FineTuningExample WEIGHTS OUTPUT ITERATIONS")
}
let (input, output) = (CommandLine.arguments[1], CommandLine.arguments[2])

// The file tells which model it is, by its notes or by the names and shapes in it.
let model = try PretrainedModel<BuiltInArchitecture>(weights: input).model
let task = model.task, parameters = model.parameters

// Patches of images that the program draws; `PhotoPairs` reads photos.
let settings = PatchSettings(patch: model.padding.paddedSide(32), scale: task.scale)
let side = (settings.patch + 8) * task.scale
let pairs = ProceduralPairs(seed: 1, width: side, height: side, scale: task.scale, channels: task.channels)
let samples = TrainingSamples(
  PatchSampler(pairs, settings, seed: 1), samplesPerEpoch: 4 * iterations, batch: 4, seed: 1)

// The first layer keeps its weights.
for parameter in parameters.parameters.prefix(2) { parameter.requiresGradient = false }

let optimizer = Adam(count: parameters.count)
for iteration in 0..<iterations {
  let batch = try samples.batch(iteration: iteration)
  parameters.zeroGradients()
  let tape = Tape()
  let loss = tape.record {
    let context = TrainingContext(seed: 1, iteration: iteration)
    return l1Loss(model(Variable(constant: batch.input), context: context), batch.target)
  }
  tape.backward(from: loss)
  optimizer.step(parameters.values, gradients: parameters.gradients, learningRate: 1e-4)
  print("iteration \(iteration)  loss \(loss.value.scalar)")
}
try model.write(to: output)
