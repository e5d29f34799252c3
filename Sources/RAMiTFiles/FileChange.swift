import Foundation
import Synchronization

/// A call that has changed a file or a folder, as `Descriptor` made it. Tests build from them what a crash may leave on
/// the disk, and slow a disk down.
package enum FileChange: Sendable {
  /// A file was opened for writing; `flags` are those of open(2).
  case open(Int32, path: String, flags: Int32)
  /// These bytes were written where the last write ended.
  case write(Int32, bytes: [UInt8])
  case truncate(Int32, size: Int)
  /// What was written, or a folder's names, is on the disk.
  case sync(Int32)
  case close(Int32)
  case rename(from: String, to: String)
  case remove(path: String)

  private struct Observers {
    var next = 0
    var all: [Int: @Sendable (FileChange) -> Void] = [:]
  }

  private static let observers = Mutex(Observers())
  private static let observerCount = Atomic<Int>(0)

  /// Calls `observer` after each change of this process, on the thread that has made it, while `body` runs.
  package static func observing<Result>(
    _ observer: @escaping @Sendable (FileChange) -> Void, _ body: () throws -> Result
  ) rethrows -> Result {
    let number = observers.withLock { observers in
      observers.next += 1
      observers.all[observers.next] = observer
      return observers.next
    }
    observerCount.add(1, ordering: .releasing)
    defer {
      observerCount.subtract(1, ordering: .releasing)
      observers.withLock { $0.all[number] = nil }
    }
    return try body()
  }

  /// Tells the observers, if there are any.
  static func tell(_ change: @autoclosure () -> FileChange) {
    guard observerCount.load(ordering: .acquiring) > 0 else { return }
    // An observer may take its time, and other threads do not wait for it.
    let observers = observers.withLock { Array($0.all.values) }
    let change = change()
    for observer in observers { observer(change) }
  }
}
