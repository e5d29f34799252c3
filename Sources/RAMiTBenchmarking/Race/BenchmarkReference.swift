import RAMiTAutograd
import RAMiTMachine
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore

/// What another implementation needs to do the work of a case and to show that it is the same work: a file of weights,
/// images and results.
package struct BenchmarkReference: Sendable {
  package let path: String
  /// Trained values of the model.
  package let parameters: Int

  /// Does the work once, and writes a safetensors file: the state dictionary after `model.`, the images `input`
  /// (N x C x H x W), and the restored ones, `output`. For training these are the `target` images, and the `losses`
  /// before the first and the second step: the second tells whether the gradients and Adam are the same.
  /// - Throws: `InputError` that names the file.
  package init(_ work: BenchmarkCase, of architecture: some RestorationArchitecture, writingTo path: String) throws {
    let model = architecture.makeModel(), images = work.images(for: architecture.task)
    var tensors = NamedTensors()
    let weights = model.stateDict
    for (name, tensor) in weights { tensors["model." + name] = tensor.copy() }
    tensors.int64Names = Set(weights.int64Names.map { "model." + $0 })
    tensors["input"] = images.channelsFirst
    if work.trains {
      tensors["target"] = work.targets(for: architecture.task).channelsFirst
      let step = work.trainStep(model)
      tensors["losses"] = Tensor([step().value.pointer[0], step().value.pointer[0]], [2])
    } else {
      tensors["output"] = model(Variable(constant: images)).value.channelsFirst
    }
    try SafeTensors.write(tensors, to: path)
    (self.path, parameters) = (path, model.parameters.count)
    // The contestants need the memory.
    StoragePool.shared.trim()
    ProcessMemory.returnFreed()
  }

  init(path: String, parameters: Int) { (self.path, self.parameters) = (path, parameters) }
}

extension Tensor {
  /// N x H x W x C to N x C x H x W.
  fileprivate var channelsFirst: Tensor { Variable(constant: self).permuted([0, 3, 1, 2]).value }
}
