import RAMiTDiagnostics
import Synchronization

/// Pairs of which a few may be broken: a pair that cannot be read is replaced by the next one that can.
///
/// Which pair comes depends on the files alone, not on when or on which thread it is found to be broken.
package final class SkippingPairs: ImagePairs {
  private let pairs: any ImagePairs
  private let limit, before: Int
  private let skipped = Mutex<[Int: InputError]>([:])
  private let report: @Sendable (InputError) -> Void

  /// - Parameters:
  ///   - limit: how many pairs may be broken; one more is an error.
  ///   - before: how many broken ones were left out earlier; they count as well.
  ///   - report: called once with each.
  /// - Precondition: the pairs end.
  package init(_ pairs: any ImagePairs, limit: Int, before: Int = 0, report: @escaping @Sendable (InputError) -> Void) {
    precondition(pairs.count != nil, "pairs that never end have none to skip")
    self.pairs = pairs
    self.limit = limit
    self.before = before
    self.report = report
  }

  package var count: Int? { pairs.count }

  package func pair(_ index: Int) throws -> ImagePair { try first(from: index) { try pairs.pair($0) } }

  package func crop(_ index: Int, patch: Int, scale: Int, at choice: PatchChoice) throws -> ImagePair {
    try first(from: index) { try pairs.crop($0, patch: patch, scale: scale, at: choice) }
  }

  package func crops(_ index: Int, patch: Int, scale: Int, at choices: [PatchChoice]) throws -> [ImagePair] {
    // In another round another pair may follow, so each sample of a broken pair looks for its own, by `crop`, which
    // counts and reports what is broken.
    if let error = skipped.withLock({ $0[index % count!] }) { throw error }
    return try pairs.crops(index, patch: patch, scale: scale, at: choices)
  }

  /// The pair, and its place in a round: a pair that cannot be read gives way by its place.
  package func source(_ index: Int) -> Int? {
    let count = count!
    return pairs.source(index).map { $0 * count + index % count }
  }

  private func first(from index: Int, _ body: (Int) throws -> ImagePair) throws -> ImagePair {
    let count = pairs.count!
    for place in index..<index + count {
      let isBroken = skipped.withLock { $0[place % count] != nil }
      if isBroken { continue }
      do {
        return try body(place)
      } catch let error as InputError {
        try skip(place % count, error)
      }
    }
    throw skipped.withLock { $0.min { $0.key < $1.key }!.value }
  }

  private func skip(_ place: Int, _ error: InputError) throws {
    let (isNew, total) = skipped.withLock { skipped in
      let isNew = skipped.updateValue(error, forKey: place) == nil
      return (isNew, before + skipped.count)
    }
    guard total <= limit else { throw tooManySkipped(error, limit: limit, found: total) }
    if isNew { report(error) }
  }
}

/// The error that exceeds the limit, with how many images were skipped.
package func tooManySkipped(_ error: InputError, limit: Int, found: Int) -> InputError {
  InputError(
    error.location, expected: error.expected,
    found: "\(error.found); \(found.counted("image")) \(found == 1 ? "has" : "have") faults, and at most \(limit)"
      + " \(limit == 1 ? "is" : "are") skipped")
}
