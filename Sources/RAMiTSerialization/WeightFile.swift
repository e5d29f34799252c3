import RAMiTDiagnostics

/// A file of weights in any format that is read here, told by its content and not by its name.
public enum WeightFile {
  /// Reads a safetensors file or a PyTorch checkpoint; all numbers become Float32.
  ///
  /// - Parameters:
  ///   - request: the model whose weights are looked for, in every dictionary of the file and behind every prefix; an
  ///     averaged copy comes before the weights it is of. Without a request it is the largest dictionary, and no prefix
  ///     is removed.
  ///   - note: called with one line that says what was taken, where there was a choice.
  /// - Throws: `InputError` that names the file and what is wrong with it.
  public static func read(
    _ path: String, for request: WeightRequest? = nil, note: (String) -> Void = { _ in }
  ) throws -> NamedTensors {
    try read(contents(FileBytes(reading: path)), request, note)
  }

  /// Reads what a file holds; `path` is for messages.
  public static func decode(
    _ bytes: [UInt8], path: String, for request: WeightRequest? = nil, note: (String) -> Void = { _ in }
  ) throws -> NamedTensors {
    try read(contents(FileBytes(bytes, path: path)), request, note)
  }

  /// Finds weights as `read` does, and leaves their values in the file until they are asked for.
  /// - Parameter smallCount: tensors of at most this many values are read at once: constants that tell models apart.
  package static func open(
    _ path: String, for request: WeightRequest? = nil, smallCount: Int = 4096, note: (String) -> Void = { _ in }
  ) throws -> StoredWeights {
    let contents = try contents(FileBytes(reading: path))
    guard !contents.dictionaries.isEmpty else {
      throw contents.file.error(expected: "a dictionary of tensors", found: "none")
    }
    let (best, others) = contents.choice(for: request)
    let weights = try StoredWeights(contents, of: best, smallCount: smallCount)
    tell(best, others, contents, note)
    return weights
  }

  static func read(
    _ contents: WeightContents, _ request: WeightRequest?, _ note: (String) -> Void
  ) throws -> NamedTensors {
    guard !contents.dictionaries.isEmpty else { return NamedTensors(metadata: contents.metadata) }
    let (best, others) = contents.choice(for: request)
    let tensors = try contents.tensors(of: best)
    tell(best, others, contents, note)
    return tensors
  }

  /// Says what was taken, where there was a choice.
  private static func tell(
    _ best: WeightChoice, _ others: [WeightChoice], _ contents: WeightContents, _ note: (String) -> Void
  ) {
    guard let other = others.first else { return }
    let more = others.count > 1 ? " and \(others.count - 1) more" : ""
    let kind = best.isAveraged ? ", the averaged weights," : ""
    note("\(contents.file.path): \(best.description)\(kind) taken; \(other.description)\(more) left")
  }

  private static func contents(_ file: FileBytes) throws -> WeightContents {
    guard file.count > 0 else {
      throw file.error(expected: "weights (.safetensors or .pth)", found: "an empty file")
    }
    if SafeTensorsHeader.begins(file) { return try SafeTensors.contents(file) }
    let isPickle = LegacyCheckpoint.begins(file) || PyTorchCheckpoint.unreadableFormat(file) != nil
    if file.starts(with: "PK".utf8) || isPickle { return try PyTorchCheckpoint.contents(file) }
    throw file.error(expected: "weights (.safetensors or .pth)", found: "a file of another kind")
  }
}

extension NamedTensors {
  /// The tensors that fit a request: those of the file they were read from, under their names without a prefix.
  /// - Parameters:
  ///   - path: the file they came from, for messages.
  ///   - note: called with one line that says what was taken, where there was a choice.
  public func selected(
    for request: WeightRequest, from path: String, note: (String) -> Void = { _ in }
  ) throws -> NamedTensors {
    let entries = map { TensorDictionary.Entry(name: $0.name, source: .value($0.tensor)) }
    let contents = WeightContents(
      file: FileBytes([], path: path), dictionaries: isEmpty ? [] : [TensorDictionary(place: "", entries: entries)],
      metadata: metadata
    ) { source in
      guard case .value(let tensor) = source else { preconditionFailure("a tensor of another file") }
      return tensor
    }
    return try WeightFile.read(contents, request, note)
  }
}
