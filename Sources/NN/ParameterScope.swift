import Foundation
import TensorCore

/// Where a module asks for its parameters: it knows the path so far, and gives each parameter its full name and first value.
///
/// Handed down through the initialisers: `scope / "stage1"` is the scope of a submodule. Every parameter's random first value
/// comes from a stream of its own, keyed by (seed, name), so adding one parameter does not change the others.
public struct ParameterScope {
  private final class Collection {
    var parameters: [Parameter] = []
    var names: Set<String> = []
  }

  private let collection: Collection
  private let path: String
  private let seed: UInt64?

  /// - Parameter seed: nil gives zeros, for a model whose weights are then read.
  public init(seed: UInt64?) {
    collection = Collection()
    path = ""
    self.seed = seed
  }

  private init(_ parent: ParameterScope, path: String) {
    collection = parent.collection
    seed = parent.seed
    self.path = path
  }

  /// The scope of the submodule with this name.
  public static func / (scope: ParameterScope, name: String) -> ParameterScope {
    ParameterScope(scope, path: scope.path + name + ".")
  }

  var collected: [Parameter] { collection.parameters }

  /// A new parameter.
  /// - Parameter shape: in memory; see `ParameterLayout` for the file's.
  /// - Precondition: no parameter of this name exists.
  public func parameter(
    _ name: String, _ shape: Shape, layout: ParameterLayout = .plain, start: Initializer
  ) -> Parameter {
    let name = path + name
    precondition(collection.names.insert(name).inserted, "two parameters are called \(name)")
    let value = seed.map { start.values(shape, seed: $0, name: name) } ?? Tensor(zeros: shape)
    let parameter = Parameter(name: name, layout: layout, value: value)
    collection.parameters.append(parameter)
    return parameter
  }
}

/// A parameter's first values.
public enum Initializer {
  case constant(Float)
  /// Uniform within 1 / sqrt(fanIn) of zero, as PyTorch starts the weights and biases of its convolutions.
  case uniform(fanIn: Int)

  func values(_ shape: Shape, seed: UInt64, name: String) -> Tensor {
    switch self {
    case .constant(let value): return Tensor(repeating: value, shape)
    case .uniform(let fanIn):
      let bound = 1 / Float(fanIn).squareRoot()
      var random = RandomNumbers(seed: seed, name.utf8.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) })
      return Tensor((0..<shape.count).map { _ in (2 * random.uniform() - 1) * bound }, shape)
    }
  }
}
