import Foundation
import RAMiTMachine
import Synchronization

/// The process was told to end while another one measures: that one is ended too.
package struct Interruption: Error {
  package let signal: Int32

  // A signal handler can reach nothing but globals.
  /// The signal that came; 0 for none.
  private static let current = Atomic<Int32>(0)
  /// The process that measures; 0 for none.
  private static let measuring = Atomic<pid_t>(0)

  /// From now on the first SIGINT (Control-C), SIGTERM or SIGHUP is thrown as an error where a process measures; a
  /// second one ends this process.
  package static func enable() {
    // So that the globals exist before a handler needs them.
    _ = current.load(ordering: .relaxed) + measuring.load(ordering: .relaxed)
    let numbers = [SIGINT, SIGTERM, SIGHUP]
    for number in numbers {
      Signals.handle(number) { number in
        if Interruption.current.exchange(number, ordering: .sequentiallyConsistent) != 0 { _exit(128 + number) }
        let process = Interruption.measuring.load(ordering: .sequentiallyConsistent)
        if process > 0 { kill(process, SIGTERM) }
      }
    }
    Signals.unblock(numbers)
  }

  static func check() throws(Interruption) {
    let number = current.load(ordering: .sequentiallyConsistent)
    if number != 0 { throw Interruption(signal: number) }
  }

  /// Waits until a process ends, and ends it when this one is told to end.
  /// - Returns: its status.
  static func wait(for process: pid_t) throws(Interruption) -> Int32 {
    measuring.store(process, ordering: .sequentiallyConsistent)
    // The signal may have come just before.
    if current.load(ordering: .sequentiallyConsistent) != 0 { kill(process, SIGTERM) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    measuring.store(0, ordering: .sequentiallyConsistent)
    try check()
    return status
  }
}
