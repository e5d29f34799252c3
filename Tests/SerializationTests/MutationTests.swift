import Foundation
import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore
import Testing

/// Thousands of damaged files, the same in every run: each is read or refused, and none gets more memory than it
/// accounts for.
@Suite struct MutationTests {
  /// Changed files of each format and kind; RAMIT_MUTATIONS asks for more.
  static let count = ProcessInfo.processInfo.environment["RAMIT_MUTATIONS"].flatMap { Int($0) } ?? 3000

  /// A checkpoint with types, views, a parameter and the memo.
  private static let pytorch: ZipBytes = {
    let pickle = PickleBytes.dictionary {
      $0.string("module.weight")
      $0.op("q", [1])
      $0.tensor(key: "0", count: 12, shape: [3, 4], strides: [4, 1])
      $0.string("transposed")
      $0.tensor(key: "0", count: 12, offset: 4, shape: [2, 2], strides: [1, 2])
      $0.string("half")
      $0.tensor("HalfStorage", key: "1", count: 6, shape: [6], strides: [1])
      $0.string("index")
      $0.tensor("LongStorage", key: "2", count: 2, shape: [1, 2], strides: [2, 1])
      $0.string("parameter")
      $0.global("torch._utils", "_rebuild_parameter")
      $0.op("(")
      $0.tensor("DoubleStorage", key: "3", count: 2, shape: [2], strides: [1])
      $0.op(0x88)
      $0.dictionary()
      $0.op("t")
      $0.op("R")
    }
    return checkpoint(
      pickle, [("0", floats(12)), ("1", [UInt8](repeating: 60, count: 12)), ("2", floats(4)), ("3", floats(4))])
  }()

  private static let tensors: NamedTensors = {
    var tensors = NamedTensors(metadata: ["model": #"{"task":"x2"}"#])
    tensors["weight"] = Tensor((0..<12).map { Float($0) }, [3, 4])
    tensors["bias"] = Tensor((0..<3).map { Float($0) }, [3])
    tensors["scale"] = Tensor(1)
    return tensors
  }()

  /// As other programs write it, without checksums.
  private static let safetensors: [UInt8] = {
    let notes = #"{"task":"x2"}"#.replacing("\"", with: #"\""#)
    let header =
      #"{"__metadata__":{"model":"\#(notes)"},"weight":{"dtype":"F32","shape":[3,4],"data_offsets":[0,48]},"#
      + #""bias":{"dtype":"F32","shape":[3],"data_offsets":[48,60]},"#
      + #""scale":{"dtype":"F32","shape":[],"data_offsets":[60,64]}}"#
    return little(UInt64(header.utf8.count)) + Array(header.utf8) + floats(12) + floats(3) + floats(1)
  }()

  /// What files are changed to: the edges of every width of integer.
  private static let edges: [UInt64] = [
    0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 1 << 62, 1 << 63, .max,
  ]

  private func change(_ bytes: inout [UInt8], _ random: inout RandomNumbers) {
    guard let count = UInt64(exactly: bytes.count), count > 0 else { return }
    func place() -> Int { Int(random.next() % count) }
    switch random.next() % 7 {
    case 0: bytes[place()] ^= 1 << UInt8(random.next() % 8)
    case 1: bytes[place()] = UInt8(truncatingIfNeeded: random.next())
    case 2:
      let (start, value) = (place(), Self.edges[Int(random.next() % UInt64(Self.edges.count))])
      for (offset, byte) in little(value).prefix(1 << Int(random.next() % 4)).enumerated()
      where start + offset < bytes.count { bytes[start + offset] = byte }
    case 3: bytes.removeLast(min(bytes.count - 1, Int(random.next() % UInt64(bytes.count))))
    case 4:
      let start = place()
      bytes.removeSubrange(start..<min(bytes.count, start + 1 + Int(random.next() % 16)))
    case 5:
      let start = place()
      bytes.insert(contentsOf: bytes[start..<min(bytes.count, start + 1 + Int(random.next() % 16))], at: place())
    default:
      let (one, other) = (place(), place())
      bytes.swapAt(one, other)
    }
  }

  /// Reads what is left of a file, and counts what it takes.
  /// - Returns: whether it was read.
  private func read(_ bytes: [UInt8]) throws -> Bool {
    do {
      let tensors = try WeightFile.decode(bytes, path: "mutated")
      // Booleans grow by four; what is expanded or inflated has limits of its own.
      let size = tensors.reduce(0) { $0 + $1.tensor.count } * MemoryLayout<Float>.size
      try #require(size <= 64 << 20, "\(size) bytes of values from \(bytes.count)")
      return true
    } catch let error as InputError {
      try #require(!error.description.isEmpty)
      return false
    }
  }

  @Test func safetensorsAreReadOrRefused() throws {
    var random = RandomNumbers(seed: 11)
    #expect(try read(Self.safetensors))
    var readCount = 0
    for _ in 0..<Self.count {
      var bytes = Self.safetensors
      for _ in 0...random.next() % 3 { change(&bytes, &random) }
      if try read(bytes) { readCount += 1 }
    }
    // Values may change and the file still be sound, but most changes are noticed.
    #expect(readCount > 0 && readCount < Self.count * 3 / 4)
  }

  /// Where a file has checksums, what is read is what was written.
  @Test func checksumsRefuseEveryChange() throws {
    var random = RandomNumbers(seed: 16)
    let sound = [UInt8](try SafeTensors.encode(Self.tensors, path: "out"))
    var whole = 0
    for _ in 0..<Self.count {
      var bytes = sound
      change(&bytes, &random)
      guard let read = try? WeightFile.decode(bytes, path: "mutated") else { continue }
      // A change of the key hides the checksums.
      if !read.hasChecksums { continue }
      whole += 1
      #expect(read.names == Self.tensors.names)
      for (name, tensor) in Self.tensors { #expect(read[name]?.array == tensor.array) }
    }
    // Those that the change has left as they were.
    #expect(whole < Self.count / 10)
  }

  @Test func archivesAreReadOrRefused() throws {
    var random = RandomNumbers(seed: 12)
    let sound = Self.pytorch.bytes
    #expect(try read(sound))
    var readCount = 0
    for _ in 0..<Self.count {
      var bytes = sound
      for _ in 0...random.next() % 3 { change(&bytes, &random) }
      if try read(bytes) { readCount += 1 }
    }
    #expect(readCount < Self.count / 2)
  }

  /// The pickle is changed before the archive is made, so that its checksum is right and the machine gets to see it.
  @Test func picklesAreReadOrRefused() throws {
    var random = RandomNumbers(seed: 13)
    var readCount = 0
    for _ in 0..<Self.count {
      var changed = Self.pytorch
      for _ in 0...random.next() % 2 {
        change(&changed.entries[0].bytes, &random)
      }
      if try read(changed.bytes) { readCount += 1 }
    }
    #expect(readCount > 0 && readCount < Self.count / 2)
  }

  /// Files of every layout and protocol that PyTorch writes, with all kinds of values beside the weights, changed
  /// anywhere.
  @Test(arguments: LayoutTests.files)
  func layoutsAreReadOrRefused(file: String) throws {
    var random = RandomNumbers(seed: 14)
    let sound = [UInt8](try Data(contentsOf: URL(fileURLWithPath: LayoutTests.folder + file)))
    #expect(try read(sound))
    for _ in 0..<Self.count / 10 {
      var bytes = sound
      for _ in 0...random.next() % 3 { change(&bytes, &random) }
      _ = try read(bytes)
    }
  }

  /// Operations in any order, with operands that may fit.
  @Test func randomOperationsAreReadOrRefused() throws {
    var random = RandomNumbers(seed: 15)
    let names = ["collections\nOrderedDict\n", "torch._utils\n_rebuild_tensor_v2\n", "torch\nSize\n", "os\nsystem\n"]
    for _ in 0..<Self.count {
      var pickle = PickleBytes()
      for _ in 0..<random.next() % 64 {
        // Values are more likely than what takes them.
        switch random.next() % 5 {
        case 0: pickle.op("c", Array(names[Int(random.next() % 4)].utf8))
        case 1: pickle.op(["N", "]", "}", ")", "(", "2"].randomElement(&random))
        case 2: pickle.op("K", [UInt8(random.next() % 4)])
        default: pickle.op(Self.operations[Int(random.next() % UInt64(Self.operations.count))], [0])
        }
      }
      pickle.op(".")
      _ = try read(checkpoint(pickle.bytes, [("0", floats(4))]).bytes)
    }
  }

  private static let operations = Array("(.012BCFGIJKLMNPQRSTUVX]abcdeghijloqprstu})".utf8) + Array(0x80...0x98)
}

extension [Unicode.Scalar] {
  fileprivate func randomElement(_ random: inout RandomNumbers) -> Unicode.Scalar {
    self[Int(random.next() % UInt64(count))]
  }
}
