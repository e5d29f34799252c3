import Foundation
import RAMiTTensorCore
import Testing

@Suite struct RandomNumbersTests {
  private static func words(_ count: Int, seed: UInt64, _ name: UInt64) -> [UInt32] {
    var random = RandomNumbers(seed: seed, name)
    return (0..<count).map { _ in random.nextWord() }
  }

  @Test func aNameGivesOneStream() {
    #expect(Self.words(100, seed: 3, 4) == Self.words(100, seed: 3, 4))
    var a = RandomNumbers(seed: 1, 2, 3), b = RandomNumbers(seed: 1, 3, 2), c = RandomNumbers(seed: 1, 2)
    let (x, y, z) = (a.next(), b.next(), c.next())
    #expect(x != y && x != z && y != z)
  }

  /// Streams with near names share no word more than chance allows: 64 streams of 256 words among 2^32.
  @Test func nearNamesAreFarApart() {
    var seen: Set<UInt32> = []
    for seed in 0..<8 as Range<UInt64> {
      for name in 0..<8 as Range<UInt64> { seen.formUnion(Self.words(256, seed: seed, name)) }
    }
    #expect(seen.count > 64 * 256 - 5)
  }

  @Test func bitsAreBalanced() {
    let words = Self.words(20_000, seed: 9, 1)
    for bit in 0..<32 {
      let ones = words.count { $0 >> bit & 1 == 1 }
      // Five standard deviations.
      #expect(abs(ones - 10_000) < 354, "bit \(bit)")
    }
  }

  @Test func uniformMoments() {
    var random = RandomNumbers(seed: 5, 6)
    let values = (0..<100_000).map { _ in Double(random.uniform()) }
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = values.reduce(0, +) / 1e5, variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5
    #expect(abs(mean - 0.5) < 5 * 0.2887 / 1e5.squareRoot())
    #expect(abs(variance - 1 / 12) < 1.2e-3)
    let product = zip(values, values.dropFirst()).reduce(0) { $0 + ($1.0 - 0.5) * ($1.1 - 0.5) } / 1e5
    #expect(abs(product) < 5 / 12 / 1e5.squareRoot(), "neighbours are correlated")
  }

  @Test func normalMoments() {
    var random = RandomNumbers(seed: 5, 7)
    let pairs = (0..<100_000).map { _ in random.normalPair() }
    let values = pairs.flatMap { [Double($0.0), Double($0.1)] }
    let n = Double(values.count)
    func moment(_ order: Int) -> Double { values.reduce(0) { $0 + pow($1, Double(order)) } / n }
    // Five standard deviations of each sample moment: their variances are 1, 2, 15, 96 over n.
    for (order, expected, deviation) in [(1, 0.0, 1.0), (2, 1, 2), (3, 0, 15), (4, 3, 96)] {
      #expect(abs(moment(order) - expected) < 5 * (deviation / n).squareRoot(), "moment \(order)")
    }
    let product = pairs.reduce(0) { $0 + Double($1.0) * Double($1.1) } / 1e5
    #expect(abs(product) < 5 / 1e5.squareRoot(), "the two of a pair are correlated")
    #expect(values.allSatisfy { $0.isFinite })
    // Beyond 3 lie 0.27 %.
    let beyond = Double(values.count { abs($0) > 3 }) / n
    #expect(abs(beyond - 0.0027) < 5 * (0.0027 / n).squareRoot())
  }

  @Test func belowIsUniform() {
    var random = RandomNumbers(seed: 1, 8)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[random.below(7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 5 * 93 })
    let only = random.below(1)
    #expect(only == 0)
  }

  /// The known answers of Random123 for Philox4x32-10.
  @Test(
    arguments: [
      ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        [.max, .max, .max, .max], [.max, .max], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ] as [([UInt32], [UInt32], [UInt32])])
  func philox(counter: [UInt32], key: [UInt32], expected: [UInt32]) {
    let words = RandomNumbers.philox(
      counter: (counter[0], counter[1], counter[2], counter[3]), key: (key[0], key[1]))
    #expect([words.0, words.1, words.2, words.3] == expected)
  }
}
