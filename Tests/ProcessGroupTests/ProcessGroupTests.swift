import RAMiTDiagnostics
import RAMiTTestSupport
import Testing

@testable import RAMiTProcessGroup

/// What every group does, here with threads for ranks.
@Suite struct ProcessGroupTests {
  @Test func oneProcessHasItsOwnMessages() throws {
    let group = SingleProcess()
    #expect(group.gather([1, 2]) == [[1, 2]])
    #expect(try group.broadcast([3]) == [3])
    var received: [Float] = [0, 0, 0]
    group.exchange([1, 2, 3], [1..<3], into: &received, [0..<2])
    #expect(received == [2, 3, 0])
  }

  @Test(arguments: [1, 2, 3, 5]) func ranksExchangeValues(count: Int) throws {
    let results = ThreadGroup.run(count) { try GroupCheck.run($0) }
    for result in results { #expect(try result.get() == []) }
  }

  @Test func aRankThatIsGoneEndsTheOthers() {
    let results = ThreadGroup.run(3) { group in
      if group.rank == 1 { throw InputError("photo.png", expected: "an image", found: "text") }
      _ = try group.gather([UInt8(group.rank)])
    }
    for (rank, result) in results.enumerated() {
      if rank == 1 {
        #expect(throws: InputError.self) { try result.get() }
      } else {
        #expect(throws: GroupError("a rank that is gone")) { try result.get() }
      }
    }
  }

  #if MPI
    /// The ranks of MPI, where a launcher has started the tests several times:
    ///
    ///     mpirun -n 3 .build/release/RAMiTPackageTests.xctest --testing-library swift-testing --filter ranksOfMPI
    @Test(.enabled(if: Launch().isSeveral)) func ranksOfMPIExchangeValues() throws {
      let group = try Launch().group()
      defer { group.finish() }
      #expect(try GroupCheck.run(group) == [])
    }
  #endif
}
