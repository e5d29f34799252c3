import RAMiTDiagnostics
import RAMiTTensorCore

/// Weights as `torch.save` writes them: a zip archive with a pickle and one entry for each storage or, before PyTorch
/// 1.6, a row of pickles and the storages behind them.
///
/// The pickle is interpreted, never executed: see `PickleMachine`. What stands beside the weights is opaque and does no
/// harm.
public enum PyTorchCheckpoint {
  static let maximumPickleSize = 64 << 20

  /// What a file holds, of which no tensor's values have been read yet.
  /// - Throws: `InputError` that names the file and what is wrong with it.
  static func contents(_ file: FileBytes) throws -> WeightContents {
    if LegacyCheckpoint.begins(file) {
      let legacy = try LegacyCheckpoint(file)
      let storages = StorageReader(file) { (file, try legacy.range(of: $0, file)) }
      return try contents(file, legacy.root, legacy.machine, storages)
    }
    if let kind = unreadableFormat(file) {
      throw file.error(
        expected: "a file that torch.save wrote", found: "\(kind): load it in PyTorch, and torch.save its state_dict()")
    }
    let archive = try ZipArchive(file)
    let root = try folder(of: archive, file)
    guard let pickle = try archive.content(of: root + "data.pkl") else {
      throw file.error(expected: "one data.pkl in the archive", found: "none")
    }
    guard pickle.range.count <= maximumPickleSize else {
      throw file.error(
        expected: "a pickle of at most \(maximumPickleSize >> 20) MiB", found: "\(pickle.range.count) bytes")
    }
    var machine = PickleMachine(pickle.bytes, pickle.range, fileSize: file.count)
    let value = try machine.run()
    let storages = StorageReader(file) { key in
      guard let content = try archive.content(of: root + "data/" + key) else {
        throw file.error(expected: "the storage \(root)data/\(key) in the archive", found: "none")
      }
      return content
    }
    return try contents(file, value, machine, storages)
  }

  /// The archive's folder, which its pickle names; its numbers are little-endian.
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
    if let order = try archive.content(of: root + "byteorder") {
      let text = try order.bytes.text(order.range, of: "the byte order")
      guard text == "little" else {
        throw file.error(expected: "little-endian numbers", found: "the byte order '\(text)'")
      }
    }
    return root
  }

  /// Walks through all containers, each once, outer ones first.
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

  /// What is no file of torch.save, but looks like one.
  static func unreadableFormat(_ file: FileBytes) -> String? {
    if file.bytes.dropFirst(257).starts(with: "ustar".utf8) { return "a tar archive of PyTorch before 0.1.10" }
    if file.bytes.count > 2, file.bytes[0] == PickleOpcode.proto.rawValue,
      file.bytes[1] <= PickleMachine.highestProtocol
    {
      return "a plain pickle"
    }
    return nil
  }
}

/// Finds the dictionaries of tensors in a pickle, wherever they are.
private struct ContainerWalk {
  private let machine: PickleMachine
  private(set) var dictionaries: [TensorDictionary] = []
  private var visited: (dictionaries: Set<Int>, sequences: Set<Int>) = ([], [])
  private var waiting: [(value: PickleValue, place: String)] = []
  /// The first object of a class that is not known, with its place.
  private var firstObject: (kind: String, place: String)?

  /// Places longer than this are cut; a pickle may nest a million deep.
  private static let maximumPlaceSize = 400
  private static let maximumNameSize = 1000

  init(_ machine: PickleMachine) { self.machine = machine }

  mutating func run(from root: PickleValue) {
    waiting = [(root, "")]
    var next = 0
    while next < waiting.count {
      let (value, place) = waiting[next]
      waiting[next].value = .none
      next += 1
      switch value {
      case .dictionary(let index): visit(dictionary: index, place)
      case .sequence(let index):
        guard visited.sequences.insert(index).inserted else { continue }
        visit(pairs: machine.sequences[index], place)
        for (i, element) in machine.sequences[index].enumerated() { enqueue(element, place, "\(i)") }
      case .opaque(let index):
        if firstObject == nil { firstObject = (machine.opaques[index].kind, place) }
        if let items = machine.opaques[index].items { visit(dictionary: items, place) }
      default: break
      }
    }
  }

  private mutating func enqueue(_ value: PickleValue, _ place: String, _ key: String) {
    switch value {
    case .dictionary, .sequence, .opaque:
      guard place.utf8.count < Self.maximumPlaceSize else { return waiting.append((value, place)) }
      let key = key.utf8.count < Self.maximumPlaceSize ? key : "..."
      waiting.append((value, place.isEmpty ? key : place + "." + key))
    default: break
    }
  }

  private mutating func visit(dictionary index: Int, _ place: String) {
    guard visited.dictionaries.insert(index).inserted else { return }
    var entries: [TensorDictionary.Entry] = []
    var hasTensor = false
    for (key, value) in machine.items(ofDictionary: index) {
      switch key {
      case .string(let name):
        // One long name from the memo could be that of a million tensors; none is compared with it.
        if name.utf8.count > Self.maximumNameSize {
          enqueue(value, place, "...")
        } else if case .tensor(let tensor) = value {
          entries.append(.init(name: name, source: .stored(tensor)))
          hasTensor = true
        } else {
          entries.append(.init(name: name, source: .unreadable(machine.kind(value))))
          enqueue(value, place, name)
        }
      case .integer(let number): enqueue(value, place, "\(number)")
      default: enqueue(value, place, "?")
      }
    }
    if hasTensor { dictionaries.append(TensorDictionary(place: place, entries: entries)) }
  }

  /// A list of names with their tensors, as `list(model.named_parameters())` is, counts as a dictionary.
  private mutating func visit(pairs: [PickleValue], _ place: String) {
    let entries = pairs.compactMap { pair -> TensorDictionary.Entry? in
      guard case .sequence(let index) = pair, machine.sequences[index].count == 2,
        case .string(let name) = machine.sequences[index][0], name.utf8.count <= Self.maximumNameSize,
        case .tensor(let tensor) = machine.sequences[index][1]
      else { return nil }
      return TensorDictionary.Entry(name: name, source: .stored(tensor))
    }
    if !entries.isEmpty { dictionaries.append(TensorDictionary(place: place, entries: entries)) }
  }

  /// What a file without tensors holds instead.
  func description(of root: PickleValue) -> String {
    let advice = "(save the model's state_dict() in PyTorch)"
    if let firstObject, firstObject.kind.hasPrefix("an object of") || firstObject.kind.contains("tensor") {
      let name = firstObject.place.isEmpty ? "" : " as '\(firstObject.place)'"
      return "\(firstObject.kind)\(name), which is not built here \(advice)"
    }
    if case .dictionary(let place) = root {
      let items = machine.items(ofDictionary: place)
      guard let (key, value) = items.first else { return "an empty dictionary" }
      let name = if case .string(let name) = key { "'\(name)'" } else { machine.kind(key) }
      return "a dictionary without any, with \(machine.kind(value)) named \(name)"
    }
    return machine.kind(root)
  }
}
