import RAMiTParallel
import Synchronization

/// Writes checkpoints beside the next steps, one after the other.
final class BackgroundWriter: Sendable {
  private struct State {
    /// The iteration of the last checkpoint that is on the disk; nil for none.
    var written: Int?
    /// Why the last one is not there, until somebody is told.
    var error: (any Error)?
  }

  private let queue = WorkQueue(name: "checkpoints")
  private let state = Mutex(State())

  /// The iteration of the last checkpoint that is on the disk; nil before there is one.
  var written: Int? { state.withLock { $0.written } }

  /// Waits for what is being written, then starts `write` and returns.
  /// - Parameter iteration: that of the checkpoint.
  /// - Throws: the error of the previous one.
  func begin(iteration: Int, _ write: @escaping @Sendable () throws -> Void) throws {
    try wait()
    queue.add { [self] in
      do {
        try write()
        state.withLock { $0.written = iteration }
      } catch { state.withLock { $0.error = error } }
    }
  }

  /// - Throws: once, the error of a checkpoint that was not written.
  func check() throws {
    let error = state.withLock { state in
      defer { state.error = nil }
      return state.error
    }
    if let error { throw error }
  }

  /// Returns when nothing is being written.
  /// - Throws: as `check` does.
  func wait() throws {
    queue.wait()
    try check()
  }
}
