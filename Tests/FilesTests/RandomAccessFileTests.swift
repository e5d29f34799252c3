import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTTestSupport
import Testing

@Suite struct RandomAccessFileTests {
  private func open(_ path: String, maximumSize: Int = 1 << 30) throws -> RandomAccessFile {
    try RandomAccessFile(path, kind: "a letter", maximumSize: maximumSize)
  }

  private func read(_ file: RandomAccessFile, _ range: Range<Int>) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
      filled = range.count
    }
  }

  @Test(arguments: [0, 1, 4096, 50_001])
  func theBytesAreTheFiles(_ count: Int) throws {
    try withTemporaryFolder { folder in
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
      try WholeFile.write(bytes, to: folder + "/a")
      let file = try open(folder + "/a")
      #expect(file.count == count)
      let ranges = [0..<count, count / 3..<count / 2, count..<count]
      for range in ranges { #expect(try read(file, range) == Array(bytes[range])) }
      // A new file that takes the name does not change what is read.
      try WholeFile.write([1] as [UInt8], to: folder + "/a")
      for range in ranges { #expect(try read(file, range) == Array(bytes[range])) }
    }
  }

  /// Another program may write into the file while it is read.
  @Test(arguments: [0, 1, 49_999, 60_000])
  func anotherSizeIsAnError(_ size: Int) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      try WholeFile.write([UInt8](repeating: 3, count: 50_000), to: path)
      let file = try open(path)
      #expect(try read(file, 0..<100).count == 100)
      #expect(truncate(path, size) == 0)
      for range in [0..<50_000, 0..<1, 49_990..<50_000] {
        let error = #expect(throws: InputError.self) { try read(file, range) }
        #expect(error == InputError(path, expected: "50000 bytes, as when it was opened", found: "\(size) bytes"))
      }
    }
  }

  @Test func anotherContentIsAnError() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      try WholeFile.write([UInt8](repeating: 3, count: 100), to: path)
      let file = try open(path)
      #expect(try read(file, 0..<100).count == 100)
      // The system's clock of files is coarse.
      usleep(20_000)
      let writer = try #require(FileHandle(forUpdatingAtPath: path))
      try writer.write(contentsOf: [4])
      try writer.close()
      let error = #expect(throws: InputError.self) { try read(file, 50..<100) }
      #expect(error == InputError(path, expected: "the content of when it was opened", found: "a later change"))
    }
  }

  @Test func whatIsNoFileIsRefused() throws {
    try withTemporaryFolder { folder in
      try WholeFile.write([1, 2] as [UInt8], to: folder + "/a")
      #expect(throws: InputError.self) { try open(folder + "/none") }
      #expect(throws: InputError.self) { try open(folder) }
      #expect(throws: InputError.self) { try open("/dev/zero") }
      #expect(throws: InputError.self) { try open(folder + "/a", maximumSize: 1) }
    }
  }
}
