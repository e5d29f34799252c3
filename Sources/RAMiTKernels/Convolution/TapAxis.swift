/// How the results along one axis of a map are computed from taps of another map.
///
/// Result i, at `targetStart + i * targetStep`, reads the source at `i * sourceStep + offset` of each tap.
struct TapAxis {
  struct Tap {
    /// In the kernel.
    let index: Int
    let offset: Int
  }

  let count: Int
  let targetStart: Int
  let targetStep: Int
  /// Positions of the source; zeros lie outside.
  let sourceCount: Int
  let sourceStep: Int
  /// By ascending offset, evenly spaced.
  let taps: [Tap]
  let lowest: Int
  let firstIndex: Int
  /// Between neighbouring taps; 0 when there is one or none.
  let offsetStep: Int
  let indexStep: Int

  init(count: Int, targetStart: Int, targetStep: Int, sourceCount: Int, sourceStep: Int, taps: [Tap]) {
    self.count = count
    self.targetStart = targetStart
    self.targetStep = targetStep
    self.sourceCount = sourceCount
    self.sourceStep = sourceStep
    self.taps = taps
    lowest = taps.first?.offset ?? 0
    firstIndex = taps.first?.index ?? 0
    offsetStep = taps.count > 1 ? taps[1].offset - taps[0].offset : 0
    indexStep = taps.count > 1 ? taps[1].index - taps[0].index : 0
  }

  /// The positions from the first tap to the last one.
  var span: Int { (taps.last?.offset ?? 0) - lowest + 1 }
  /// True when neighbouring taps read neighbouring positions.
  var isDense: Bool { span == max(1, taps.count) }
  /// True when no result reads outside the source.
  var staysInside: Bool {
    lowest >= 0 && (count - 1) * sourceStep + lowest + span <= sourceCount
  }

  /// The results for which a tap reads inside the source.
  func results(of tap: Tap) -> Range<Int> {
    // The first result at or beyond a position of the source.
    func first(_ position: Int) -> Int {
      let distance = position - tap.offset
      return distance <= 0 ? 0 : min(count, (distance + sourceStep - 1) / sourceStep)
    }
    let start = first(0)
    return start..<max(start, first(sourceCount))
  }

  /// The results for which all taps read inside the source.
  var resultsOfAllTaps: Range<Int> {
    guard let low = taps.first, let high = taps.last else { return 0..<count }
    let start = results(of: low).lowerBound
    return start..<max(start, results(of: high).upperBound)
  }

  /// The taps that read inside the source for one result.
  func taps(of result: Int) -> Range<Int> {
    let origin = result * sourceStep
    let start = taps.firstIndex { origin + $0.offset >= 0 } ?? taps.count
    let end = taps.firstIndex { origin + $0.offset >= sourceCount } ?? taps.count
    return start..<max(start, end)
  }
}
