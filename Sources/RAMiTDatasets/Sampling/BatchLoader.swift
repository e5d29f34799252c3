import Foundation
import RAMiTParallel

/// Makes batches ahead of the training, on threads of its own, and hands them out in order.
///
/// A batch depends on its number alone, so the number of threads cannot matter.
public final class BatchLoader<Batch: Sendable> {
  private let shelf: Shelf<Batch>
  private let queue: WorkQueue
  private let make: @Sendable (Int) throws -> Batch
  private var taken: Int
  private var ordered: Int
  private let end: Int

  /// - Parameters:
  ///   - iterations: the numbers of the batches to make.
  ///   - ahead: how many batches are made or wait at one time.
  ///   - make: the batch of a number; it runs on several threads at once.
  public init(
    _ iterations: Range<Int>, threads: Int, ahead: Int, make: @escaping @Sendable (_ iteration: Int) throws -> Batch
  ) {
    shelf = Shelf()
    queue = WorkQueue(name: "batches", threads: threads)
    self.make = make
    taken = iterations.lowerBound
    ordered = taken
    end = iterations.upperBound
    for _ in 0..<ahead { order() }
  }

  deinit { shelf.close() }

  /// The next batch; waits until it is ready. Nil after the last one.
  /// - Throws: what making it threw.
  public func next() throws -> Batch? {
    guard taken < end else { return nil }
    defer {
      taken += 1
      order()
    }
    return try shelf.take(taken).get()
  }

  private func order() {
    guard ordered < end else { return }
    queue.add { [shelf, make, ordered] in
      if shelf.isOpen { shelf.put(Result { try make(ordered) }, at: ordered) }
    }
    ordered += 1
  }
}

/// Where finished batches wait to be taken.
// @unchecked: everything that changes is reached under the condition's lock.
private final class Shelf<Item>: @unchecked Sendable {
  private let condition = NSCondition()
  private var items: [Int: Result<Item, any Error>] = [:]
  private var open = true

  var isOpen: Bool { condition.withLock { open } }

  func close() { condition.withLock { open = false } }

  func put(_ item: Result<Item, any Error>, at place: Int) {
    condition.withLock {
      items[place] = item
      condition.broadcast()
    }
  }

  /// Waits for the item in this place and takes it away.
  func take(_ place: Int) -> Result<Item, any Error> {
    condition.withLock {
      while true {
        if let item = items.removeValue(forKey: place) { return item }
        condition.wait()
      }
    }
  }
}
