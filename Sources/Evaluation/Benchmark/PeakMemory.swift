import Foundation
import TensorCore

/// The largest memory that the process has had in use at once.
public enum PeakMemory {
  /// Gives back what lies idle and starts anew from what is in use now. Does nothing where the system cannot (it is Linux that
  /// can): the peak is then that since the start.
  public static func reset() {
    StoragePool.shared.trim()
    // The C library keeps what is freed; Swift's module of it does not show the call that gives it back.
    if let trim = dlsym(dlopen(nil, RTLD_NOW), "malloc_trim") {
      _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
    }
    // "5" resets the peak of the resident memory (proc(5)).
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    try? file.write(contentsOf: Data("5\n".utf8))
  }

  /// In bytes, resident.
  public static var bytes: Int {
    if let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kibibytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
    {
      return kibibytes * 1024
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
