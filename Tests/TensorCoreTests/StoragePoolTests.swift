import Foundation
import TensorCore
import Testing

/// The pool is the whole process's, and other suites use it: each test has a process of its own.
@Suite struct StoragePoolTests {
  @Test func countsWhatTensorsHold() async {
    await #expect(processExitsWith: .success) {
      let before = StoragePool.shared.usedBytes
      do {
        let x = Tensor(zeros: [1000]), view = x.reshaped([10, 100])
        let held = StoragePool.shared.usedBytes - before
        #expect(held >= 4000 && held < 4400)
        withExtendedLifetime((x, view)) {}
      }
      #expect(StoragePool.shared.usedBytes == before)
    }
  }

  @Test func reusesWhatWasFreed() async {
    await #expect(processExitsWith: .success) {
      for count in [100, 5000, 1_000_000] {
        var first = UnsafeMutablePointer<Float>?.none
        do { first = Tensor(zeros: [count]).pointer }
        // A little less may use the block too, but not far less and not more.
        #expect(Tensor(zeros: [count * 9 / 10]).pointer == first)
        let before = StoragePool.shared.usedBytes
        let small = Tensor(zeros: [count / 3])
        #expect(StoragePool.shared.usedBytes - before < 2 * count + 300)
        withExtendedLifetime(small) {}
      }
    }
  }

  @Test func aHeldBlockIsNobodyElses() async {
    await #expect(processExitsWith: .success) {
      let tensors = (0..<50).map { Tensor(repeating: Float($0), [3000]) }
      for (i, x) in tensors.enumerated() { #expect(x.array.allSatisfy { $0 == Float(i) }) }
      #expect(Set(tensors.map(\.pointer)).count == 50)
    }
  }

  @Test func heldAndIdleMemoryIsNoMoreThanWasOnceHeld() async {
    await #expect(processExitsWith: .success) {
      do { _ = [Tensor(uninitialized: [8_000_000]), Tensor(uninitialized: [9_000_000])] }
      let most = StoragePool.shared.peakBytes
      // 60 MB more fit beside the idle 68 MB only if some of it goes.
      do { _ = Tensor(uninitialized: [15_000_000]) }
      #expect(StoragePool.shared.peakBytes == most)
    }
  }

  @Test func idleMemoryIsBounded() async {
    await #expect(processExitsWith: .success) {
      // 1.4 GB in growing blocks, of which no later one fits an earlier one.
      for i in 0..<40 { _ = Tensor(uninitialized: [1_000_000 + i * 400_000]) }
      #expect(StoragePool.shared.peakBytes < 256 << 20, "\(StoragePool.shared.peakBytes)")
    }
  }

  @Test func trimGivesIdleMemoryBackToTheSystem() async {
    await #expect(processExitsWith: .success) {
      do { _ = Tensor(repeating: 1, [10_000_000]) }
      let idle = residentBytes()
      StoragePool.shared.trim()
      #expect(idle - residentBytes() > 30 << 20)
      #expect(Tensor(repeating: 1, [10_000_000]).array.last == 1)
    }
  }
}

/// The memory that this process has in use, as Linux counts it.
private func residentBytes() -> Int {
  let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
  return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
}
