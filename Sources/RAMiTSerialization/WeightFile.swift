import RAMiTDiagnostics
import RAMiTFiles

/// A weight file of any readable format, which is recognised by its content and not by its name.
public enum WeightFile {
  /// Whether there is something at a path.
  package static func exists(_ path: String) -> Bool { FileStatus.exists(path) }

  /// Reads a safetensors file or a PyTorch checkpoint; all numbers are converted to Float32.
  ///
  /// - Parameters:
  ///   - request: the model whose weights are searched in all dictionaries of the file and behind all prefixes. An
  ///     averaged copy is preferred to the weights that it averages. Nil reads the largest dictionary, and removes no
  ///     prefix.
  ///   - note: called with one line that says what was taken, when there was a choice.
  /// - Throws: `InputError` that names the file and what is wrong with it.
  public static func read(
    _ path: String, for request: WeightRequest? = nil, note: (String) -> Void = { _ in }
  ) throws -> NamedTensors {
    try read(contents(FileBytes(reading: path)), request, note)
  }

  /// Reads the bytes of a file; `path` is for messages.
  public static func decode(
    _ bytes: [UInt8], path: String, for request: WeightRequest? = nil, note: (String) -> Void = { _ in }
  ) throws -> NamedTensors {
    try read(contents(FileBytes(bytes, path: path)), request, note)
  }

  /// Finds weights as `read` does; their values are read on demand.
  /// - Parameter smallCount: tensors of at most this many values are read now, because constants distinguish models.
  package static func open(
    _ path: String, for request: WeightRequest? = nil, smallCount: Int = 4096, note: (String) -> Void = { _ in }
  ) throws -> StoredWeights {
    let contents = try contents(FileBytes(reading: path))
    guard !contents.dictionaries.isEmpty else {
      throw contents.file.error(expected: "a dictionary of tensors", found: "no tensors")
    }
    return try choose(contents, request, smallCount: smallCount, note)
  }

  fileprivate static func read(
    _ contents: WeightContents, _ request: WeightRequest?, _ note: (String) -> Void
  ) throws -> NamedTensors {
    guard !contents.dictionaries.isEmpty else { return NamedTensors(metadata: contents.metadata) }
    return try choose(contents, request, smallCount: .max, note).outline
  }

  /// Takes the tensors that fit best, and says which where there was a choice.
  private static func choose(
    _ contents: WeightContents, _ request: WeightRequest?, smallCount: Int, _ note: (String) -> Void
  ) throws -> StoredWeights {
    let (best, others) = contents.choice(for: request)
    let weights = try StoredWeights(contents, best.entries, smallCount: smallCount)
    if let other = others.first {
      let more = others.count > 1 ? " and \(others.count - 1) more" : ""
      let kind = best.isAveraged ? ", the averaged weights," : ""
      note("\(contents.file.path): \(best.description)\(kind) taken; \(other.description)\(more) left")
    }
    return weights
  }

  private static func contents(_ file: FileBytes) throws -> WeightContents {
    guard file.count > 0 else {
      throw file.error(expected: "weights (.safetensors or .pth)", found: "an empty file")
    }
    if try SafeTensorsHeader.begins(file) { return try SafeTensors.contents(file) }
    let isPickle = try LegacyCheckpoint.begins(file) || PyTorchCheckpoint.unreadableFormat(file) != nil
    if try isPickle || file.has("PK".utf8) { return try PyTorchCheckpoint.contents(file) }
    throw file.error(expected: "weights (.safetensors or .pth)", found: "a file of another kind")
  }
}

extension NamedTensors {
  /// The tensors that fit a request, by their names without a prefix.
  /// - Parameters:
  ///   - path: the file that they were read from, for messages.
  ///   - note: called with one line that says what was taken, when there was a choice.
  public func selected(
    for request: WeightRequest, from path: String, note: (String) -> Void = { _ in }
  ) throws -> NamedTensors {
    let entries = map { TensorDictionary.Entry(name: $0.name, source: .value($0.tensor)) }
    let contents = WeightContents(
      file: FileBytes([], path: path), dictionaries: isEmpty ? [] : [TensorDictionary(keyPath: "", entries: entries)],
      metadata: metadata
    ) { source in
      guard case .value(let tensor) = source else { preconditionFailure("a tensor of another file") }
      return tensor
    }
    return try WeightFile.read(contents, request, note)
  }
}
