import RAMiTTensorCore

/// The weights of one model in a file: names and shapes are known, and values are read one tensor at a time, so that
/// they need not be in memory beside the model that they are for.
package struct StoredWeights {
  /// All tensors; large ones without values, as meta tensors.
  package let outline: NamedTensors
  /// The file, for messages.
  package let path: String

  /// Of the large tensors.
  private let sources: [String: TensorDictionary.Source]
  private let read: (TensorDictionary.Source) throws -> Tensor

  /// - Parameter smallCount: tensors of at most so many values are read at once.
  /// - Throws: `InputError` when a name comes twice, or values are damaged.
  init(_ contents: WeightContents, of choice: WeightChoice, smallCount: Int) throws {
    var outline = NamedTensors(metadata: contents.metadata)
    var sources: [String: TensorDictionary.Source] = [:]
    for (name, source) in choice.entries {
      guard outline[name] == nil else {
        throw contents.file.error(expected: "one tensor a name", found: "two named '\(name)'")
      }
      switch source {
      case .unreadable(let kind): outline.unreadable[name] = kind
      case _ where Shape(source.shape ?? []).count <= smallCount: outline[name] = try contents.read(source)
      default:
        outline[name] = Tensor.withMetaTensors { Tensor(uninitialized: Shape(source.shape ?? [])) }
        sources[name] = source
      }
    }
    // Small tensors lie all over the file.
    contents.file.bytes.forget(0..<contents.file.count)
    self.outline = outline
    self.sources = sources
    path = contents.file.path
    read = contents.read
  }

  /// A tensor with its values; nil where the file has no such name. Ask for each once: what the file keeps for it is
  /// dropped then.
  /// - Throws: `InputError` when values are damaged.
  package func tensor(_ name: String) throws -> Tensor? { try sources[name].map(read) ?? outline[name] }
}
