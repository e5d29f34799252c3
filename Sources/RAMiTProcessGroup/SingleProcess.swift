import Foundation

/// A process that computes alone.
package final class SingleProcess: ProcessGroup {
  package init() {}

  package var rank: Int { 0 }
  package var count: Int { 1 }

  package func gather(_ message: [UInt8]) -> [[UInt8]] { [message] }

  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {}

  package func exchange(
    _ sent: UnsafePointer<Float>, _ sentRanges: [Range<Int>], into received: UnsafeMutablePointer<Float>,
    _ receivedRanges: [Range<Int>]
  ) {
    for (from, to) in zip(sentRanges, receivedRanges) {
      (received + to.lowerBound).update(from: sent + from.lowerBound, count: to.count)
    }
  }

  package func gather(_ values: UnsafeMutablePointer<Float>, _ ranges: [Range<Int>]) {}

  package func abort(code: Int32) -> Never { exit(code) }

  package func finish() {}
}
