import Dispatch
import Foundation
import Synchronization

/// How many threads compute. The number changes how long work takes and never its result. Change it only while nothing
/// computes: kernels take scratch memory for the workers that they are about to use.
public enum ComputeThreads {
  private static let setting = Atomic<Int>(0)

  /// The number in force: what was set, or the processors that this process may use.
  public static var count: Int {
    get {
      let set = setting.load(ordering: .relaxed)
      return set > 0 ? set : availableProcessors
    }
    set {
      precondition(newValue > 0, "the thread count must be positive")
      setting.store(newValue, ordering: .relaxed)
    }
  }
}

/// Runs `body(index, worker)` for every index in `0 ..< count`, on up to `ComputeThreads.count` threads, and returns
/// when all have ended.
///
/// Indices are handed out one by one, so unequal pieces end together. `worker`, below `workerCount(for: count)`, names
/// the thread's place: use it to pick scratch memory, never to pick work, or results would depend on the number of
/// threads. `body` runs on several threads at once: it may write only memory that belongs to its index or its worker.
public func parallelFor(_ count: Int, _ body: (_ index: Int, _ worker: Int) -> Void) {
  let workers = workerCount(for: count)
  guard workers > 1 else {
    for index in 0..<max(count, 0) { body(index, 0) }
    return
  }
  let next = Atomic<Int>(0)
  withoutActuallyEscaping(body) { body in
    // The contract above stands in for Sendable: bodies share memory by index, which the compiler cannot see.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      ParallelRegion.enter {
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < count else { return }
          body(index, worker)
        }
      }
    }
  }
}

/// The number of threads that `parallelFor(count)` would use from here.
public func workerCount(for count: Int) -> Int {
  ParallelRegion.isInside ? 1 : max(1, min(count, ComputeThreads.count))
}

/// What `body` makes of each item, in the order of the items, made on all threads.
package func parallelMap<Item, Result>(_ items: [Item], _ body: (Item) -> Result) -> [Result] {
  [Result?](unsafeUninitializedCapacity: items.count) { buffer, count in
    buffer.initialize(repeating: nil)
    parallelFor(items.count) { index, _ in buffer[index] = body(items[index]) }
    count = items.count
  }.map { $0! }
}

/// Marks the threads that run inside a `parallelFor`, so that a nested one stays on its thread.
private enum ParallelRegion {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key, nil)
    precondition(status == 0, "no thread-local storage left")
    return key
  }()

  static var isInside: Bool { pthread_getspecific(key) != nil }

  static func enter(_ body: () -> Void) {
    pthread_setspecific(key, UnsafeRawPointer(bitPattern: 1))
    body()
    pthread_setspecific(key, nil)
  }
}

/// The processors that this process may use: its affinity mask, not the machine's size.
private let availableProcessors = max(1, ProcessInfo.processInfo.activeProcessorCount)
