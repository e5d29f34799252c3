import RAMiTOperationTestSupport
import RAMiTParallel
import Testing

/// The number of threads is the process's and may change only while nothing computes, so the test has a process of its
/// own.
@Suite struct ThreadTests {
  @Test func theirNumberChangesNoBit() async {
    await #expect(processExitsWith: .success) {
      for check in OperationCheck.large {
        ComputeThreads.count = 1
        let alone = check.bits()
        for threads in [2, 3, 7] {
          ComputeThreads.count = threads
          #expect(check.bits() == alone, "\(check) on \(threads) threads")
        }
      }
    }
  }
}
