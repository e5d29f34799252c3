import Foundation
import RAMiTTensorCore
import RAMiTTestSupport
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

  /// Large blocks that lie side by side become one when they are free.
  @Test func freeNeighboursJoin() async {
    await #expect(processExitsWith: .success) {
      var parts: [Tensor?] = (0..<5).map { _ in Tensor(uninitialized: [1_000_000]) }
      let places = parts.map { $0!.pointer }, peak = StoragePool.shared.peakBytes
      for order in [1, 3, 2] { parts[order] = nil }
      #expect(Tensor(uninitialized: [2_900_000]).pointer == places[1])
      parts[4] = nil
      #expect(Tensor(uninitialized: [3_900_000]).pointer == places[1])
      parts[0] = nil
      #expect(Tensor(uninitialized: [4_900_000]).pointer == places[0])
      #expect(StoragePool.shared.peakBytes == peak)
    }
  }

  /// Tensors of random sizes that come and go at random keep their values, and leave no holes behind.
  @Test func blocksNeverOverlap() async {
    await #expect(processExitsWith: .success) {
      var random = RandomNumbers(seed: 1)
      var held: [(tensor: Tensor, value: Float)] = []
      for i in 0..<400 {
        if held.count > 12 || (random.next() % 3 == 0 && !held.isEmpty) {
          let (tensor, value) = held.remove(at: Int(random.next() % UInt64(held.count)))
          #expect(tensor.pointer[0] == value && tensor.pointer[tensor.count - 1] == value)
          #expect(tensor.pointer[tensor.count / 2] == value)
        } else {
          let count = 1000 + Int(random.next() % 2_000_000)
          held.append((Tensor(repeating: Float(i), [count]), Float(i)))
        }
      }
      held = []
      let peak = StoragePool.shared.peakBytes
      #expect(peak < 2 * 13 * 8_000_000)
      _ = Tensor(uninitialized: [peak / 4 - (72 << 18)])
      #expect(StoragePool.shared.peakBytes == peak)
    }
  }

  @Test func idleMemoryIsBounded() async {
    await #expect(processExitsWith: .success) {
      // 1.4 GB in growing blocks, of which no later one fits an earlier one.
      for i in 0..<40 { _ = Tensor(uninitialized: [1_000_000 + i * 400_000]) }
      #expect(StoragePool.shared.peakBytes < 256 << 20, "\(StoragePool.shared.peakBytes)")
    }
  }

  /// Under a limit of addresses large tensors lie in what was reserved for them, and never where nothing was granted.
  @Test func addressesAreReservedUnderALimit() async {
    await #expect(processExitsWith: .success) {
      try limitAddresses(beyondUse: 200 << 20)
      let pool = StoragePool.shared
      #expect(pool.isUnderLimit)
      #expect(!pool.reserve(300 << 20, others: 0) && !pool.reserve(100 << 20, others: 150 << 20))
      #expect(pool.reserve(100 << 20, others: 50 << 20))
      do {
        let tensors = (0..<24).map { Tensor(repeating: Float($0), [1_000_000]) }
        for (i, x) in tensors.enumerated() { #expect(x.array.last == Float(i)) }
        // They keep what they lie in; another reservation can be no larger.
        #expect(!pool.reserve(110 << 20, others: 0) && pool.reserve(90 << 20, others: 0))
        pool.endReservation()
        #expect(tensors[23].array.last == 23)
      }
      #expect(pool.reserve(150 << 20, others: 0) && pool.isUnderLimit)
      pool.endReservation()
      #expect(pool.usedBytes == 0 && Tensor(repeating: 1, [2_000_000]).array.last == 1)
    }
  }

  @Test func withoutALimitNothingIsReserved() async {
    await #expect(processExitsWith: .success) {
      let first = Tensor(repeating: 1, [1_000_000]).pointer
      #expect(StoragePool.shared.reserve(1 << 50, others: 1 << 50) && !StoragePool.shared.isUnderLimit)
      #expect(Tensor(repeating: 1, [1_000_000]).pointer == first)
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
