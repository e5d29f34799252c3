import RAMiTProcessGroup

/// A check of a group's functions, with values that tell who sent them to whom.
enum GroupCheck {
  /// Runs it on every rank.
  /// - Returns: what was wrong on this rank.
  /// - Throws: what the group's functions throw.
  static func run(_ group: any ProcessGroup) throws -> [String] {
    var faults: [String] = []
    func check(_ isRight: Bool, _ what: String) {
      if !isRight { faults.append("rank \(group.rank): \(what)") }
    }
    let (rank, count) = (group.rank, group.count)
    let messages = try group.gather([UInt8](repeating: UInt8(truncatingIfNeeded: rank), count: rank * 1000))
    check(messages.map(\.count) == (0..<count).map { $0 * 1000 }, "sizes of messages \(messages.map(\.count))")
    for (from, message) in messages.enumerated() {
      check(message.allSatisfy { $0 == UInt8(truncatingIfNeeded: from) }, "another message than rank \(from)'s")
    }
    check(try group.gather([]) == Array(repeating: [], count: count), "messages of nothing")
    check(try group.broadcast(rank == 0 ? [7, 8, 9] : nil) == [7, 8, 9], "another message than rank 0's")
    check(try group.broadcast(rank == 0 ? [] : nil) == [], "a message of rank 0, which has none")

    // Rank a sends a + b + 1 values to rank b, and nothing to the rank after it.
    func size(_ from: Int, _ to: Int) -> Int { count > 1 && to == (from + 1) % count ? 0 : from + to + 1 }
    func ranges(_ sizes: [Int]) -> [Range<Int>] {
      var end = 3
      return sizes.map { size in
        defer { end += size }
        return end..<end + size
      }
    }
    let sentRanges = ranges((0..<count).map { size(rank, $0) })
    let receivedRanges = ranges((0..<count).map { size($0, rank) })
    var sent = [Float](repeating: -1, count: sentRanges.last!.upperBound)
    for (to, range) in sentRanges.enumerated() { for i in range { sent[i] = Float(rank * 1000 + to) } }
    var received = [Float](repeating: -2, count: receivedRanges.last!.upperBound + 1)
    try group.exchange(sent, sentRanges, into: &received, receivedRanges)
    for (from, range) in receivedRanges.enumerated() {
      check(received[range].allSatisfy { $0 == Float(from * 1000 + rank) }, "other values than rank \(from)'s")
    }
    check(received[..<3].allSatisfy { $0 == -2 } && received.last == -2, "values outside of the ranges")

    let slices = ranges((0..<count).map { 5 * $0 })
    var values = [Float](repeating: -3, count: slices.last!.upperBound)
    for i in slices[rank] { values[i] = Float(rank) }
    try group.gather(&values, slices)
    for (from, range) in slices.enumerated() {
      check(values[range].allSatisfy { $0 == Float(from) }, "another slice than rank \(from)'s")
    }
    return faults
  }
}
