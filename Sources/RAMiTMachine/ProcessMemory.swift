import Foundation

/// The memory that this process uses, in bytes: Linux's resident set, the pages that have been touched.
package enum ProcessMemory {
  /// What the first computation takes besides its data: thread stacks, and parts of the program that are loaded then
  /// (measured: 5 to 9 MB, the more where the system maps the program in larger pieces).
  package static let firstWork = 10_000_000

  /// The memory in use now; 0 where the system does not report it.
  package static var resident: Int { SystemFiles(root: "/").kibibytes(after: "VmRSS:", in: "proc/self/status") ?? 0 }

  /// The highest value since the start or the last `resetPeak`.
  package static var peak: Int {
    if let peak = SystemFiles(root: "/").kibibytes(after: "VmHWM:", in: "proc/self/status") { return peak }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  /// Returns freed memory to the system, and resets the peak to what is in use now. Where the system cannot reset it,
  /// the peak stays that since the start.
  package static func resetPeak() {
    returnFreed()
    // "5" resets the peak of the resident set (proc(5)).
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    try? file.write(contentsOf: Data("5\n".utf8))
  }

  /// Returns freed memory that the C library keeps to the system.
  package static func returnFreed() {
    // Swift's module of the C library lacks this function and the next one.
    if let trim = dlsym(dlopen(nil, RTLD_NOW), "malloc_trim") {
      _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
    }
  }

  /// Lets the C library serve all threads from one heap. A further one, which it makes where threads allocate at the
  /// same time, reserves 64 MiB of addresses, which a limit of them counts, and keeps some of what its threads have
  /// freed: while a training goes on, threads end and others take their place, and eight heaps for each processor fill.
  /// Feature maps have a pool of their own, so there is little to wait for.
  package static func useOneHeap() {
    guard let set = dlsym(dlopen(nil, RTLD_NOW), "mallopt") else { return }
    // M_ARENA_MAX of <malloc.h>.
    _ = unsafeBitCast(set, to: (@convention(c) (Int32, Int32) -> Int32).self)(-8, 1)
  }
}
