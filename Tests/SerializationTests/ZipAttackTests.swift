import RAMiTFiles
import RAMiTSerialization
import Testing

/// Archives that say different things in different places, or more than they hold.
@Suite struct ZipAttackTests {
  /// A sound checkpoint of one tensor.
  private let sound = checkpoint(
    PickleBytes.dictionary {
      $0.string("x")
      $0.tensor(key: "0", count: 4, shape: [4], strides: [1])
    }, [("0", floats(4))])

  private func refused(
    _ words: String..., sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout ZipBytes) -> Void
  ) {
    var archive = sound
    change(&archive)
    expectRefusal(archive.bytes, words: words, sourceLocation: sourceLocation)
  }

  @Test func theSoundOneIsRead() throws {
    #expect(try WeightFile.decode(sound.bytes, path: "sound")["x"]?.array == [0, 1, 2, 3])
  }

  @Test func entriesAreStoredInTheClear() {
    refused("of compression method 0", "compression method 8") { $0.entries[2].localMethod = 8 }
    refused("of compression method 8", "compression method 0") { $0.entries[2].method = 8 }
    refused("stored or deflated", "compression method 14") { $0.entries[2].method = 14 }
    refused("in the clear", "encryption") { $0.entries[0].flags = 1 }
  }

  /// "aaa" and so on: stored blocks of deflate, of which the first byte says that it is the last one, and the next four
  /// the size.
  @Test func deflatedEntriesHoldWhatTheySay() throws {
    func deflated(_ change: (inout ZipBytes.Entry) -> Void = { _ in }) -> [UInt8] {
      var archive = sound
      let bytes = archive.entries[2].bytes, size = UInt16(bytes.count)
      archive.entries[2].checksum = bytes.withUnsafeBytes { CRC32.checksum($0) }
      archive.entries[2].size = UInt32(size)
      archive.entries[2].bytes = [1] + little(size) + little(~size) + bytes
      (archive.entries[2].method, archive.entries[2].localMethod) = (8, 8)
      change(&archive.entries[2])
      return archive.bytes
    }
    #expect(try WeightFile.decode(deflated(), path: "deflated")["x"]?.array == [0, 1, 2, 3])
    expectRefusal(deflated { $0.size = 15 }, "'archive/data/0' of 15 bytes", "they do not inflate")
    expectRefusal(deflated { $0.size = 17 }, "'archive/data/0' of 17 bytes", "they do not inflate")
    expectRefusal(deflated { $0.size = 100 << 20 }, "compressed entries of at most")
    expectRefusal(deflated { $0.bytes[3] ^= 1 }, "they do not inflate")
    expectRefusal(deflated { $0.bytes[9] ^= 1 }, "the checksum differs")
    expectRefusal(deflated { $0.bytes = [] }, "they do not inflate")
  }

  /// PyTorch can leave all checksums out, and only all.
  @Test func checksumsMayBeLeftOut() throws {
    var archive = sound
    for i in archive.entries.indices { archive.entries[i].checksum = 0 }
    #expect(try WeightFile.decode(archive.bytes, path: "without")["x"]?.array == [0, 1, 2, 3])
    archive.entries[0].checksum = nil
    expectRefusal(archive.bytes, "'archive/byteorder'", "the checksum differs")
  }

  @Test func namesAreUniqueAndInside() {
    refused("one archive entry a name", "'archive/data/0'") { $0.entries.append(.init("archive/data/0", floats(4))) }
    for name in ["../data/0", "archive/../../etc/passwd", "/etc/passwd", "archive/data/.."] {
      refused("archive entries inside the archive", name) { $0.entries.append(.init(name, [])) }
    }
    refused("one data.pkl", "2") { $0.entries.append(.init("other/data.pkl", [])) }
    refused("one data.pkl", "0") { $0.entries[0].name = "archive/data/data.pkl" }
    refused("the local header", "the name of another entry") { $0.entries[2].localName = "archive/data/9" }
  }

  @Test func sizesAndPlacesAreTrue() {
    refused("'archive/data/0'", "a file of") { ($0.entries[2].size, $0.entries[2].storedSize) = (1 << 31, 1 << 31) }
    refused("stored in 17 bytes", "16 bytes") { $0.entries[2].size = 17 }
    refused("the local header", "other bytes") { $0.entries[2].offset = 5 }
    refused("the local header", "a file of") { $0.entries[2].offset = .max - 1 }
    refused("the checksum differs") { $0.entries[2].checksum = 1 }
    refused("archive entries", "5") {
      $0.entryCount = 6; $0.entries.append(.init("x", []))
    }
    refused("archive entries") { $0.entryCount = 1 }
    refused("the central directory", "a file of") { $0.directoryOffset = .max - 1 }
    refused("the central directory") { $0.directorySize = .max - 1 }
    refused("entry of the central directory", "other bytes") { $0.directoryOffset = 0 }
    refused("an entry of the central directory", "the directory's end") { $0.directorySize = 20 }
  }

  /// An entry within another's bytes would let a small file stand for a huge one.
  @Test func entriesDoNotOverlap() {
    let inner = ZipBytes.Entry("archive/inner", floats(1))
    refused("side by side", "an overlap") {
      let before = $0.entries.reduce(0) { $0 + 30 + $1.name.utf8.count + $1.bytes.count }
      $0.entries.append(.init("archive/outer", ZipBytes([inner]).bytes))
      $0.entries.append(inner)
      $0.entries[5].offset = UInt32(before + 30 + "archive/outer".utf8.count)
    }
  }

  @Test func wideNumbersDoNotOverflow() {
    let huge = UInt64.max
    refused("a zip64 size or offset", "an extra field without it") { $0.entries[2].size = .max }
    refused("'archive/data/0'", "a file of") {
      ($0.entries[2].size, $0.entries[2].storedSize) = (.max, .max)
      $0.entries[2].extra = ZipBytes.wideField(huge, huge)
    }
    refused("the local header", "a file of") {
      $0.entries[2].offset = .max
      $0.entries[2].extra = ZipBytes.wideField(huge - 8)
    }
    refused("an extra field of 65535 bytes") { $0.entries[2].extra = [1, 0, 0xff, 0xff] }
    refused("zip64 end", "no such record") { $0.entryCount = .max }
    for (size, offset, record) in [(huge, 0, 0), (8, huge - 4, 0), (0, 0, huge), (0, 0, huge - 60), (1 << 40, 1, 0)]
      as [(UInt64, UInt64, UInt64)]
    {
      refused {
        let place = record == 0 ? UInt64($0.bytes.count - 22) : record
        $0.beforeEnd = ZipBytes.wideEnd(count: huge, size: size, offset: offset, recordOffset: place)
        $0.directorySize = .max
      }
    }
  }

  @Test func everyCutIsNoticed() {
    let bytes = sound.bytes
    for count in 0..<bytes.count { expectRefusal(Array(bytes.prefix(count))) }
    expectRefusal(bytes + [0], "no central directory")
  }

  @Test func otherFilesAreTold() {
    expectRefusal([], "an empty file")
    expectRefusal(Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n".utf8), "a file of another kind")
    expectRefusal(Array("<!DOCTYPE html><html></html>".utf8), "a file of another kind")
    expectRefusal([0x89] + Array("PNG\r\n\u{1a}\n".utf8) + [0, 0, 0, 13], "a file of another kind")
    expectRefusal([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46], "a plain pickle")
    expectRefusal([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19], "more bytes")
    expectRefusal([UInt8](repeating: 0, count: 257) + Array("ustar\0".utf8), "a tar archive")
    expectRefusal(Array("PK".utf8), "no central directory")
  }
}
