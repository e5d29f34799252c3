import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTTestSupport
import Testing

@Suite struct WholeFileTests {
  private func read(_ path: String, maximumSize: Int = 1 << 40) throws -> [UInt8] {
    try WholeFile.read(path, kind: "a letter", maximumSize: maximumSize)
  }

  private func fault(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "none"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [0, 1, 5000])
  func whatIsWrittenIsRead(_ count: Int) throws {
    try withTemporaryFolder { folder in
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }, path = folder + "/a"
      try WholeFile.write([UInt8]("longer than that".utf8), to: path)
      try WholeFile.write(bytes, to: path)
      #expect(try read(path) == bytes)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
    }
  }

  @Test func piecesAreOneFileWhoseBeginningComesLast() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      try WholeFile.write(to: path) { writer in
        try writer.append([0, 0, 3] as [UInt8])
        try writer.append([4] as [UInt8])
        #expect(!FileManager.default.fileExists(atPath: path))
        try writer.rewind()
        try writer.append([1, 2] as [UInt8])
      }
      #expect(try read(path) == [1, 2, 3, 4])
      #expect(throws: CancellationError.self) { try WholeFile.write(to: path) { _ in throw CancellationError() } }
      #expect(try read(path) == [1, 2, 3, 4])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
    }
  }

  @Test func whatCannotBeReadIsNamed() throws {
    try withTemporaryFolder { folder in
      let none = folder + "/none", large = folder + "/large"
      #expect(fault { _ = try read(none) } == "\(none): expected a letter, found no such file")
      #expect(fault { _ = try read(folder) } == "\(folder): expected a letter, found a folder")
      #expect(fault { _ = try read("/dev/zero") } == "/dev/zero: expected a letter, found a device or pipe")
      // Without its bytes being on the disk.
      #expect(truncate(FileManager.default.createFile(atPath: large, contents: nil) ? large : "", 3 << 30) == 0)
      #expect(
        fault { _ = try read(large, maximumSize: 2 << 30) }
          == "\(large): expected a letter of at most 2 GiB, found 3 GiB")
    }
  }

  @Test func whatCannotBeWrittenIsNamedAndLeavesNothing() throws {
    try withTemporaryFolder { folder in
      let within = folder + "/none/a"
      #expect(
        fault { try WholeFile.write([1] as [UInt8], to: within) }
          == "\(within): expected a file that can be written, found no such file or directory")
      try FileManager.default.createDirectory(atPath: folder + "/b", withIntermediateDirectories: false)
      #expect(
        fault { try WholeFile.write([1] as [UInt8], to: folder + "/b") }
          == "\(folder)/b: expected a file that can be written, found is a directory")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["b"])
    }
  }

  /// A rename would put a file in the device's place.
  @Test func aDeviceIsWrittenTo() throws {
    try withTemporaryFolder { folder in
      let link = folder + "/null"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
      try WholeFile.write([1, 2, 3] as [UInt8], to: link)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/dev/null")
      #expect(fault { _ = try read(link) } == "\(link): expected a letter, found a device or pipe")
    }
  }
}
