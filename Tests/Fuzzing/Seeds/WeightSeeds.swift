import RAMiTSerialization
import RAMiTTensorCore

/// Small weights, as the project writes them.
enum WeightSeeds {
  static func checkpoints() throws -> [[UInt8]] { [Array(try PyTorchCheckpoint.encode(tensors, path: "seed"))] }

  static func safetensors() throws -> [[UInt8]] {
    [
      Array(try SafeTensors.encode(tensors, path: "seed")),
      Array(try SafeTensors.encode(tensors, path: "seed", .float16)),
      Array(try SafeTensors.encode(NamedTensors(), path: "seed")),
    ]
  }

  private static var tensors: NamedTensors {
    var tensors = NamedTensors(metadata: ["model": #"{"task":"x2"}"#])
    tensors["module.weight"] = Tensor((0..<12).map { Float($0) }, [3, 4])
    tensors["module.bias"] = Tensor((0..<3).map { Float($0) }, [3])
    tensors["index"] = Tensor([1, 2], [2, 1])
    tensors["scale"] = Tensor(1)
    tensors.int64Names = ["index"]
    return tensors
  }
}
