import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import Testing

@Suite struct BatchLoaderTests {
  @Test(arguments: [(1, 1), (1, 4), (3, 2), (4, 8)])
  func batchesComeInOrderFromAnyNumberOfThreads(threads: Int, ahead: Int) throws {
    let loader = BatchLoader(5..<40, threads: threads, ahead: ahead) { iteration in
      if iteration % 7 == 0 { Thread.sleep(forTimeInterval: 0.002) }
      return iteration * iteration
    }
    var batches: [Int] = []
    while let batch = try loader.next() { batches.append(batch) }
    let squares = (5..<40).map { $0 * $0 }
    #expect(batches == squares)
  }

  @Test func equalForAnyNumberOfThreads() throws {
    func values(threads: Int) throws -> [[Float]] {
      let pairs = ProceduralPairs(seed: 1, width: 64, height: 64, scale: 2, channels: 3)
      let sampler = PatchSampler(pairs, PatchSettings(patch: 16, scale: 2), seed: 1)
      let samples = TrainingSamples(sampler, samplesPerEpoch: 10, batch: 4, seed: 1)
      let loader = BatchLoader(0..<6, threads: threads, ahead: 3) { try samples.batch(iteration: $0) }
      return try (0..<6).map { _ in try loader.next()!.target.array }
    }
    let one = try values(threads: 1)
    #expect(try values(threads: 2) == one)
    #expect(try values(threads: 5) == one)
  }

  @Test func anErrorComesInItsPlace() throws {
    let loader = BatchLoader(0..<10, threads: 2, ahead: 4) { iteration in
      if iteration == 3 { throw InputError("photo.png", expected: "an image", found: "nothing") }
      return iteration
    }
    #expect(try loader.next() == 0)
    #expect(try loader.next() == 1)
    #expect(try loader.next() == 2)
    #expect(throws: InputError("photo.png", expected: "an image", found: "nothing")) { try loader.next() }
  }

  @Test(.timeLimit(.minutes(1))) func noMoreThanAFewAreMadeAhead() throws {
    let made = Counter()
    let loader = BatchLoader(0..<100, threads: 2, ahead: 3) { iteration in
      made.add()
      return iteration
    }
    for taken in 0..<3 {
      // On a busy machine the threads may come late; that one more is never made shows after a while.
      while made.value < 3 + taken { Thread.sleep(forTimeInterval: 0.001) }
      Thread.sleep(forTimeInterval: 0.02)
      #expect(made.value == 3 + taken)
      _ = try loader.next()
    }
  }
}

private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0
  func add() { lock.withLock { count += 1 } }
  var value: Int { lock.withLock { count } }
}
