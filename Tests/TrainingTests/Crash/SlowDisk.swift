import Foundation
import RAMiTFiles
import Synchronization

/// Makes the disk of a folder slow: each time something is made durable there, it waits.
final class SlowDisk: Sendable {
  private struct State {
    var open: Set<Int32> = []
    /// The most that were made durable at the same moment.
    var syncing = 0, mostSyncing = 0
  }

  private let folder: String
  private let latency: Double
  private let state = Mutex(State())

  /// - Parameter latency: in seconds.
  init(of folder: String, latency: Double) { (self.folder, self.latency) = (folder, latency) }

  var mostSyncing: Int { state.withLock { $0.mostSyncing } }

  func observe(_ change: FileChange) {
    switch change {
    case .open(let descriptor, let path, _):
      state.withLock { if path.hasPrefix(folder) { $0.open.insert(descriptor) } else { $0.open.remove(descriptor) } }
    case .close(let descriptor): _ = state.withLock { $0.open.remove(descriptor) }
    case .sync(let descriptor):
      guard state.withLock({ $0.open.contains(descriptor) }) else { return }
      state.withLock {
        $0.syncing += 1
        $0.mostSyncing = max($0.mostSyncing, $0.syncing)
      }
      usleep(UInt32(latency * 1e6))
      state.withLock { $0.syncing -= 1 }
    case .write, .truncate, .rename, .remove: break
    }
  }
}
