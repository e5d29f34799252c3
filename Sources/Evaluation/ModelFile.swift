import Diagnostics
import Foundation
import Models
import NN
import Serialization

extension RAMiT {
  /// The model of a weight file.
  public convenience init(weights path: String, task: RestorationTask?, variant: RAMiTVariant?) throws {
    let tensors = try WeightFile.read(path)
    let configuration: RAMiTConfiguration
    if let json = tensors.metadata["model"] {
      configuration = try JSONDecoder().decode(RAMiTConfiguration.self, from: Data(json.utf8))
    } else {
      guard let task else { throw InputError(path, expected: "a task (--task)", found: "none") }
      configuration = (variant ?? .ramit).configuration(for: task)
    }
    self.init(configuration)
    try parameters.load(tensors, from: path) { $0.hasSuffix(".relative_position_index") }
  }
}

extension RAMiTConfiguration {
  /// The paper's name of this model, or a name for one that the paper does not have.
  public var modelName: String {
    RAMiTVariant.allCases.first { $0.configuration(for: task) == self }?.rawValue ?? "custom"
  }
}
