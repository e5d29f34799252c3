import RAMiTParallel
import Synchronization
import Testing

/// Each test runs in a process of its own: the number of threads is the whole process's, and other suites compute at
/// the same time.
@Suite struct ParallelForTests {
  @Test func runsEveryIndexOnce() async {
    await #expect(processExitsWith: .success) {
      for threads in [1, 2, 3, 8] {
        ComputeThreads.count = threads
        for count in [0, 1, 2, 7, 1000] {
          let runs = (0..<count).map { _ in Counter() }
          parallelFor(count) { index, _ in runs[index].increase() }
          #expect(runs.allSatisfy { $0.value == 1 }, "\(count) indices on \(threads) threads")
        }
      }
    }
  }

  @Test func takesNoNegativeCount() {
    parallelFor(-3) { _, _ in Issue.record("nothing should run") }
    #expect(workerCount(for: -3) == 1)
    #expect(workerCount(for: 0) == 1)
  }

  @Test func workersAreBelowTheirCount() async {
    await #expect(processExitsWith: .success) {
      for threads in [1, 2, 3, 8] {
        ComputeThreads.count = threads
        #expect(workerCount(for: 1000) == threads)
        #expect(workerCount(for: 2) == min(2, threads))
        let misplaced = Counter()
        parallelFor(1000) { _, worker in
          if !(0..<threads).contains(worker) { misplaced.increase() }
        }
        #expect(misplaced.value == 0)
      }
    }
  }

  /// Two pieces of work never have the same worker at the same time: scratch memory is the worker's alone.
  @Test func aWorkerDoesOnePieceAtATime() async {
    await #expect(processExitsWith: .success) {
      ComputeThreads.count = 4
      let busy = (0..<4).map { _ in Counter() }, clashes = Counter()
      parallelFor(2000) { _, worker in
        if busy[worker].increase() != 1 { clashes.increase() }
        busy[worker].decrease()
      }
      #expect(clashes.value == 0)
    }
  }

  @Test func nestedCallsStayOnTheirThread() async {
    await #expect(processExitsWith: .success) {
      ComputeThreads.count = 4
      let strays = Counter(), inner = Counter()
      parallelFor(8) { _, _ in
        if workerCount(for: 100) != 1 { strays.increase() }
        parallelFor(10) { _, worker in
          inner.increase()
          if worker != 0 { strays.increase() }
        }
      }
      #expect(strays.value == 0)
      #expect(inner.value == 80)
      #expect(workerCount(for: 100) == 4)
    }
  }

  @Test func theThreadCountMustBePositive() async {
    await #expect(processExitsWith: .failure) { ComputeThreads.count = 0 }
    #expect(ComputeThreads.count >= 1)
  }
}

/// Counts across threads.
final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  var value: Int { count.load(ordering: .sequentiallyConsistent) }

  @discardableResult func increase() -> Int { count.add(1, ordering: .sequentiallyConsistent).newValue }

  func decrease() { count.subtract(1, ordering: .sequentiallyConsistent) }
}
