import Foundation
import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore
import Testing

/// Files that PyTorch reads: what they hold, byte for byte where PyTorch looks.
@Suite struct WritingTests {
  private var tensors: NamedTensors {
    var tensors = NamedTensors()
    tensors["weight"] = Tensor((0..<6).map { Float($0) - 0.5 }, [2, 3])
    tensors["index"] = Tensor([224, 0, 1], [3])
    tensors["scalar"] = Tensor(7)
    tensors["none"] = Tensor(zeros: [0, 4])
    tensors.int64Names = ["index"]
    return tensors
  }

  private func expectSame(_ read: NamedTensors, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(read.names == tensors.names, sourceLocation: sourceLocation)
    for (name, tensor) in tensors {
      #expect(read[name]?.shape == tensor.shape, sourceLocation: sourceLocation)
      #expect(read[name]?.array == tensor.array, sourceLocation: sourceLocation)
    }
  }

  @Test func checkpointsComeBack() throws {
    let bytes = [UInt8](try PyTorchCheckpoint.encode(tensors, path: "out"))
    expectSame(try WeightFile.decode(bytes, path: "in"))
    #expect(bytes == [UInt8](try PyTorchCheckpoint.encode(tensors, path: "elsewhere")))
    // Contents lie at multiples of 64 bytes, and the index in int64.
    let weight = try #require(bytes.firstRange(of: tensors["weight"]!.array.flatMap { little($0.bitPattern) }))
    #expect(weight.lowerBound % 64 == 0)
    let index = try #require(bytes.firstRange(of: [224, 0, 1].flatMap { little(Int64($0)) }))
    #expect(index.lowerBound % 64 == 0)
    #expect(bytes.firstRange(of: Array("torch\nLongStorage\n".utf8)) != nil)
  }

  @Test func integersComeFirstInSafetensors() throws {
    let bytes = [UInt8](try SafeTensors.encode(tensors, path: "out"))
    expectSame(try WeightFile.decode(bytes, path: "in"))
    let header = String(decoding: bytes.dropFirst(8).prefix { $0 != 0 }, as: UTF8.self)
    #expect(header.contains(#""index":{"dtype":"I64","shape":[3],"data_offsets":[0,24]}"#))
    #expect(header.contains(#""weight":{"dtype":"F32","shape":[2,3],"data_offsets":[24,48]}"#))
    #expect(header.hasPrefix(#"{"__metadata__":{"ramit.crc32":""#) && header.contains(#""},"weight""#))
  }

  @Test func filesThatCannotBeWrittenAreNamed() {
    let error = #expect(throws: InputError.self) { try PyTorchCheckpoint.write(tensors, to: "/none/x.pth") }
    #expect(error?.location == "/none/x.pth")
  }
}
