import Foundation
import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore

/// A weight file: all of it, the part that a model asks for, and what it becomes when it is written again.
protocol WeightTarget: FuzzTarget {}

extension WeightTarget {
  static func read(_ path: String) throws {
    // A model searches for its weights, and reads large tensors later, one by one.
    let request = WeightRequest(anchors: ["weight", "bias"]) { found in found.shapes.isEmpty ? nil : found.shapes.count
    }
    do {
      let stored = try WeightFile.open(path, for: request, smallCount: 2)
      for name in stored.outline.names { _ = try stored.tensor(name) }
    } catch is InputError {}
    let tensors = try WeightFile.read(path)
    try write(tensors)
  }

  /// What was read can be written in both formats, and is the same then.
  private static func write(_ tensors: NamedTensors) throws {
    var plain = NamedTensors(tensors.map { ($0.name, $0.tensor) }, metadata: tensors.metadata)
    // The format keeps this name for itself.
    plain["__metadata__"] = nil
    guard plain.count > 0 else { return }
    // A small file may expand one value to 32 MiB of them; what is written of these, twice, would count as its memory.
    guard plain.reduce(0, { $0 + $1.tensor.count }) <= 1 << 20 else { return }
    let copy = try SafeTensors.decode(Array(SafeTensors.encode(plain, path: "again")), path: "again")
    guard copy.metadata == plain.metadata else { finding("other metadata after writing") }
    compare(copy, plain)
    // Without a string in the pickle there is nothing to find; names of more bytes are not searched.
    guard plain.names.allSatisfy({ $0.utf8.count <= 1000 }) else { return }
    compare(try WeightFile.decode(Array(PyTorchCheckpoint.encode(plain, path: "again")), path: "again"), plain)
  }

  private static func compare(_ copy: NamedTensors, _ original: NamedTensors) {
    guard copy.names == original.names else { finding("names \(copy.names) after writing \(original.names)") }
    for (name, tensor) in original {
      guard let other = copy[name], other.shape == tensor.shape else {
        finding("another shape of \(name) after writing")
      }
      if tensor.count > 0, memcmp(other.pointer, tensor.pointer, 4 * tensor.count) != 0 {
        finding("other values of \(name) after writing")
      }
    }
  }
}

enum CheckpointTarget: WeightTarget {
  static let name = "pth"
  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) { CheckpointMutator.mutate(&file, &random) }
  static func seeds() throws -> [[UInt8]] { try WeightSeeds.checkpoints() + Seeds.fixtures(endingIn: ["pth"]) }
}

enum SafeTensorsTarget: WeightTarget {
  static let name = "safetensors"
  static func mutate(_ file: inout [UInt8], _ random: inout RandomNumbers) { SafeTensorsMutator.mutate(&file, &random) }
  static func seeds() throws -> [[UInt8]] {
    try WeightSeeds.safetensors() + Seeds.fixtures(endingIn: ["safetensors"])
  }
}
