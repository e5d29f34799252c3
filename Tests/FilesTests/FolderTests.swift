import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTTestSupport
import Synchronization
import Testing

struct FolderTests {
  @Test func namesKeepTheirBytes() throws {
    try withTemporaryFolder { folder in
      let names = [[0x62], Array("caf\u{e9}".utf8), Array("cafe\u{301}".utf8), [0x63, 0xe9]].map {
        String(pathBytes: $0 as [UInt8])
      }
      for name in names { try WholeFile.write([UInt8](name.utf8), to: folder.appendingPath(name)) }
      let found = try Folder.names(folder)
      #expect(found.map(\.pathBytes) == names.map(\.pathBytes).sorted { $0.lexicographicallyPrecedes($1) })
      for name in found {
        #expect(try WholeFile.read(folder.appendingPath(name), kind: "a", maximumSize: 99) == Array(name.utf8))
        #expect(try FileStatus(folder.appendingPath(name)).kind == .file)
      }
    }
  }

  /// A damaged or careless clock leaves times that no count of nanoseconds holds; tmpfs keeps them as they are.
  @Test func timesOfAnyYearAreKept() throws {
    try withTemporaryFolder(in: Folder.exists("/dev/shm") ? "/dev/shm" : nil) { folder in
      let (old, new) = (folder + "/old", folder + "/new")
      for file in [old, new] { try WholeFile.write([1], to: file) }
      for seconds in [-1, -9_999_999_999_999, 9_999_999_999_999] {
        let times = [timespec(tv_sec: seconds, tv_nsec: 5), timespec(tv_sec: seconds, tv_nsec: 7)]
        #expect(utimensat(AT_FDCWD, old, times, 0) == 0)
        try FileStatus(old).copyContentTime(to: new)
        var (before, after) = (stat(), stat())
        #expect(stat(old, &before) == 0 && stat(new, &after) == 0)
        #expect(after.st_mtim.tv_sec == before.st_mtim.tv_sec && after.st_mtim.tv_nsec == before.st_mtim.tv_nsec)
        #expect(try FileStatus(new).contentTime == FileStatus(old).contentTime)
      }
    }
  }

  /// With names of any bytes, and without what links lead to.
  @Test func foldersAreRemoved() throws {
    try withTemporaryFolder { folder in
      let set = folder + "/set", kept = folder + "/kept"
      try Folder.create(kept)
      try WholeFile.write([1], to: kept + "/a")
      for path in [set, set + "/b", set + "/" + String(pathBytes: [0xe9])] {
        try Folder.create(path)
        try WholeFile.write([1], to: path + "/" + String(pathBytes: [0xea]))
      }
      try FileManager.default.createSymbolicLink(atPath: set + "/link", withDestinationPath: kept)
      try Folder.remove(set)
      #expect(try Folder.names(folder) == ["kept"] && Folder.names(kept) == ["a"])
      #expect(throws: InputError(set, expected: "a folder that can be removed", found: "no such file")) {
        try Folder.remove(set)
      }
    }
  }

  @Test func foldersAreMade() throws {
    try withTemporaryFolder { folder in
      let deep = folder + "/" + String(pathBytes: [0xe9]) + "/b//c/"
      try Folder.create(deep)
      try Folder.create(deep)
      #expect(Folder.exists(deep))
      try Folder.checkWritable(deep)
      #expect(try Folder.names(deep).isEmpty)
      #expect(Folder.freeSpace(deep) ?? 1 > 0)
    }
  }

  /// Threads and processes that want the same folder at once all have it.
  @Test func manyMakeAFolderAtOnce() throws {
    try withTemporaryFolder { folder in
      let count = 16
      for round in 0..<300 {
        let start = DispatchSemaphore(value: 0)
        let faults = Mutex<[InputError]>([])
        let threads = DispatchGroup()
        for _ in 0..<count {
          threads.enter()
          Thread.detachNewThread {
            start.wait()
            do throws(InputError) {
              try Folder.create("\(folder)/\(round)/a/b")
            } catch { faults.withLock { $0.append(error) } }
            threads.leave()
          }
        }
        for _ in 0..<count { start.signal() }
        threads.wait()
        #expect(faults.withLock { $0 } == [])
      }
    }
  }

  @Test func whatCannotBeAFolderIsNamed() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/file", link = folder + "/link"
      try WholeFile.write([1] as [UInt8], to: file)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "nowhere")
      func expect(_ path: String, _ found: String) {
        let error = InputError(path, expected: "a folder that can be made", found: found)
        #expect(throws: error) { try Folder.create(path) }
      }
      expect(file, "a file in its place")
      expect(link, "a link that leads nowhere")
      expect(file + "/a", "not a directory")
      #expect(
        throws: InputError(folder + "/none", expected: "a folder that files can be written into", found: "no such file")
      ) { try Folder.checkWritable(folder + "/none") }
    }
  }

  @Test func appendedBytesFollow() throws {
    try withTemporaryFolder { folder in
      for part in ["one", "two"] { try WholeFile.append(Array(part.utf8), to: folder + "/a") }
      #expect(try WholeFile.read(folder + "/a", kind: "a", maximumSize: 99) == Array("onetwo".utf8))
    }
  }

  @Test func pipesAreReadToTheirEnd() throws {
    try withTemporaryFolder { (folder: String) throws in
      let pipe = folder + "/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      let status = try FileStatus(pipe)
      #expect(status.kind == .pipe)
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * 3) }
      let writer = Thread { try? WholeFile.write(bytes, to: pipe) }
      writer.start()
      let found = try FileStream.read(pipe, kind: "a letter", maximumSize: 1 << 20)
      #expect(found == bytes)
      #expect(throws: InputError("/dev/null", expected: "a letter", found: "a device")) {
        try FileStream.read("/dev/null", kind: "a letter", maximumSize: 9)
      }
    }
  }
}
