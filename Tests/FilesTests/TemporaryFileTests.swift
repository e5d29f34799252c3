import Foundation
import RAMiTTestSupport
import Synchronization
import Testing

@testable import RAMiTFiles

/// What killed processes have left is removed, and nothing else.
struct TemporaryFileTests {
  private func write(_ name: String, in folder: String) throws -> String {
    let path = folder.appendingPath(name)
    try Data("half".utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func abandonedFilesAreRemoved() throws {
    try withTemporaryFolder { folder in
      for _ in 0..<3 { _ = try write(TemporaryFile.newName(), in: folder) }
      // Of other programs, and of this one's that are no temporary files.
      let others = [".ramit-restored.jsonl", ".ramit-1.tmp", ".\(UUID().uuidString).tmp", "a.png", ".ramit-.tmp"]
      for name in others { _ = try write(name, in: folder) }
      let inside = TemporaryFile.newName(), link = TemporaryFile.newName(), target = folder + "/a.png"
      try FileManager.default.createDirectory(atPath: folder + "/" + inside, withIntermediateDirectories: false)
      try FileManager.default.createSymbolicLink(atPath: folder + "/" + link, withDestinationPath: target)
      TemporaryFile.removeAbandoned(in: folder)
      #expect(try Set(Folder.names(folder)) == Set(others + [inside, link]))
      TemporaryFile.removeAbandoned(in: folder + "/none")
    }
  }

  @Test func aFileThatIsBeingWrittenStays() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      try WholeFile.write(to: path) { writer in
        try writer.append([1] as [UInt8])
        TemporaryFile.removeAbandoned(in: folder)
        #expect(try Folder.names(folder).count == 1)
        try writer.append([2] as [UInt8])
      }
      #expect(try Folder.names(folder) == ["a"])
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1, 2]))
      // A process that ends gives its lock back with its descriptors.
      let left = try TemporaryFile(in: folder)
      TemporaryFile.removeAbandoned(in: folder)
      #expect(try Folder.names(folder) == [left.path.lastPathPart, "a"])
      close(left.descriptor)
      TemporaryFile.removeAbandoned(in: folder)
      #expect(try Folder.names(folder) == [left.path.lastPathPart, "a"])
      left.unlock()
      TemporaryFile.removeAbandoned(in: folder)
      #expect(try Folder.names(folder) == ["a"])
    }
  }

  /// From the first moment to the last, wherever the other one comes in between.
  @Test func manyWriteWhileOthersRemove() throws {
    try withTemporaryFolder { (folder: String) throws in
      let isDone = Atomic<Bool>(false), threads = DispatchGroup(), faults = Mutex<[String]>([])
      let removers = DispatchGroup()
      for _ in 0..<2 {
        removers.enter()
        Thread.detachNewThread {
          while !isDone.load(ordering: .relaxed) { TemporaryFile.removeAbandoned(in: folder) }
          removers.leave()
        }
      }
      for thread in 0..<2 {
        threads.enter()
        Thread.detachNewThread {
          for number in 0..<150 {
            do { try WholeFile.write([UInt8(number)], to: "\(folder)/\(thread)-\(number)") } catch {
              faults.withLock { $0.append("\(error)") }
            }
          }
          threads.leave()
        }
      }
      threads.wait()
      isDone.store(true, ordering: .relaxed)
      removers.wait()
      #expect(faults.withLock { $0 } == [])
      #expect(try Folder.names(folder).count == 300)
    }
  }
}
