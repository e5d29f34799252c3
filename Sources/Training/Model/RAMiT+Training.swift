import Autograd
import Models

extension RAMiT: TrainableModel {
  public var unit: Int { configuration.unit }

  public var configurationJSON: String {
    get throws { try configuration.json }
  }

  public func restore(_ images: Variable) -> Variable { self(images) }

  public func restore(_ images: Variable, seed: UInt64, step: Int, recomputation: Recomputation) -> Variable {
    self(images, regularization: Regularization(seed: seed, iteration: step), recomputation: recomputation)
  }

  public func isBesideParameters(_ name: String) -> Bool { Self.isBesideParameters(name) }
}
