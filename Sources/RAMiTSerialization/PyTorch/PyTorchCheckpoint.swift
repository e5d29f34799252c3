import RAMiTDiagnostics
import RAMiTTensorCore

/// Weights as `torch.save` writes them: a zip archive with a pickle and one entry for each storage or, before PyTorch
/// 1.6, a sequence of pickles followed by the storages.
///
/// The pickle is interpreted, never executed (`PickleMachine`). Other objects than weights are opaque and harmless.
public enum PyTorchCheckpoint {
  /// The content of a file, without reading the values of tensors.
  /// - Throws: `InputError` that names the file and what is wrong with it.
  static func contents(_ file: FileBytes) throws -> WeightContents {
    if try LegacyCheckpoint.begins(file) {
      let legacy = try LegacyCheckpoint(file)
      let storages = StorageReader(file) { FilePart(file: file, range: try legacy.range(of: $0, file)) }
      return try contents(file, legacy.root, legacy.machine, storages)
    }
    if let kind = try unreadableFormat(file) {
      throw file.error(
        expected: "a file that torch.save wrote", found: "\(kind): load it in PyTorch, and torch.save its state_dict()")
    }
    let archive = try ZipArchive(file)
    let root = try folder(of: archive, file)
    guard let pickle = try archive.part(root + "data.pkl") else {
      throw file.error(expected: "one data.pkl in the archive", found: "no data.pkl")
    }
    guard pickle.range.count <= PickleMachine.maximumSize else {
      throw file.error(
        expected: "a pickle of at most \(PickleMachine.maximumSize >> 20) MiB", found: "\(pickle.range.count) bytes")
    }
    try pickle.read()
    var machine = PickleMachine(pickle.file, pickle.range, fileSize: file.count)
    let value = try machine.run()
    let storages = StorageReader(file) { key in
      guard let part = try archive.part(root + "data/" + key) else {
        throw file.error(expected: "the storage \(root)data/\(key) in the archive", found: "no such entry")
      }
      return part
    }
    return try contents(file, value, machine, storages)
  }

  /// The archive's folder, in which the pickle is.
  /// - Throws: `InputError` when there is not one, or numbers are not little-endian.
  private static func folder(of archive: ZipArchive, _ file: FileBytes) throws -> String {
    let pickleNames = archive.names.filter { $0.hasSuffix("/data.pkl") && $0.count(where: { $0 == "/" }) == 1 }
    guard pickleNames.count == 1 else {
      throw file.error(expected: "one data.pkl in the archive", found: "\(pickleNames.count)")
    }
    let root = String(pickleNames[0].dropLast("data.pkl".count))
    if archive.names.contains(root + "constants.pkl") {
      throw file.error(
        expected: "a file that torch.save wrote",
        found: "a TorchScript program: load it in PyTorch (torch.jit.load), and torch.save its state_dict()")
    }
    if let order = try archive.part(root + "byteorder") {
      try order.read()
      let text = try order.file.text(order.range, of: "the byte order")
      guard text == "little" else {
        throw file.error(expected: "little-endian numbers", found: "the byte order '\(text)'")
      }
    }
    return root
  }

  /// Finds the dictionaries in all containers, outer ones first.
  private static func contents(
    _ file: FileBytes, _ root: PickleValue, _ machine: PickleMachine, _ storages: StorageReader
  ) throws -> WeightContents {
    var walk = ContainerWalk(machine)
    walk.run(from: root)
    guard !walk.dictionaries.isEmpty else {
      throw file.error(expected: "a dictionary of tensors", found: walk.description(of: root))
    }
    var storages = storages
    storages.expect(walk.dictionaries)
    return WeightContents(file: file, dictionaries: walk.dictionaries, metadata: [:]) { source in
      guard case .stored(let tensor) = source else { preconditionFailure("a tensor of another file") }
      return try storages.tensor(tensor)
    }
  }

  /// What a file is that looks like one of torch.save but is not; nil for other files.
  static func unreadableFormat(_ file: FileBytes) throws -> String? {
    if try file.has("ustar".utf8, at: 257) { return "a tar archive of PyTorch before 0.1.10" }
    if file.count > 2, try file[0] == PickleOpcode.proto.rawValue, try file[1] <= PickleMachine.highestProtocol {
      return "a plain pickle"
    }
    return nil
  }
}

/// Finds the dictionaries of tensors in all containers of a pickle.
private struct ContainerWalk {
  private let machine: PickleMachine
  private(set) var dictionaries: [TensorDictionary] = []
  private var visited: (dictionaries: Set<Int>, sequences: Set<Int>) = ([], [])
  private var waiting: [(value: PickleValue, keyPath: String)] = []
  /// The first object of an unknown class.
  private var firstObject: (kind: String, keyPath: String)?

  /// Longer key paths are shortened, because a pickle may be nested a million deep.
  private static let maximumKeyPathSize = 400
  private static let maximumNameSize = 1000

  init(_ machine: PickleMachine) { self.machine = machine }

  mutating func run(from root: PickleValue) {
    waiting = [(root, "")]
    var next = 0
    while next < waiting.count {
      let (value, keyPath) = waiting[next]
      waiting[next].value = .none
      next += 1
      switch value {
      case .dictionary(let index): visit(dictionary: index, keyPath)
      case .sequence(let index):
        guard visited.sequences.insert(index).inserted else { continue }
        visit(pairs: machine.sequences[index], keyPath)
        for (i, element) in machine.sequences[index].enumerated() { enqueue(element, keyPath, "\(i)") }
      case .opaque(let index):
        if firstObject == nil { firstObject = (machine.opaques[index].kind, keyPath) }
        if let items = machine.opaques[index].items { visit(dictionary: items, keyPath) }
      default: break
      }
    }
  }

  private mutating func enqueue(_ value: PickleValue, _ keyPath: String, _ key: String) {
    switch value {
    case .dictionary, .sequence, .opaque:
      guard keyPath.utf8.count < Self.maximumKeyPathSize else { return waiting.append((value, keyPath)) }
      let key = key.utf8.count < Self.maximumKeyPathSize ? key : "..."
      waiting.append((value, keyPath.isEmpty ? key : keyPath + "." + key))
    default: break
    }
  }

  private mutating func visit(dictionary index: Int, _ keyPath: String) {
    guard visited.dictionaries.insert(index).inserted else { return }
    var entries: [TensorDictionary.Entry] = []
    var hasTensor = false
    for (key, value) in machine.items(ofDictionary: index) {
      switch key {
      case .string(let name):
        // A long name from the memo could be repeated a million times, and comparing it would be slow.
        if name.utf8.count > Self.maximumNameSize {
          enqueue(value, keyPath, "...")
        } else if case .tensor(let tensor) = value {
          entries.append(.init(name: name, source: .stored(tensor)))
          hasTensor = true
        } else {
          entries.append(.init(name: name, source: .unreadable(machine.kind(value))))
          enqueue(value, keyPath, name)
        }
      case .integer(let number): enqueue(value, keyPath, "\(number)")
      default: enqueue(value, keyPath, "?")
      }
    }
    if hasTensor { dictionaries.append(TensorDictionary(keyPath: keyPath, entries: entries)) }
  }

  /// A list of pairs of a name and a tensor, such as `list(model.named_parameters())`, counts as a dictionary.
  private mutating func visit(pairs: [PickleValue], _ keyPath: String) {
    let entries = pairs.compactMap { pair -> TensorDictionary.Entry? in
      guard case .sequence(let index) = pair, machine.sequences[index].count == 2,
        case .string(let name) = machine.sequences[index][0], name.utf8.count <= Self.maximumNameSize,
        case .tensor(let tensor) = machine.sequences[index][1]
      else { return nil }
      return TensorDictionary.Entry(name: name, source: .stored(tensor))
    }
    if !entries.isEmpty { dictionaries.append(TensorDictionary(keyPath: keyPath, entries: entries)) }
  }

  /// What a file without tensors holds, for messages.
  func description(of root: PickleValue) -> String {
    let advice = "(save the model's state_dict() in PyTorch)"
    if let firstObject, firstObject.kind.hasPrefix("an object of") || firstObject.kind.contains("tensor") {
      let name = firstObject.keyPath.isEmpty ? "" : " as '\(firstObject.keyPath)'"
      return "\(firstObject.kind)\(name), which is not built here \(advice)"
    }
    if case .dictionary(let index) = root {
      let items = machine.items(ofDictionary: index)
      guard let (key, value) = items.first else { return "an empty dictionary" }
      let name = if case .string(let name) = key { "'\(name)'" } else { machine.kind(key) }
      return "a dictionary without any, with \(machine.kind(value)) named \(name)"
    }
    return machine.kind(root)
  }
}
