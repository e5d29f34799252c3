#if MPI
  import Foundation
  import RAMiTProcessGroup
  import RAMiTTensorCore
  import Testing

  @testable import RAMiTTraining

  /// The ranks of MPI, where a launcher has started the tests several times:
  ///
  ///     mpirun -n 2 .build/release/RAMiTPackageTests.xctest --testing-library swift-testing --filter RanksOfMPI
  @Suite(.enabled(if: Launch().isSeveral)) struct RanksOfMPITests {
    /// The gradients of RAMiT x2, of two parts for each rank. It prints how long an exchange takes.
    @Test func gradientsAreAddedInMilliseconds() throws {
      let group = try Launch().group()
      defer { group.finish() }
      let ranks = try Ranks(group), count = 943_592, parts = 2 * ranks.count
      func part(_ part: Int) -> Tensor {
        var random = RandomNumbers(seed: 1, UInt64(part))
        return Tensor((0..<count).map { _ in random.uniform() }, [count])
      }
      func tree(_ range: Range<Int>) -> PartTree<Tensor> {
        var tree = PartTree<Tensor>(parts: parts) { left, right in
          right.add(left)
          return right
        }
        for number in range { tree.push(PartTree.Block(first: number, part(number))) }
        return tree
      }
      let expected = tree(0..<parts).blocks[0].sum, own = tree(ranks.parts(of: parts)).blocks
      let exchange = GradientExchange(ranks, parts: parts, count: count)
      var seconds: [Double] = []
      let sum = Tensor(zeros: [count])
      for _ in 0..<101 {
        let start = ProcessInfo.processInfo.systemUptime
        try exchange.add(own, into: sum)
        seconds.append(ProcessInfo.processInfo.systemUptime - start)
      }
      #expect(sum.array == expected.array)
      if ranks.isFirst {
        let sorted = seconds.sorted()
        let times = "median \(sorted[50]) s, nine of ten under \(sorted[90]) s"
        print("\(count) gradients among \(ranks.count) ranks: \(times)")
      }
    }
  }
#endif
