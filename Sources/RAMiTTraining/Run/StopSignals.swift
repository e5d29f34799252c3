import Foundation
import RAMiTMachine
import Synchronization

/// Asks the training to stop when the process is told to: by SIGINT (Control-C), SIGTERM, SIGUSR1 (a batch system's
/// warning that time is up) or SIGHUP (the terminal is gone).
///
/// The first signal lets the training save. A second one ends the process at once, with the exit code 128 + its number;
/// SIGHUP may come any number of times.
package enum StopSignals {
  private static let numbers = [SIGINT, SIGTERM, SIGUSR1, SIGHUP]
  // A signal handler can reach nothing but globals.
  private static let first = Atomic<Int32>(0)
  private static let insisting = Atomic<Int32>(0)
  private nonisolated(unsafe) static var lastWords = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)

  /// Until `listen`, lets a signal end the process as it would any other, with a line on standard error before: there
  /// is nothing to save, and nobody should wonder about that. Signals that the process was started to ignore stay
  /// ignored.
  package static func endProcess(saying line: String) {
    // A handler can only write what is there already.
    let bytes = Array((line + "\n").utf8)
    lastWords = UnsafeMutableBufferPointer.allocate(capacity: bytes.count)
    _ = lastWords.initialize(from: bytes)
    for number in numbers {
      Signals.handle(number) { number in
        _ = write(STDERR_FILENO, StopSignals.lastWords.baseAddress, StopSignals.lastWords.count)
        signal(number, SIG_DFL)
        // It comes when this handler returns.
        raise(number)
      }
    }
    Signals.unblock(numbers)
  }

  /// Starts listening, but not to signals that the process was started to ignore (as with `nohup`).
  package static func listen() {
    // So that the globals exist before a handler needs them.
    _ = first.load(ordering: .relaxed) + insisting.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGUSR1] {
      Signals.handle(number) { number in
        if StopSignals.insisting.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
        StopSignals.remember(number)
      }
    }
    Signals.handle(SIGHUP) { StopSignals.remember($0) }
    Signals.unblock(numbers)
  }

  /// Lets signals end the process again, for work that has nothing to save. Those that the process was started to
  /// ignore stay ignored.
  package static func stopListening() {
    for number in numbers { Signals.handle(number, SIG_DFL) }
  }

  /// The signal that came first; nil for none.
  package static var pending: Int32? {
    let number = first.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  private static func remember(_ number: Int32) {
    _ = first.compareExchange(expected: 0, desired: number, ordering: .relaxed)
  }
}
