import Foundation
import RAMiTMachine
import Synchronization

/// Asks the training to stop when the process is told to: by SIGINT (Control-C), SIGTERM, SIGUSR1 (a batch system's
/// warning that time is up) or SIGHUP (the terminal is gone).
///
/// The first signal lets the training save. A second one ends the process at once, with the exit code 128 + its number;
/// SIGHUP may come any number of times.
package enum StopSignals {
  // A signal handler can reach nothing but globals.
  private static let first = Atomic<Int32>(0)
  private static let insisting = Atomic<Int32>(0)

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
    Signals.unblock([SIGINT, SIGTERM, SIGUSR1, SIGHUP])
  }

  /// Lets signals end the process again, for work that has nothing to save. Those that the process was started to
  /// ignore stay ignored.
  package static func stopListening() {
    for number in [SIGINT, SIGTERM, SIGUSR1, SIGHUP] { Signals.handle(number, SIG_DFL) }
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
