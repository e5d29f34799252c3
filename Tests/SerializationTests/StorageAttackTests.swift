import RAMiTSerialization
import Testing

/// Tensors that do not lie in their storage, and storages that are not what the pickle says.
@Suite struct StorageAttackTests {
  private func file(
    _ type: String = "FloatStorage", count: Int = 4, offset: Int = 0, shape: [Int], strides: [Int],
    bytes: [UInt8] = floats(4)
  ) -> [UInt8] {
    let pickle = PickleBytes.dictionary {
      $0.string("x")
      $0.tensor(type, key: "0", count: count, offset: offset, shape: shape, strides: strides)
    }
    return checkpoint(pickle, [("0", bytes)]).bytes
  }

  static let outside: [(offset: Int, shape: [Int], strides: [Int])] = [
    (0, [5], [1]), (1, [4], [1]), (0, [2], [4]), (4, [1], [1]), (.max, [1], [1]), (-1, [2], [1]),
    (0, [2], [-1]), (3, [2, 2], [-1, -1]), (0, [2], [.max]), (0, [3], [.max]), (2, [2, 2], [.max, .max]),
    (0, [-1], [1]), (0, [.min], [1]), (0, [.max], [1]), (0, [1 << 32, 1 << 32], [0, 0]),
    (0, [0, 1 << 32, 1 << 32], [0, 0, 0]), (0, [2, 2], [1]), (0, [2], [1, 1]), (0, [2, 4], [1, 1]), (5, [2], [0]),
  ]

  @Test(arguments: outside)
  func tensorsLieInTheirStorage(offset: Int, shape: [Int], strides: [Int]) {
    expectRefusal(file(offset: offset, shape: shape, strides: strides), "a tensor inside its storage of 4 values")
  }

  @Test func storagesHoldWhatThePickleSays() {
    expectRefusal(file(count: 5, shape: [5], strides: [1]), "5 values", "16 bytes")
    expectRefusal(file(count: 3, shape: [3], strides: [1]), "3 values", "16 bytes")
    expectRefusal(file("DoubleStorage", shape: [4], strides: [1]), "4 values", "16 bytes")
    expectRefusal(file(count: .max, shape: [4], strides: [1]), "9223372036854775807 values")
    expectRefusal(file(count: 1 << 62, shape: [1 << 62], strides: [1]), "16 bytes")
    expectRefusal(file(count: -1, shape: [0], strides: [1]))
    let missing = PickleBytes.dictionary {
      $0.string("x")
      $0.tensor(key: "7", count: 1, shape: [1], strides: [1])
    }
    expectRefusal(checkpoint(missing).bytes, "the storage archive/data/7", "no such entry")
    let outside = PickleBytes.dictionary {
      $0.string("x")
      $0.tensor(key: "../data.pkl", count: 1, shape: [1], strides: [1])
    }
    expectRefusal(checkpoint(outside).bytes, "the storage archive/data/../data.pkl", "no such entry")
  }

  /// One storage under many types would be converted many times.
  @Test func aStorageHasOneType() {
    let pickle = PickleBytes.dictionary {
      $0.string("x")
      $0.tensor("FloatStorage", key: "0", count: 4, shape: [4], strides: [1])
      $0.string("y")
      $0.tensor("HalfStorage", key: "0", count: 8, shape: [8], strides: [1])
    }
    expectRefusal(checkpoint(pickle, [("0", floats(4))]).bytes, "4 values of type float32", "8 of type float16")
  }

  @Test func aStorageIsNamedProperly() {
    func file(_ body: (inout PickleBytes) -> Void) -> [UInt8] {
      checkpoint(PickleBytes.operations(body), [("0", floats(1))]).bytes
    }
    expectRefusal(
      file {
        $0.string("0")
        $0.op("Q")
      }, "a string")
    expectRefusal(
      file {
        $0.op("(")
        $0.string("other")
        $0.global("torch", "FloatStorage")
        $0.string("0")
        $0.string("cpu")
        $0.integer(1)
        $0.op("t")
        $0.op("Q")
      }, "a storage's identity")
    expectRefusal(
      file {
        $0.op("(")
        $0.string("storage")
        $0.global("collections", "OrderedDict")
        $0.string("0")
        $0.string("cpu")
        $0.integer(1)
        $0.op("t")
        $0.op("Q")
      })
    // Shapes are tuples of integers.
    expectRefusal(
      file {
        $0.global("torch._utils", "_rebuild_tensor_v2")
        $0.op("(")
        $0.storage("FloatStorage", key: "0", count: 1)
        $0.integer(0)
        $0.op("(")
        $0.string("1")
        $0.op("t")
        $0.tuple([1])
        $0.op(0x89)
        $0.dictionary()
        $0.op("t")
        $0.op("R")
      }, "a tensor's shape", "a string")
  }

  /// A storage that is gathered again and again, or one value that is expanded, would make a small file large.
  @Test func copiesAreBounded() throws {
    let again = PickleBytes.dictionary {
      for copy in 0..<15_000 {
        $0.string("x\(copy)")
        $0.tensor(key: "0", count: 1000, shape: [2, 500], strides: [1, 2])
      }
    }
    expectRefusal(checkpoint(again, [("0", floats(1000))]).bytes, "expanded and transposed tensors of at most")
    expectRefusal(file(shape: [1 << 40], strides: [0]), "expanded and transposed tensors of at most")
    expectRefusal(file(shape: [1 << 31, 1 << 31], strides: [0, 0]), "expanded and transposed tensors of at most")
    let expanded = try WeightFile.decode(file(offset: 1, shape: [5, 2], strides: [0, 1]), path: "expanded")
    #expect(expanded["x"]?.array == [1, 2, 1, 2, 1, 2, 1, 2, 1, 2])
  }

  /// One tuple of arguments that makes a tensor in every five bytes, or one list that becomes a dictionary again and
  /// again.
  @Test func copiesOfArgumentsAreBounded() {
    let tensors = PickleBytes.operations {
      $0.op("(")
      $0.storage("FloatStorage", key: "0", count: 4)
      $0.integer(0)
      for _ in 0..<2 { $0.tuple([Int](repeating: 1, count: 64)) }
      $0.op(0x89)
      $0.dictionary()
      $0.op("t")
      $0.op("q", [0])
      $0.global("torch._utils", "_rebuild_tensor_v2")
      $0.op("q", [1])
      for _ in 0..<50_000 { $0.bytes += [0x68, 1, 0x68, 0, 0x52] }
      $0.op(".")
    }
    expectRefusal(checkpoint(tensors, [("0", floats(4))]).bytes, "at most one copied value for each byte")
    let dictionaries = PickleBytes.operations {
      $0.op("(")
      for _ in 0..<1000 { $0.tuple([1, 2]) }
      $0.op("l")
      $0.op(0x85)
      $0.op("q", [0])
      $0.global("collections", "OrderedDict")
      $0.op("q", [1])
      for _ in 0..<1000 { $0.bytes += [0x68, 1, 0x68, 0, 0x52] }
      $0.op(".")
    }
    expectRefusal(checkpoint(dictionaries).bytes, "at most one copied value for each byte")
  }

  @Test func bytesAreLittleEndian() {
    var archive = checkpoint(PickleBytes.dictionary { _ in })
    archive.entries[1].bytes = Array("big".utf8)
    expectRefusal(archive.bytes, "little-endian numbers", "'big'")
  }
}
