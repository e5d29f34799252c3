import RAMiTDatasets
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import Testing

@testable import RAMiTTraining

@Suite struct CheckpointTests {
  @Test(arguments: ["adam", "adamW", "sgd, momentum: 0.9", "lion", "muon"])
  func aCheckpointIsAModelsWeights(optimizer: String) throws {
    let run = try BuiltInRun(
      yaml: """
        task: x2
        model: {dim: 16, depths: [1, 1, 1, 1], heads: 2, window: 2, wide: {groups: 1}}
        data: {train: {type: procedural, samplesPerEpoch: 8, patch: 8, batch: 2}}
        optimizer: {type: \(optimizer)}
        """, file: "c.yaml")
    let trainStep = try TrainStep(run.model.architecture.makeModel(seed: 1), run.training)
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/checkpoint.safetensors"
    try CheckpointSnapshot(trainStep, state: TrainingState(), configuration: run.yaml())
      .writeCheckpoint(to: path)
    let read = try PretrainedModel<BuiltInArchitecture>(weights: path)
    #expect(read.model.parameters.values.array == trainStep.model.parameters.values.array)
  }

  /// Batch norms have statistics and SwinIR has masks, which no average has values of its own for.
  @Test(arguments: [
    "{architecture: ELAN, dim: 6, blocks: 2, windows: [2, 2, 4]}",
    "{architecture: SwinIR, dim: 6, depths: [2], heads: [2], window: 4, imageSize: 8}",
    "{dim: 16, depths: [1, 1, 1, 1], heads: 2, window: 2, wide: {groups: 1}}",
  ])
  func theAverageOfACheckpointIsAModelsWeights(model: String) throws {
    let run = try BuiltInRun(
      yaml: """
        task: x2
        model: \(model)
        data: {train: {type: procedural, samplesPerEpoch: 8, patch: 8, batch: 2}}
        ema: {decay: 0.5}
        """, file: "c.yaml")
    let trainStep = try TrainStep(run.model.architecture.makeModel(seed: 1), run.training)
    let data = try TrainingData(run.training)
    let plan = TrainingPlan(run.training, samplesPerEpoch: 8)
    for iteration in 0..<2 {
      _ = try trainStep.run(
        data.batches(of: plan)(iteration), iteration: iteration, at: plan.position(iteration), location: "test")
    }
    let average = try #require(trainStep.average).values.array
    #expect(average != trainStep.model.parameters.values.array)
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/checkpoint.safetensors"
    try CheckpointSnapshot(trainStep, state: TrainingState(), configuration: run.yaml())
      .writeCheckpoint(to: path)
    var notes: [String] = []
    let read = try PretrainedModel<BuiltInArchitecture>(weights: path) { notes.append($0) }
    #expect(read.model.parameters.values.array == average)
    #expect(notes == ["\(path): 'ema', the averaged weights, taken; the weights that stand alone left"])
    for (buffer, own) in zip(read.model.parameters.buffers, trainStep.model.parameters.buffers) {
      #expect(buffer.value.array == own.value.array, "\(buffer.name)")
    }
    // And the checkpoint is whole.
    let other = try TrainStep(run.model.architecture.makeModel(seed: 2), run.training)
    try Checkpoint(reading: path).restore(other)
    #expect(other.average?.values.array == average)
    #expect(other.model.parameters.values.array == trainStep.model.parameters.values.array)
  }
}
