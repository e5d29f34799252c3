import RAMiTParallel
import Synchronization

/// Writes checkpoints beside the next steps, one after the other.
final class BackgroundWriter: Sendable {
  private let queue = WorkQueue(name: "checkpoints")
  /// Why the last one is not on the disk, until somebody is told.
  private let error = Mutex<(any Error)?>(nil)

  /// Waits for what is being written, then starts `write` and returns.
  /// - Throws: the error of the previous one.
  func begin(_ write: @escaping @Sendable () throws -> Void) throws {
    try wait()
    queue.add { [self] in
      do { try write() } catch { self.error.withLock { $0 = error } }
    }
  }

  /// - Throws: once, the error of a checkpoint that was not written.
  func check() throws {
    let found = error.withLock { error in
      defer { error = nil }
      return error
    }
    if let found { throw found }
  }

  /// Returns when nothing is being written.
  /// - Throws: as `check` does.
  func wait() throws {
    queue.wait()
    try check()
  }
}
