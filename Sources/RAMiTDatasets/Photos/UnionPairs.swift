/// Several sets as one; each may be repeated, or used in part.
package struct UnionPairs: ImagePairs {
  private struct Member {
    let pairs: any ImagePairs
    /// Its share of a round: its count times its factor, rounded down.
    let share: Int
    /// Where its share begins.
    let start: Int
    /// How many pairs the members before it have: its sources are counted from there on.
    let firstSource: Int
  }
  private let members: [Member]
  private let round: Int

  /// - Parameter members: sets that end, and how often a round has each of their pairs; a set of which a
  ///   round uses a part continues there in the next round.
  /// - Precondition: all end, and none is empty; their sources are below their counts.
  package init(_ members: [(pairs: any ImagePairs, repeat: Double)]) {
    var start = 0, firstSource = 0
    self.members = members.map { pairs, factor in
      guard let count = pairs.count, count > 0 else { preconditionFailure("a member must have pairs, and end") }
      let share = DatasetManifest.samplesPerEpoch(count: count, repeat: factor)
      defer { (start, firstSource) = (start + share, firstSource + count) }
      return Member(pairs: pairs, share: share, start: start, firstSource: firstSource)
    }
    round = start
    precondition(round > 0, "a union must have pairs")
  }

  package var count: Int? { round }

  package func pair(_ index: Int) throws -> ImagePair {
    let (member, place) = find(index)
    return try member.pairs.pair(place)
  }

  package func crop(_ index: Int, patch: Int, scale: Int, at choice: PatchChoice) throws -> ImagePair {
    let (member, place) = find(index)
    return try member.pairs.crop(place, patch: patch, scale: scale, at: choice)
  }

  package func crops(_ index: Int, patch: Int, scale: Int, at choices: [PatchChoice]) throws -> [ImagePair] {
    let (member, place) = find(index)
    return try member.pairs.crops(place, patch: patch, scale: scale, at: choices)
  }

  package func source(_ index: Int) -> Int? {
    let (member, place) = find(index)
    return member.pairs.source(place).map { member.firstSource + $0 }
  }

  private func find(_ index: Int) -> (Member, Int) {
    let (turn, place) = index.quotientAndRemainder(dividingBy: round)
    let member = members.last { $0.start <= place && $0.share > 0 }!
    return (member, turn * member.share + place - member.start)
  }
}
