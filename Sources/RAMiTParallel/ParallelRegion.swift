import Foundation

/// Marks the threads that run inside a `parallelFor`, so that a nested one stays on its thread.
enum ParallelRegion {
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
let availableProcessors = max(1, ProcessInfo.processInfo.activeProcessorCount)
