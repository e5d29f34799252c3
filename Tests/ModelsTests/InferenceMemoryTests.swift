import RAMiTAutograd
import RAMiTModels
import RAMiTParallel
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// The pool is the whole process's: a process of its own.
@Suite struct InferenceMemoryTests {
  /// Shallow features, the first stage's attention, and in the last stage its features, heads and attention live at one
  /// time, each a feature map at full resolution; with the channel heads' values and what is coarser or small, about
  /// six and a half.
  @Test func aWholeImageTakesSevenFeatureMaps() async {
    await #expect(processExitsWith: .success) {
      ComputeThreads.count = 2
      var configuration = RAMiTConfiguration(task: .x2)
      configuration.dim = 32
      configuration.heads = 2
      configuration.depths = [2, 1, 1, 3]
      configuration.wide.groups = 2
      let model = RAMiT(configuration)
      let image = Tensor(repeating: 0.5, [1, 512, 512, 3]), before = StoragePool.shared.usedBytes
      _ = model(Variable(constant: image))
      let featureMap = 512 * 512 * 32 * 4
      #expect(StoragePool.shared.peakBytes - before < 7 * featureMap)
    }
  }
  /// The file's tensors are never there all together, beside the model's or alone.
  @Test(arguments: ["safetensors", "pth"])
  func aModelOfAFileTakesItsParametersOnce(_ format: String) async {
    await #expect(processExitsWith: .success) { [format] in
      try withPath { path in
        let original = EDSRConfiguration(task: .x2).makeModel(seed: 1)
        if format == "pth" { try original.writePyTorch(to: path) } else { try original.write(to: path) }
        var loaded: PretrainedModel<BuiltInArchitecture>?
        let growth = try StoragePool.shared.peakGrowth { loaded = try PretrainedModel(weights: path, task: .x2) }
        let model = try #require(loaded?.model), bytes = 4 * original.parameters.count
        #expect(model.parameters.values.array == original.parameters.values.array)
        #expect(growth < bytes + bytes / 4, "\(growth) for \(bytes)")

        let image = Variable(constant: Tensor(repeating: 0.5, [1, 16, 16, 3]))
        #expect(storageLeak { _ = model(image) } < bytes / 4)
      }
    }
  }
}
