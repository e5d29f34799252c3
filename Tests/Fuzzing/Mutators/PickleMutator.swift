import RAMiTTensorCore

/// Changes operations of a pickle and what they take along.
enum PickleMutator {
  private static let operations = Array("(.012BCFGIJKLMNPQRSTUVX]abcdeghijloqprstu})".utf8) + Array(0x80...0x98)

  private static let globals = [
    "collections\nOrderedDict\n", "collections\ndefaultdict\n", "collections\nCounter\n", "torch\nSize\n",
    "torch._utils\n_rebuild_tensor\n", "torch._utils\n_rebuild_tensor_v2\n", "torch._utils\n_rebuild_tensor_v3\n",
    "torch._utils\n_rebuild_parameter\n", "torch._utils\n_rebuild_parameter_with_state\n",
    "torch._tensor\n_rebuild_from_type_v2\n", "torch._utils\n_rebuild_device_tensor_from_cpu_tensor\n",
    "torch._utils\n_rebuild_sparse_tensor\n", "torch\nFloatStorage\n", "torch\nHalfStorage\n", "torch\nLongStorage\n",
    "torch\nBoolStorage\n", "torch.storage\nUntypedStorage\n", "torch\nfloat32\n", "torch.nn.parameter\nParameter\n",
    "builtins\ndict\n", "os\nsystem\n", "numpy.core.multiarray\n_reconstruct\n", "_codecs\nencode\n",
  ]

  static func mutate(_ pickle: inout [UInt8], _ random: inout RandomNumbers) {
    guard !pickle.isEmpty else { return Edits.any(&pickle, &random) }
    let place = random.below(pickle.count)
    switch random.below(9) {
    case 0: Edits.any(&pickle, &random)
    case 1: pickle[place] = operations.random(&random)
    case 2: pickle.insert(operations.random(&random), at: place)
    case 3, 4: changeInteger(&pickle, &random)
    case 5: pickle.insert(contentsOf: [UInt8(ascii: "c")] + Array(globals.random(&random).utf8), at: place)
    case 6:
      // A piece again, elsewhere.
      let end = min(pickle.count, place + 1 + random.below(64))
      pickle.insert(contentsOf: pickle[place..<end], at: random.below(pickle.count))
    case 7: pickle.removeSubrange(place..<min(pickle.count, place + 1 + random.below(16)))
    default: changeText(&pickle, &random)
    }
  }

  /// Sizes, shapes, strides, offsets and counts: BININT, BININT1, BININT2, LONG1.
  private static func changeInteger(_ pickle: inout [UInt8], _ random: inout RandomNumbers) {
    let places = pickle.indices.filter { [0x4a, 0x4b, 0x4d, 0x8a].contains(pickle[$0]) }
    guard !places.isEmpty else { return Edits.number(in: &pickle, &random) }
    let place = places.random(&random), value = Edits.edges.random(&random)
    let widths: [UInt8: Int] = [
      0x4a: 4, 0x4b: 1, 0x4d: 2, 0x8a: 1 + Int(pickle.integer(UInt8.self, at: place + 1) ?? 0),
    ]
    let end = min(pickle.count, place + 1 + widths[pickle[place]]!)
    let operand = [UInt8(ascii: "J")] + little(UInt32(truncatingIfNeeded: value))
    pickle.replaceSubrange(place..<end, with: random.below(2) == 0 ? operand : [0x8a, 8] + little(value))
  }

  /// Keys, types and names: BINUNICODE, with a right length.
  private static func changeText(_ pickle: inout [UInt8], _ random: inout RandomNumbers) {
    let places = pickle.indices.filter { pickle[$0] == UInt8(ascii: "X") }
    guard !places.isEmpty else { return Edits.any(&pickle, &random) }
    let place = places.random(&random)
    guard let size = pickle.integer(UInt32.self, at: place + 1), place + 5 + Int(size) <= pickle.count else { return }
    var text = Array(pickle[place + 5..<place + 5 + Int(size)])
    let other = places.random(&random)
    if random.below(2) == 0, let size = pickle.integer(UInt32.self, at: other + 1),
      other + 5 + Int(size) <= pickle.count
    {
      // Another text of the pickle: storages and tensors of one name.
      text = Array(pickle[other + 5..<other + 5 + Int(size)])
    } else {
      Edits.any(&text, &random, growth: 32)
    }
    pickle.replaceSubrange(
      place..<place + 5 + Int(size), with: [UInt8(ascii: "X")] + little(UInt32(text.count)).prefix(4) + text)
    pickle.replaceSubrange(place + 1..<place + 5, with: little(UInt32(text.count)))
  }
}
