import Foundation
import RAMiTDatasets
import RAMiTImaging
import Testing

@Suite struct DeadLeavesTests {
  @Test func imagesAreNamedBySeedAndNumber() {
    let leaves = DeadLeaves(seed: 1)
    let first = leaves.image(7, width: 40, height: 30)
    #expect(DeadLeaves(seed: 1).image(7, width: 40, height: 30) == first)
    #expect(leaves.image(8, width: 40, height: 30) != first)
    #expect(DeadLeaves(seed: 2).image(7, width: 40, height: 30) != first)
  }

  @Test(arguments: [(1, 1), (1, 50), (7, 3), (200, 130)]) func anySizeCanBeDrawn(width: Int, height: Int) {
    let image = DeadLeaves(seed: 3).image(0, width: width, height: height)
    #expect(image.width == width && image.height == height && image.channels == 3 && image.bitDepth == 8)
  }

  /// Natural images have a spectrum that falls with the square of the frequency; so a difference of neighbours grows
  /// with their distance, slowly, and most differences are small.
  @Test func looksLikeNaturalImages() {
    var differences = [1: 0.0, 4: 0.0, 16: 0.0]
    var small = 0, all = 0
    for number in 0..<12 {
      let image = DeadLeaves(seed: 9).image(number, width: 128, height: 128).grayscale()
      guard case .uint8(let levels) = image.samples else { return }
      for distance in differences.keys {
        for y in 0..<128 {
          for x in 0..<112 {
            let difference = abs(Double(levels[y * 128 + x]) - Double(levels[y * 128 + x + distance]))
            differences[distance]! += difference / (12 * 128 * 112)
            if distance == 1 {
              all += 1
              if difference < 8 { small += 1 }
            }
          }
        }
      }
    }
    #expect(differences[1]! < 0.6 * differences[4]! && differences[4]! < 0.9 * differences[16]!)
    #expect((3...20).contains(differences[1]!), "neighbours differ by \(differences[1]!)")
    #expect((0.5...0.95).contains(Double(small) / Double(all)))
  }

  @Test func proceduralPairsBeginAgainAtTheirEnd() {
    let pairs = ProceduralPairs(seed: 1, width: 32, height: 24, scale: 2, channels: 3, count: 3)
    #expect(pairs.pair(4).target == pairs.pair(1).target)
    #expect(pairs.pair(0).input?.width == 16 && pairs.pair(0).input?.height == 12)
    #expect(ProceduralPairs(seed: 1, width: 32, height: 24, scale: 1, channels: 1).pair(3).target.channels == 1)
  }
}
