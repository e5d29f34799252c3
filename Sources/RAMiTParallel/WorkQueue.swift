import Dispatch

/// A few background threads beside the compute threads: reading ahead, writing files.
///
/// Work starts in the order in which it was added; with one thread it also ends in that order.
package final class WorkQueue: Sendable {
  private let queue: DispatchQueue
  private let slots: DispatchSemaphore?

  /// - Parameter threads: how many pieces of work may run at once.
  package init(name: String, threads: Int = 1) {
    precondition(threads > 0, "a work queue needs a thread")
    queue = DispatchQueue(label: name, qos: .utility, attributes: threads > 1 ? .concurrent : [])
    slots = threads > 1 ? DispatchSemaphore(value: threads) : nil
  }

  /// Runs `work` on a background thread, some time from now.
  package func add(_ work: @escaping @Sendable () -> Void) {
    queue.async { [slots] in
      slots?.wait()
      work()
      slots?.signal()
    }
  }

  /// Returns when everything that was added has ended.
  package func wait() {
    queue.sync(flags: .barrier) {}
  }
}
