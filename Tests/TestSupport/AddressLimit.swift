import Foundation

/// Limits the addresses of this process, which stands for memory that the system refuses. It cannot be undone, so a
/// test needs a process of its own.
/// - Parameter bytes: beyond what the process uses now.
package func limitAddresses(beyondUse bytes: Int) throws {
  let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
  guard let used = status.firstMatch(of: /VmSize:\s*(\d+) kB/).flatMap({ UInt($0.1) }) else {
    throw CocoaError(.fileReadCorruptFile)
  }
  let size = (used << 10) + UInt(bytes)
  var limit = rlimit(rlim_cur: size, rlim_max: size)
  guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { throw POSIXError(.EINVAL) }
}
