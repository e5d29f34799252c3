import RAMiTCLibFuzzer
import Synchronization

/// Bytes that are allocated while an input is read.
enum MemoryMeter {
  static func install() {
    guard __sanitizer_install_malloc_and_free_hooks({ _, size in allocated(size) }, { released($0) }) > 0 else {
      fail("AddressSanitizer takes no more hooks")
    }
  }

  static func begin() {
    live.store(0, ordering: .relaxed)
    largest.store(0, ordering: .relaxed)
  }

  /// The most bytes at a time since `begin`.
  static var peak: Int { largest.load(ordering: .relaxed) }
}

private let live = Atomic(0), largest = Atomic(0)

private func allocated(_ size: Int) {
  let now = live.add(size, ordering: .relaxed).newValue
  if now > largest.load(ordering: .relaxed) { largest.store(now, ordering: .relaxed) }
}

private func released(_ memory: UnsafeRawPointer?) {
  guard let memory else { return }
  live.subtract(__sanitizer_get_allocated_size(memory), ordering: .relaxed)
}
