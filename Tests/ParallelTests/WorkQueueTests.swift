import Foundation
import RAMiTParallel
import Synchronization
import Testing

@Suite struct WorkQueueTests {
  @Test func oneThreadKeepsTheOrder() {
    let queue = WorkQueue(name: "order")
    let record = Record()
    for i in 0..<200 { queue.add { record.append(i) } }
    queue.wait()
    #expect(record.values == Array(0..<200))
  }

  @Test func waitReturnsAfterEverythingHasEnded() {
    let queue = WorkQueue(name: "wait", threads: 3)
    let ended = Counter()
    for _ in 0..<50 {
      queue.add {
        usleep(200)
        ended.increase()
      }
    }
    queue.wait()
    #expect(ended.value == 50)
    queue.wait()
  }

  @Test func noMoreThreadsThanAsked() {
    let queue = WorkQueue(name: "bounded", threads: 2)
    let running = Counter(), most = Record()
    for _ in 0..<40 {
      queue.add {
        most.append(running.increase())
        usleep(300)
        running.decrease()
      }
    }
    queue.wait()
    #expect(most.values.count == 40)
    #expect(most.values.max()! <= 2)
  }
}

/// Values in the order of their arrival.
final class Record: Sendable {
  private let state = Mutex<[Int]>([])

  var values: [Int] { state.withLock { $0 } }

  func append(_ value: Int) { state.withLock { $0.append(value) } }
}
