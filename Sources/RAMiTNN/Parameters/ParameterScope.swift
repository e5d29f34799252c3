import RAMiTTensorCore

/// Where a module asks for its parameters. It knows the path so far, and gives each parameter its full name and its
/// initial value.
///
/// It is handed down through the initialisers: `scope / "stage1"` is the scope of a submodule. Every parameter's random
/// initial value comes from its own stream, keyed by (seed, name), so adding one parameter does not change the others.
public struct ParameterScope {
  private final class Collection {
    var parameters: [Parameter] = []
    var buffers: [Buffer] = []
    var ignoredNames: Set<String> = []
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
  var buffers: [Buffer] { collection.buffers }
  var ignoredNames: Set<String> { collection.ignoredNames }

  /// A new parameter.
  /// - Parameter shape: in memory; see `ParameterLayout` for the file's.
  /// - Precondition: no parameter of this name exists.
  public func parameter(
    _ name: String, _ shape: Shape, layout: ParameterLayout = .plain, start: Initializer
  ) -> Parameter {
    let name = path + name
    require(collection.names.insert(name).inserted, "two parameters are called \(name)")
    let parameter = Parameter(name: name, layout: layout, shape: shape) { [seed] value in
      if let seed {
        start.write(to: value, layout: layout, seed: seed, name: name)
      } else {
        value.initialize { $0.update(repeating: 0, count: value.count) }
      }
    }
    collection.parameters.append(parameter)
    return parameter
  }

  /// A new buffer: a tensor that is saved and loaded with the parameters and not trained.
  /// - Parameters:
  ///   - value: its initial value, in the layout of memory; the scope's seed does not matter.
  ///   - isOptional: whether a weight file may lack it; the value then stays.
  ///   - isInteger: whether files hold it as int64, as PyTorch's counters and indices are.
  /// - Precondition: no parameter or buffer of this name exists.
  public func buffer(_ name: String, _ value: Tensor, isOptional: Bool = false, isInteger: Bool = false) -> Buffer {
    let name = path + name
    require(collection.names.insert(name).inserted, "two parameters are called \(name)")
    let buffer = Buffer(name: name, value: value, isOptional: isOptional, isInteger: isInteger)
    collection.buffers.append(buffer)
    return buffer
  }

  /// Declares a tensor that weight files may have and the model does not use: loading ignores it.
  public func ignore(_ name: String) { collection.ignoredNames.insert(path + name) }
}
