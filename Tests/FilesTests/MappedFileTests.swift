import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTTestSupport
import Testing

@Suite struct MappedFileTests {
  private func open(_ path: String, maximumSize: Int = 1 << 30) throws -> MappedFile.Content {
    try MappedFile.open(path, kind: "a letter", maximumSize: maximumSize)
  }

  /// Also what was forgotten, page by page and in part.
  @Test(arguments: [1, 4096, 50_001])
  func theBytesAreTheFiles(_ count: Int) throws {
    try withTemporaryFolder { folder in
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
      try WholeFile.write(bytes, to: folder + "/a")
      guard case .mapped(let file) = try open(folder + "/a") else {
        Issue.record("the file is not mapped")
        return
      }
      #expect(Array(file.bytes) == bytes)
      for range in [0..<count, count / 3..<count / 2, 0..<0] {
        file.forget(range)
        #expect(Array(file.bytes) == bytes)
      }
      // A file that takes its name leaves it as it is.
      try WholeFile.write([1] as [UInt8], to: folder + "/a")
      file.forget(0..<count)
      #expect(Array(file.bytes) == bytes)
    }
  }

  @Test func anEmptyFileHasNoBytes() throws {
    try withTemporaryFolder { folder in
      try WholeFile.write([] as [UInt8], to: folder + "/a")
      guard case .read(let bytes) = try open(folder + "/a") else {
        Issue.record("nothing is mapped")
        return
      }
      #expect(bytes.isEmpty)
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
