import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore
import Testing

/// What `torch.save` can write of a state dictionary is read as it was meant.
@Suite struct PyTorchCheckpointTests {
  private func read(_ archive: ZipBytes) throws -> NamedTensors {
    try WeightFile.decode(archive.bytes, path: "weights.pth")
  }

  @Test func tensorsComeInOrderWithTheirShapes() throws {
    let pickle = PickleBytes.dictionary {
      $0.string("b")
      $0.tensor(key: "0", count: 6, shape: [2, 3], strides: [3, 1])
      $0.string("a")
      $0.tensor(key: "1", count: 1, shape: [], strides: [])
      $0.string("none")
      $0.tensor(key: "2", count: 0, shape: [0, 4], strides: [4, 1])
    }
    let tensors = try read(checkpoint(pickle, [("0", floats(6)), ("1", floats(1)), ("2", [])]))
    #expect(tensors.names == ["b", "a", "none"])
    #expect(tensors["b"]?.shape == [2, 3] && tensors["b"]?.array == [0, 1, 2, 3, 4, 5])
    #expect(tensors["a"]?.shape == [] && tensors["a"]?.array == [0])
    #expect(tensors["none"]?.shape == [0, 4])
  }

  /// Two views of one storage, one of them transposed, one from its middle, and one that repeats a row.
  @Test func viewsAreFollowed() throws {
    let pickle = PickleBytes.dictionary {
      $0.string("transposed")
      $0.tensor(key: "0", count: 6, shape: [3, 2], strides: [1, 3])
      $0.string("middle")
      $0.tensor(key: "0", count: 6, offset: 2, shape: [3], strides: [1])
      $0.string("repeated")
      $0.tensor(key: "0", count: 6, offset: 4, shape: [2, 2], strides: [0, 1])
      $0.string("any stride")
      $0.tensor(key: "0", count: 6, offset: 1, shape: [1, 3], strides: [.max, 2])
    }
    let tensors = try read(checkpoint(pickle, [("0", floats(6))]))
    #expect(tensors["transposed"]?.array == [0, 3, 1, 4, 2, 5])
    #expect(tensors["middle"]?.array == [2, 3, 4])
    #expect(tensors["repeated"]?.array == [4, 5, 4, 5])
    #expect(tensors["any stride"]?.array == [1, 3, 5])
  }

  /// Views of all kinds of strides: axes of one element, repeated ones, and such as one stride goes along.
  @Test func elementsAreFoundByTheirStrides() throws {
    var random = RandomNumbers(seed: 1), read = 0
    while read < 300 {
      let shape = (0..<random.below(6)).map { _ in [1, 1, 2, 3, 4][random.below(5)] }
      let strides = shape.map { _ in [0, 1, 2, 4, 12, 24][random.below(6)] }, offset = random.below(5)
      var places = [offset]
      for (size, stride) in zip(shape, strides) {
        places = places.flatMap { place in (0..<size).map { place + $0 * stride } }
      }
      guard places.allSatisfy({ $0 < 60 }) else { continue }
      read += 1
      let pickle = PickleBytes.dictionary {
        $0.string("x")
        $0.tensor(key: "0", count: 60, offset: offset, shape: shape, strides: strides)
      }
      let tensor = try #require(self.read(checkpoint(pickle, [("0", floats(60))]))["x"])
      #expect(tensor.array == places.map(Float.init), "\(shape), strides \(strides)")
    }
  }

  /// -1.5 and 3 in every type.
  static let floatingPoint: [(type: String, bytes: [UInt8])] = [
    ("FloatStorage", little(Float(-1.5).bitPattern) + little(Float(3).bitPattern)),
    ("DoubleStorage", little((-1.5).bitPattern) + little(3.0.bitPattern)),
    ("HalfStorage", little(Float16(-1.5).bitPattern) + little(Float16(3).bitPattern)),
    ("BFloat16Storage", [0xc0, 0xbf, 0x40, 0x40]),
  ]

  @Test(arguments: floatingPoint)
  func floatingPointTypesBecomeFloat32(type: String, bytes: [UInt8]) throws {
    let pickle = PickleBytes.dictionary {
      $0.string("x")
      $0.tensor(type, key: "0", count: 2, shape: [2], strides: [1])
    }
    #expect(try read(checkpoint(pickle, [("0", bytes)]))["x"]?.array == [-1.5, 3])
  }

  @Test(arguments: [("LongStorage", little(Int64(-7))), ("IntStorage", little(Int32(-7)))])
  func integersBecomeFloat32(type: String, bytes: [UInt8]) throws {
    let pickle = PickleBytes.dictionary {
      $0.string("x")
      $0.tensor(type, key: "0", count: 1, shape: [1], strides: [1])
    }
    #expect(try read(checkpoint(pickle, [("0", bytes)]))["x"]?.array == [-7])
  }

  /// Parameters, attributes of the dictionary, and the memo, as PyTorch writes them.
  @Test func parametersAttributesAndMemo() throws {
    let pickle = PickleBytes.operations {
      $0.dictionary()
      $0.op("q", [0])
      $0.op("(")
      $0.string("x")
      $0.op("r", little(UInt32(300)))
      $0.global("torch._utils", "_rebuild_parameter")
      $0.op("(")
      $0.tensor(key: "0", count: 2, shape: [2], strides: [1])
      $0.op(0x88)
      $0.dictionary()
      $0.op("t")
      $0.op("R")
      $0.op("u")
      $0.op("}")  // the attributes: {"_metadata": {"x": "x"}}
      $0.string("_metadata")
      $0.op("}")
      $0.op("j", little(UInt32(300)))
      $0.op("j", little(UInt32(300)))
      $0.op("s")
      $0.op("s")
      $0.op("b")
      $0.op("h", [0])
      $0.op(".")
    }
    #expect(try read(checkpoint(pickle, [("0", floats(2))]))["x"]?.array == [0, 1])
  }

  @Test(arguments: ["params", "params_ema", "state_dict", "model_state_dict", "model"])
  func wrappedDictionariesAreOpened(key: String) throws {
    let pickle = PickleBytes.dictionary {
      $0.string("epoch")
      $0.integer(7)
      $0.string(key)
      $0.dictionary()
      $0.string("x")
      $0.tensor(key: "0", count: 2, shape: [2], strides: [1])
      $0.op("s")
      $0.string("history")
      $0.op("]")
      $0.integer(1)
      $0.op("a")
    }
    let tensors = try read(checkpoint(pickle, [("0", floats(2))]))
    #expect(tensors.names == ["x"])
  }

  /// Averaged weights are the ones meant for use.
  @Test func averagedWeightsComeFirst() throws {
    let pickle = PickleBytes.dictionary {
      for (key, storage) in [("params", "0"), ("params_ema", "1")] {
        $0.string(key)
        $0.dictionary()
        $0.string(key)
        $0.tensor(key: storage, count: 1, shape: [1], strides: [1])
        $0.op("s")
      }
    }
    #expect(try read(checkpoint(pickle, [("0", floats(1)), ("1", floats(1))])).names == ["params_ema"])
  }

  /// PyTorch writes the sizes of large files as zip64; small numbers may come so as well.
  @Test func wideArchivesAreRead() throws {
    let pickle = PickleBytes.dictionary {
      $0.string("x")
      $0.tensor(key: "0", count: 2, shape: [2], strides: [1])
    }
    var archive = checkpoint(pickle, [("0", floats(2))])
    let plain = archive
    archive.entries[0].size = .max
    archive.entries[0].storedSize = .max
    archive.entries[0].extra = ZipBytes.wideField(UInt64(pickle.count), UInt64(pickle.count))
    #expect(try read(archive)["x"]?.array == [0, 1])

    var wide = plain
    let end = wide.bytes.count - 22
    let directory = Int(wide.bytes[(end + 12)...].prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
    wide.beforeEnd = ZipBytes.wideEnd(
      count: UInt64(wide.entries.count), size: UInt64(directory), offset: UInt64(end - directory),
      recordOffset: UInt64(end))
    (wide.entryCount, wide.directorySize, wide.directoryOffset) = (.max, .max, .max)
    #expect(try read(wide)["x"]?.array == [0, 1])
  }

  @Test func anArchiveMayHaveAComment() throws {
    let pickle = PickleBytes.dictionary {
      $0.string("x")
      $0.tensor(key: "0", count: 1, shape: [1], strides: [1])
    }
    var archive = checkpoint(pickle, [("0", floats(1))])
    archive.comment = Array("PK\u{5}\u{6} is how the end begins, but not here".utf8)
    #expect(try read(archive).names == ["x"])
  }
}
