import Foundation
import RAMiTAutograd
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore

@testable import RAMiTONNX

extension RestorationModel {
  /// The file that `writeONNX` writes, as another program reads it.
  func exported(size: (height: Int, width: Int)? = nil, notes: [String: String] = [:]) throws -> ONNXFile {
    try ONNXFile(ONNXExport(self, size: size, path: "model.onnx").model(notes: notes).encoded)
  }

  /// Moves all weights, and the statistics of batch norms, away from their first values.
  func shake() {
    var random = RandomNumbers(seed: 2)
    for i in 0..<parameters.count { parameters.values.pointer[i] += 0.4 * (random.uniform() - 0.5) }
    for buffer in parameters.buffers where buffer.name.contains("running_") {
      for i in 0..<buffer.value.count { buffer.value.pointer[i] += 0.3 * random.uniform() }
    }
  }

  /// What `restore` gives for a batch of images.
  /// - Parameter images: N x H x W x C.
  func restored(_ images: Tensor) -> Tensor {
    let shape = images.shape
    let results = (0..<shape[0]).map { restore(images.slice($0..<$0 + 1).reshaped([shape[1], shape[2], shape[3]])) }
    return Tensor(results.flatMap(\.array), Shape([shape[0]] + results[0].shape.dimensions))
  }
}

/// Images with something to see in them, N x H x W x C in [0, 1].
func images(_ count: Int = 1, height: Int, width: Int, channels: Int) -> Tensor {
  let values = (0..<count).flatMap { seed in
    picture(width: width, height: height, channels: channels, seed: seed).tensor().array
  }
  return Tensor(values, [count, height, width, channels])
}

extension NumberArray {
  /// N x C x H x W of a tensor N x H x W x C.
  init(channelsFirst tensor: Tensor) {
    self = NumberArray(shape: tensor.shape.dimensions, values: tensor.array.map(Double.init)).transposed([0, 3, 1, 2])
  }

  /// The largest difference to another array of the same shape; infinite for another shape.
  func difference(to other: NumberArray) -> Double {
    guard shape == other.shape else { return .infinity }
    return zip(values, other.values).reduce(0) { Swift.max($0, abs($1.0 - $1.1)) }
  }
}

/// A model that is one function of its images.
struct FunctionArchitecture: RestorationArchitecture {
  var task: RestorationTask

  func makeModel(_ scope: ParameterScope) -> any RestorationModel {
    FunctionModel(self, scope) { images, _ in images }
  }
}

final class FunctionModel: RestorationModel {
  /// From images N x H x W x 3 to the same, with a parameter of three numbers.
  typealias Function = (_ images: Variable, _ parameter: Variable) -> Variable

  let architecture: FunctionArchitecture
  let parameters: ParameterStore
  let sizeMultiple: Int
  let padding: ImagePadding
  private let parameter: Parameter
  private let function: Function

  init(
    _ architecture: FunctionArchitecture = FunctionArchitecture(task: .dn), _ scope: ParameterScope = .init(seed: 1),
    padding: ImagePadding = ImagePadding(multiple: 1), _ function: @escaping Function
  ) {
    self.architecture = architecture
    self.function = function
    (self.padding, sizeMultiple) = (padding, padding.multiple)
    parameter = scope.parameter("numbers", [3], start: .uniform(0.5, 1))
    parameters = ParameterStore(scope)
  }

  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable {
    function(images, parameter.variable)
  }
}
