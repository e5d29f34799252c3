import Foundation
import Synchronization

/// Asks the training to stop when the process gets SIGINT or SIGTERM. The first signal lets it save; a second one of either
/// kind ends the process at once.
public enum StopSignals {
  // A signal handler can reach nothing but globals.
  private static let received = Atomic<Int32>(0)

  /// Begins to listen.
  public static func listen() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if StopSignals.received.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
      }
    }
  }

  /// The signal that came, nil for none.
  public static var pending: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}
