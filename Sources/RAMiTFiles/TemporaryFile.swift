import Foundation

/// A new file that has not got its name yet, because it is not whole. It is hidden, so that a crash leaves nothing that
/// looks like a result, and locked as long as its process lives: what a killed process has left can then be told from
/// what another one is writing.
package struct TemporaryFile {
  let path: String
  /// Open for writing; the writer closes it.
  let descriptor: Int32
  /// Of the same open file: it keeps the lock while the file that is closed already gets its name. Negative where no
  /// descriptor was left.
  private let lock: Int32

  /// Makes a file in a folder.
  init(in folder: String) throws(SystemError) {
    while true {
      let path = folder.appendingPath(Self.newName())
      let descriptor = try Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL)
      guard Self.isTaken(descriptor, path) else {
        self.path = path
        self.descriptor = descriptor
        lock = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        return
      }
      try? Descriptor.close(descriptor)
      try? Descriptor.remove(path)
    }
  }

  /// Locks a new file. A file system without locks is no error: nobody removes what cannot be locked.
  /// - Returns: whether another process took the file for an abandoned one in the moment before.
  private static func isTaken(_ descriptor: Int32, _ path: String) -> Bool {
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return errno == EWOULDBLOCK }
    do { _ = try FileStatus(path, followingLinks: false) } catch { return error.code == ENOENT }
    return false
  }

  /// Gives the lock back, when the file has its name or is gone.
  func unlock() { if lock >= 0 { close(lock) } }
}

extension TemporaryFile {
  private static let start = ".ramit-", end = ".tmp"

  static func newName() -> String { start + UUID().uuidString + end }

  private static func isName(_ name: String) -> Bool {
    name.hasPrefix(start) && name.hasSuffix(end) && name.utf8.count > start.utf8.count + end.utf8.count
      && UUID(uuidString: String(name.dropFirst(start.count).dropLast(end.count))) != nil
  }

  /// Removes what killed processes have left in a folder. What another process is writing stays, and so does
  /// everything where the file system has no locks.
  ///
  /// Some file systems of clusters keep the locks of each machine apart: nothing may be removed there while a process
  /// of another machine writes into the folder.
  package static func removeAbandoned(in folder: String) {
    for name in (try? Folder.names(folder)) ?? [] where isName(name) {
      let path = folder.appendingPath(name)
      // NFS locks only what is open for writing.
      guard let descriptor = try? Descriptor.open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW) else { continue }
      let isFile = (try? FileStatus(descriptor: descriptor).kind) == .file
      if isFile, flock(descriptor, LOCK_EX | LOCK_NB) == 0 { try? Descriptor.remove(path) }
      try? Descriptor.close(descriptor)
    }
  }
}
