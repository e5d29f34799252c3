import Foundation

/// Handlers of signals that leave alone what the process was started to ignore, as with `nohup`.
package enum Signals {
  /// Calls `handler` when a signal comes, or does what `SIG_DFL` stands for.
  package static func handle(_ number: Int32, _ handler: (@convention(c) (Int32) -> Void)?) {
    let before = signal(number, handler)
    if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(number, SIG_IGN) }
  }

  /// A process inherits its parent's mask, so signals may be blocked from the start.
  package static func unblock(_ numbers: [Int32]) {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
