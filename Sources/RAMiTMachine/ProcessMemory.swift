import Foundation

/// The memory that this process has in use, in bytes: the resident set of Linux, which counts pages that have been
/// touched.
package enum ProcessMemory {
  /// What the first work takes beside its data: the stacks of the threads, and the parts of the program that were not
  /// in memory yet (measured: 5 to 8 MB).
  package static let firstWork = 5_000_000

  /// Now; 0 where the system does not tell.
  package static var resident: Int { SystemFiles(root: "/").kibibytes(after: "VmRSS:", in: "proc/self/status") ?? 0 }

  /// The most at one time, since the start or the last `resetPeak`.
  package static var peak: Int {
    if let peak = SystemFiles(root: "/").kibibytes(after: "VmHWM:", in: "proc/self/status") { return peak }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  /// Gives back what the C library keeps of freed memory, and starts the peak anew from what is in use now. Does
  /// nothing where the system cannot: the peak is then that since the start.
  package static func resetPeak() {
    returnFreed()
    // "5" resets the peak of the resident set (proc(5)).
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    try? file.write(contentsOf: Data("5\n".utf8))
  }

  /// Gives what the C library keeps of freed memory back to the system.
  package static func returnFreed() {
    // Swift's module of the C library does not show the call.
    if let trim = dlsym(dlopen(nil, RTLD_NOW), "malloc_trim") {
      _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
    }
  }
}
