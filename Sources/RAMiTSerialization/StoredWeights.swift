import RAMiTTensorCore

/// The weights of one model in a file: names and shapes are known, and values are read one tensor at a time, so that
/// they are not in memory twice when a model loads them.
package struct StoredWeights {
  /// All tensors in the file's order; large ones without values, as meta tensors.
  package let outline: NamedTensors
  /// The file, for messages.
  package let path: String

  /// Where the values of large tensors lie.
  private let sources: [String: TensorDictionary.Source]
  private let read: (TensorDictionary.Source) throws -> Tensor

  /// - Parameter smallCount: tensors of at most this many values are read now.
  /// - Throws: `InputError` when two tensors have one name, or values are damaged.
  init(_ contents: WeightContents, _ entries: [TensorDictionary.Entry], smallCount: Int = .max) throws {
    var outline = NamedTensors(metadata: contents.metadata)
    outline.hasChecksums = contents.hasChecksums
    var sources: [String: TensorDictionary.Source] = [:]
    for entry in entries {
      guard outline[entry.name] == nil else {
        throw contents.file.error(expected: "one tensor a name", found: "two named '\(entry.name)'")
      }
      let shape = Shape(entry.source.shape ?? [])
      switch entry.source {
      case .unreadable(let kind): outline.unreadable[entry.name] = kind
      case _ where shape.count <= smallCount: outline[entry.name] = try contents.read(entry.source)
      default:
        outline[entry.name] = Tensor.withMetaTensors { Tensor(uninitialized: shape) }
        sources[entry.name] = entry.source
      }
    }
    self.outline = outline
    self.sources = sources
    path = contents.file.path
    read = contents.read
  }

  /// A tensor with its values; nil where the file has no such name. Each call reads the values of a large tensor again.
  /// - Throws: `InputError` when values are damaged.
  package func tensor(_ name: String) throws -> Tensor? { try sources[name].map(read) ?? outline[name] }
}
