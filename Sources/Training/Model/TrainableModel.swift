import Autograd
import Models
import NN
import Serialization

/// What the trainer needs of a model.
public protocol TrainableModel {
  var parameters: ParameterStore { get }
  /// The side of an input is a multiple of this; others are padded.
  var unit: Int { get }
  /// The configuration as JSON, from which the model can be built again.
  var configurationJSON: String { get throws }

  /// Restores images, N x H x W x C in [0, 1]; the result is N x sH x sW x C and not clamped.
  func restore(_ images: Variable) -> Variable

  /// The same while it learns: with dropout, whose random numbers are named by the seed and the step.
  /// - Parameters:
  ///   - step: the number of the forward pass.
  ///   - recomputation: what is computed again on the way back; the gradients do not depend on it.
  func restore(_ images: Variable, seed: UInt64, step: Int, recomputation: Recomputation) -> Variable

  /// The parameters and buffers that weight files hold, under their published names.
  var stateDict: NamedTensors { get }

  /// True for names that a weight file may have beside the parameters and that carry nothing to load.
  func isBesideParameters(_ name: String) -> Bool
}

extension TrainableModel {
  public var stateDict: NamedTensors { parameters.stateDict }

  public func isBesideParameters(_ name: String) -> Bool { false }
}
