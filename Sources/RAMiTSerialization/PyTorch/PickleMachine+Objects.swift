import RAMiTDiagnostics

/// Containers, and the meaning of globals.
extension PickleMachine {
  mutating func pushSequence(_ values: [PickleValue]) {
    stack.append(.sequence(sequences.count))
    sequences.append(values)
  }

  mutating func pushDictionary() {
    stack.append(.dictionary(dictionaries.count))
    dictionaries.append([])
  }

  mutating func pushDictionary(ofItems values: [PickleValue]) throws {
    pushDictionary()
    try setItems(values)
  }

  mutating func pushOpaque(_ kind: String) { stack.append(opaque(kind)) }

  mutating func opaque(_ kind: String) -> PickleValue {
    opaques.append((kind, nil))
    return .opaque(opaques.count - 1)
  }

  mutating func append(_ values: [PickleValue]) throws {
    switch try top() {
    case .sequence(let index): sequences[index] += values
    case .opaque: break  // a deque
    default: throw malformed("a list to append to", found: kind(try top()))
    }
  }

  mutating func setItems(_ values: [PickleValue]) throws {
    guard values.count.isMultiple(of: 2) else { throw malformed("keys with values", found: "a key without a value") }
    let index: Int
    switch try top() {
    case .dictionary(let known): index = known
    case .opaque(let object):
      // A dictionary of a class of its own.
      index = opaques[object].items ?? dictionaries.count
      if opaques[object].items == nil {
        opaques[object].items = index
        dictionaries.append([])
      }
    default: throw malformed("a dictionary to set items of", found: kind(try top()))
    }
    for i in stride(from: 0, to: values.count, by: 2) {
      dictionaries[index].append((values[i], values[i + 1]))
    }
  }

  /// Sets the attributes of an object; they are not kept.
  mutating func build() throws {
    let state = try pop()
    switch try top() {
    case .dictionary, .opaque, .tensor, .storage, .global: break
    default: throw malformed("an object to set attributes of", found: "\(kind(state)) for \(kind(try top()))")
    }
  }

  func sequence(_ value: PickleValue, _ what: String) throws -> [PickleValue] {
    guard case .sequence(let index) = value else { throw malformed(what, found: kind(value)) }
    return sequences[index]
  }

  private func integers(_ value: PickleValue, _ what: String) throws -> [Int] {
    let values = try sequence(value, what)
    guard values.count <= Self.maximumRank else {
      throw malformed("\(what) of at most \(Self.maximumRank) numbers", found: "\(values.count)")
    }
    return try values.map { element in
      guard case .integer(let integer) = element else { throw malformed(what, found: kind(element)) }
      return integer
    }
  }

  /// The limit of PyTorch and NumPy.
  private static var maximumRank: Int { 64 }

  // MARK: Calls

  /// The result of a call: a tensor, a dictionary, or an opaque value.
  mutating func call(_ callee: PickleValue, _ arguments: [PickleValue]) throws -> PickleValue {
    guard case .global(let name) = callee else {
      guard case .opaque = callee else { throw malformed("a class or function", found: "\(kind(callee)) called") }
      return opaque("an object")
    }
    guard let global = PickleGlobal(rawValue: name) else {
      if name == "_codecs.encode" { return opaque("bytes") }
      return opaque(objectKind(name))
    }
    switch (global, arguments.count) {
    case (.orderedDictionary, 0...1), (.dictionary, 0...1), (.dictionaryOfPython2, 0...1), (.counter, 0...1):
      return try dictionary(arguments.first)
    case (.defaultDictionary, 0...2): return try dictionary(arguments.count == 2 ? arguments[1] : nil)
    case (.size, 1): return arguments[0]
    case (.rebuildTensorOfOldest, 4), (.rebuildTensor, 6...7), (.rebuildTensorOfType, 7...8):
      return try tensor(arguments, hasType: global == .rebuildTensorOfType)
    case (.rebuildParameter, 3), (.rebuildParameterWithState, 4), (.rebuildDeviceTensor, 4):
      switch arguments[0] {
      case .tensor, .opaque: return arguments[0]
      default: throw malformed("a parameter's tensor", found: kind(arguments[0]))
      }
    case (.rebuildFromType, 4): return try tensor(ofType: arguments)
    default: return opaque(global.opaqueKind ?? objectKind(name))
    }
  }

  /// The description of objects of a class. It is kept, because a pickle may make millions of them.
  private mutating func objectKind(_ name: String) -> String {
    if let known = objectKinds[name] { return known }
    let kind = "an object of \(name.prefix(200))"
    objectKinds[name] = kind
    return kind
  }

  /// A dictionary of pairs. A dictionary that is made from another is not copied.
  private mutating func dictionary(_ source: PickleValue?) throws -> PickleValue {
    if case .dictionary = source { return source! }
    var items: [(key: PickleValue, value: PickleValue)] = []
    if case .sequence(let index) = source {
      copiesLeft -= sequences[index].count
      try requireCopies()
      for pair in sequences[index] {
        let pair = try sequence(pair, "a key with its value")
        guard pair.count == 2 else { throw malformed("a key with its value", found: "\(pair.count) values") }
        items.append((pair[0], pair[1]))
      }
    }
    dictionaries.append(items)
    return .dictionary(dictionaries.count - 1)
  }

  /// `(function, class, arguments, state)`: a tensor with attributes, or of a class of its own.
  private mutating func tensor(ofType arguments: [PickleValue]) throws -> PickleValue {
    guard case .global(let name) = arguments[1], case .global(let function) = arguments[0] else {
      return opaque("a tensor of a class of its own")
    }
    let plain = ["torch.Tensor", "torch._tensor.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer"]
    guard plain.contains(name), PickleGlobal(rawValue: function) != .rebuildFromType else {
      return opaque("a tensor of the class \(name.prefix(200))")
    }
    return try call(arguments[0], try sequence(arguments[2], "a tensor's arguments"))
  }

  /// `('storage', class, key, device, count[, view])`
  mutating func pushPersistent(_ identity: PickleValue) throws {
    let fields = try sequence(identity, "a storage's identity")
    // The class of a pickled module, with its source code.
    if fields.count == 4, case .string("module") = fields[0] { return stack.append(fields[1]) }
    guard (5...6).contains(fields.count), case .string("storage") = fields[0], case .global(let name) = fields[1],
      name.hasPrefix("torch."), name.hasSuffix("Storage"), case .string(let key) = fields[2],
      case .integer(let count) = fields[4], count >= 0
    else { throw malformed("a storage's identity", found: "another tuple of \(fields.count) values") }
    let whole = StorageReference(key: key, className: name, count: count)
    remember(whole)
    guard fields.count == 6, case .sequence(let index) = fields[5] else { return stack.append(.storage(whole)) }
    // Before PyTorch 0.4, a storage could be a view of another storage: (key, offset, count).
    guard sequences[index].count == 3, case .integer(let start) = sequences[index][1], start >= 0, start <= count else {
      throw malformed("a view of a storage", found: "another tuple of \(sequences[index].count) values")
    }
    stack.append(.storage(StorageReference(key: key, className: name, count: count, start: start)))
  }

  /// `(storage, offset, shape, strides, requires gradient, hooks[, type][, metadata])`
  private mutating func tensor(_ arguments: [PickleValue], hasType: Bool) throws -> PickleValue {
    guard case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1] else {
      if case .opaque = arguments[0] { return opaque("a tensor without a storage that can be read") }
      throw malformed("a tensor's storage and offset", found: "\(kind(arguments[0])) and \(kind(arguments[1]))")
    }
    let shape = try integers(arguments[2], "a tensor's shape")
    // One list of arguments may make many tensors, each with its own copy of the shape.
    copiesLeft -= shape.count
    try requireCopies()
    let strides = try integers(arguments[3], "a tensor's strides")
    var type = storage.type
    var typeName = storage.className
    if hasType, case .global(let name) = arguments[6] { (type, typeName) = (ElementType(dtype: name), name) }
    guard let type, storage.isUntyped || storage.type == type else {
      return opaque("a tensor of \(typeName.prefix(80))")
    }
    // PyTorch negates or conjugates the values of such a tensor later.
    let metadata = hasType ? 7 : 6
    if arguments.count > metadata, case .dictionary(let index) = arguments[metadata] {
      for case (_, .bool(true)) in dictionaries[index] { return opaque("a tensor with a pending negation") }
    }
    guard let tensor = StoredTensor(storage, type, offset: offset, shape: shape, strides: strides) else {
      throw malformed(
        "a tensor inside its storage of \(storage.count) values",
        found: "shape \(shape), strides \(strides), offset \(offset)")
    }
    return .tensor(tensor)
  }
}
