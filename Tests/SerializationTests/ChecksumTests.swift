import Foundation
import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore
import Testing

/// The checksums of safetensors files.
@Suite struct ChecksumTests {
  private static let tensors: NamedTensors = {
    var tensors = NamedTensors(metadata: ["model": #"{"task":"x2"}"#])
    tensors["weight"] = Tensor([1.5, -2, 0.25, 7], [2, 2])
    tensors["bias"] = Tensor([0.5, 3], [2])
    tensors["count"] = Tensor([4], [1])
    tensors.int64Names = ["count"]
    return tensors
  }()

  private func expectSame(_ read: NamedTensors, sourceLocation: SourceLocation = #_sourceLocation) {
    for (name, tensor) in Self.tensors {
      #expect(read[name]?.array == tensor.array && read[name]?.shape == tensor.shape, sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [SafeTensors.Precision.float32, .float16])
  func everyBitOfAFileCounts(precision: SafeTensors.Precision) throws {
    let sound = [UInt8](try SafeTensors.encode(Self.tensors, path: "out", precision))
    let read = try SafeTensors.decode(sound, path: "in")
    expectSame(read)
    #expect(read.hasChecksums && read.metadata == Self.tensors.metadata)
    let header = 8 + Int(sound[0]) + Int(sound[1]) << 8
    var unnoticed: [Int] = []
    for place in sound.indices {
      for bit in 0..<8 {
        var bytes = sound
        bytes[place] ^= 1 << UInt8(bit)
        do {
          expectSame(try SafeTensors.decode(bytes, path: "in"))
          unnoticed.append(place)
        } catch let error as InputError {
          #expect(error.location == "in")
          if place >= header {
            let name =
              place < header + 8
              ? "count" : sound.count - place <= 2 * (precision == .float32 ? 4 : 2) ? "bias" : "weight"
            #expect(error.expected == "'\(name)' as it was written", "\(error)")
            #expect(error.found == "damaged bytes (the checksum differs)")
          }
        }
      }
    }
    // The key of the checksums itself: without it a file is one of another program.
    let key = try #require(sound.firstRange(of: Array("ramit.crc32".utf8)))
    #expect(unnoticed.allSatisfy(key.contains))
  }

  /// Another program may keep the metadata and write the tensors in its own order.
  @Test func theOrderOfTheTensorsMayChange() throws {
    let sound = [UInt8](try SafeTensors.encode(Self.tensors, path: "out"))
    let text = String(decoding: sound.dropFirst(8).prefix(Int(sound[0]) + Int(sound[1]) << 8), as: UTF8.self)
    let note = try #require(text.firstMatch(of: /"ramit.crc32":"([0-9a-f ]+)"/)).1
    #expect(note.split(separator: " ").count == 4)
    func file(_ bias: [UInt8], weight: String = "[2,2]") -> [UInt8] {
      let notes = #"{"task":"x2"}"#.replacing("\"", with: #"\""#)
      let header =
        #"{"bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
        + #""count":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},"#
        + #""weight":{"dtype":"F32","shape":\#(weight),"data_offsets":[16,32]},"#
        + #""__metadata__":{"ramit.crc32":"\#(note)","model":"\#(notes)"}}"#
      let values = [Float(1.5), -2, 0.25, 7].flatMap { little($0.bitPattern) }
      return little(UInt64(header.utf8.count)) + Array(header.utf8) + bias + little(Int64(4)) + values
    }
    let bias = [Float(0.5), 3].flatMap { little($0.bitPattern) }
    let read = try SafeTensors.decode(file(bias), path: "in")
    expectSame(read)
    #expect(read.hasChecksums)
    // Not other values under the old checksums, and not another header.
    let changed = #expect(throws: InputError.self) {
      try SafeTensors.decode(file([Float(0.5), 4].flatMap { little($0.bitPattern) }), path: "in")
    }
    #expect(changed?.description == "in: expected 'bias' as it was written, found damaged bytes (the checksum differs)")
    let reshaped = #expect(throws: InputError.self) { try SafeTensors.decode(file(bias, weight: "[4]"), path: "in") }
    #expect(reshaped?.expected == "the header that was written")
  }

  @Test(arguments: ["", "0", "00000000 00000000", "zzzzzzzz zzzzzzzz", "00000000  00000000", "00000000 0000000 "])
  func checksumsAreOneForEachTensor(note: String) {
    let header = #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"ramit.crc32":"\#(note)"}}"#
    expectRefusal(little(UInt64(header.utf8.count)) + Array(header.utf8) + [0, 0, 0, 0], "ramit.crc32")
  }

  /// A tensor is compared when it is read, and not before.
  @Test func aTensorOfAnOpenFileIsCompared() throws {
    let path = NSTemporaryDirectory() + "ramit-checksum-" + UUID().uuidString + ".safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var tensors = NamedTensors()
    for i in 0..<3 { tensors["layer\(i)"] = Tensor(repeating: Float(i), [100, 100]) }
    var bytes = [UInt8](try SafeTensors.encode(tensors, path: path))
    bytes[bytes.count - 60_000] ^= 4
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let weights = try WeightFile.open(path)
    #expect(try weights.tensor("layer0")?.array == tensors["layer0"]?.array)
    let error = #expect(throws: InputError.self) { try weights.tensor("layer1") }
    #expect(error?.expected == "'layer1' as it was written")
  }
}
